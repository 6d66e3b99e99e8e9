package question

import (
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/excerpt"
	"github.com/gohull/gohull/frontend/rules"
	"github.com/gohull/gohull/internal/visible"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/moby/buildkit/solver/pb"
)

// answerCheck answers --check. Clients print every excerpt under the name of
// the spec. So a finding in another file has no excerpt, and its place is part
// of its text.
func answerCheck(k Known) (Answer, error) {
	results := &lint.LintResults{Warnings: []lint.Warning{}}
	shown := *k.Text
	shown.Data = excerpt.Narrow(shown.Data)
	results.AddSource(&shown)
	for _, f := range k.Findings {
		w := lint.Warning{
			RuleName:    f.Rule.Name,
			Description: f.Rule.Description,
			URL:         f.Rule.URL(),
			Detail:      visible.Text(f.Text()),
			Location:    &pb.Location{Ranges: excerpt.Ranges(f.At)},
		}
		if f.At.File != k.Text.Filename {
			w.Detail, w.Location = visible.Text(f.String()), &pb.Location{SourceIndex: -1}
		}
		results.Warnings = append(results.Warnings, w)
	}
	switch {
	case k.Wrong != nil:
		results.Error = checkError(k.Wrong, k.Text.Filename)
	case k.Strict && len(k.Findings) > 0:
		results.Error = &lint.BuildError{Message: "`error=true` makes errors of: " + ruleNames(k.Findings)}
	}
	res, err := results.ToResult(nil)
	if err != nil {
		return Answer{}, err
	}
	return Answer{Metadata: res.Metadata}, nil
}

// ruleNames returns the names of the rules that found something, sorted.
func ruleNames(found []rules.Finding) string {
	var names []string
	for _, f := range found {
		names = append(names, f.Rule.Name)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// checkError is what would fail the build, with the first of its places in the
// spec.
func checkError(errs diag.Errors, specFile string) *lint.BuildError {
	inSpec := slices.DeleteFunc(errs.Ranges(), func(r diag.Range) bool { return r.File != specFile })
	e := &lint.BuildError{Message: visible.Text(errs.Error())}
	if groups := excerpt.Groups(inSpec); len(groups) > 0 {
		e.Location.Ranges = excerpt.Ranges(groups[0]...)
	}
	return e
}
