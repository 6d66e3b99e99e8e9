package frontend

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/excerpt"
	"github.com/gohull/gohull/frontend/ignore"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/rules"
	"github.com/gohull/gohull/internal/visible"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/moby/buildkit/solver/pb"
)

// answerLint is the answer to --check. What would fail the build is part of
// it; only what keeps the answer from being found is an error here.
func (b *build) answerLint(ctx context.Context) (*client.Result, error) {
	found, err := b.check(ctx)
	err = b.because(ctx, err)
	var errs diag.Errors
	if err != nil && !errors.As(err, &errs) {
		return nil, err
	}
	return b.lintResults(found, errs).ToResult(nil)
}

// check finds what can be found without looking up images; generators that
// run before the build need that of the toolchain.
func (b *build) check(ctx context.Context) (findings, error) {
	images, err := b.asked(ctx)
	if err != nil {
		return findings{}, err
	}
	var all []subject
	var failed []error
	for _, d := range images {
		s, err := b.subject(ctx, d)
		all, failed = append(all, s), append(failed, err)
	}
	if err := joined(failed...); err != nil {
		return findings{}, err
	}
	return b.findings(ctx, all)
}

// subject is an image that rules look at.
type subject struct {
	decision *planner.Decision
	facts    step.Facts
	mains    []string
}

func (b *build) subject(ctx context.Context, d *planner.Decision) (subject, error) {
	s := subject{decision: d}
	lookups, err := d.Lookups()
	if err != nil {
		return s, err
	}
	inputs, err := b.inputs(ctx)
	if err != nil {
		return s, err
	}
	if inputs, err = b.overlaid(ctx, d, inputs); err != nil {
		return s, err
	}
	if s.facts, err = b.scan(ctx, lookups.Scan, inputs); err != nil {
		return s, err
	}
	s.mains, err = d.Mains(s.facts)
	return s, err
}

// warn tells of what the rules find, once for all platforms and images.
func (b *build) warn(ctx context.Context, all []planned) error {
	var subjects []subject
	for _, p := range all {
		subjects = append(subjects, subject{p.decision, p.facts, p.plan.Sources.Source.Mains})
	}
	found, err := b.findings(ctx, subjects)
	if err != nil {
		return err
	}
	for _, f := range found.all {
		b.tell(ctx, warning(f, b.source.Filename), b.warnOpts(f))
	}
	b.warnProvenance(ctx)
	if found.areErrors {
		return violation(found.all)
	}
	return nil
}

// tell has the client print a warning.
func (b *build) tell(ctx context.Context, text string, opts client.WarnOpts) {
	for i, line := range opts.Detail {
		opts.Detail[i] = visible.Bytes(line)
	}
	b.source.Warn(ctx, visible.Text(text), opts)
}

// findings are what the rules found and the user has not turned off.
type findings struct {
	all       []rules.Finding
	areErrors bool // the user's `error=true`
}

func (b *build) findings(ctx context.Context, subjects []subject) (findings, error) {
	options, err := checkOptions(b.source.Filename, b.source.Data, b.ui.LinterConfig)
	if err != nil {
		return findings{}, err
	}
	var all []rules.Subject
	for _, s := range subjects {
		all = append(all, rules.Subject{
			Text:     b.source.Data,
			Spec:     s.decision.ImageSpec(),
			Project:  s.decision.Project,
			Facts:    s.facts,
			Mains:    s.mains,
			Lacking:  s.decision.NoteKinds(),
			Go:       s.decision.Go(),
			Vendored: s.decision.Vendored(),
			Ignored:  b.ignored,
			Locked:   s.decision.Lock != nil,
			Profiles: b.hiddenProfiles(ctx, s),

			VendorHidden: s.decision.VendorHidden(),
		})
	}
	skipped := func(f rules.Finding) bool {
		return options.SkipAll || slices.Contains(options.SkipRules, f.Rule.Name)
	}
	return findings{slices.DeleteFunc(rules.Check(all...), skipped), options.ReturnAsError}, nil
}

// hiddenProfiles finds the profiles that the go command would use if the
// ignore file did not hide them.
func (b *build) hiddenProfiles(ctx context.Context, s subject) map[string]ignore.Line {
	names := slices.DeleteFunc(s.decision.Profiles(s.mains), func(name string) bool {
		line, hidden := b.ignored.Hides(name)
		return !hidden || line.At.File == ""
	})
	found := map[string]ignore.Line{}
	for _, h := range b.hiddenFiles(ctx, names) {
		found[h.name] = h.by
	}
	return found
}

// checkOptions are those of the build arg BUILDKIT_DOCKERFILE_CHECK, else of
// the line `# check=` at the top of the spec.
func checkOptions(name string, text []byte, fromArg *linter.Config) (*linter.Config, error) {
	if fromArg != nil {
		return fromArg, nil
	}
	value, _, at, _ := parser.ParseDirective("check", text)
	options, err := linter.ParseLintOptions(value)
	if err != nil {
		return nil, diag.Errors{{
			At:      diag.At(name, at[0].Start.Line, 1),
			Message: fmt.Sprintf("`# check=`: %v", err),
			Hint:    "write it as in `# check=skip=FloatingTag,CgoOff;error=true`",
		}}
	}
	return options, nil
}

// violation is what was found as an error, nil when nothing was.
func violation(found []rules.Finding) error {
	var list diag.List
	for _, f := range found {
		d := f.Diagnostic
		d.Message = f.Rule.Name + ": " + d.Message
		list.Add(d)
	}
	return list.Err()
}

// warning is a finding on one line. A place in the spec stands at its end, as
// clients do not show columns; that of another file is said first.
func warning(f rules.Finding, specFile string) string {
	if f.At.File != specFile {
		return f.Rule.Name + ": " + f.String()
	}
	return linter.LintFormatShort(f.Rule.Name, f.Text(), f.At.Start.Line)
}

// warnOpts has the excerpt of the finding's file, when that was read.
func (b *build) warnOpts(f rules.Finding) client.WarnOpts {
	opts := client.WarnOpts{Detail: [][]byte{[]byte(f.Rule.Description)}, URL: f.Rule.URL()}
	if src := b.sourceInfo(f.At.File); src != nil {
		src.Data = excerpt.Narrow(src.Data)
		opts.SourceInfo, opts.Range = src, excerpt.Ranges(f.At)
	}
	return opts
}

// lintResults is what buildx prints. It shows every excerpt under the name of
// the spec, so that what is found in another file has none, and its place is
// part of the text.
func (b *build) lintResults(found findings, errs diag.Errors) *lint.LintResults {
	results := &lint.LintResults{Warnings: []lint.Warning{}}
	shown := *b.source.SourceMap
	shown.Data = excerpt.Narrow(shown.Data)
	results.AddSource(&shown)
	for _, f := range found.all {
		w := lint.Warning{
			RuleName:    f.Rule.Name,
			Description: f.Rule.Description,
			URL:         f.Rule.URL(),
			Detail:      visible.Text(f.Text()),
			Location:    &pb.Location{Ranges: excerpt.Ranges(f.At)},
		}
		if f.At.File != b.source.Filename {
			w.Detail, w.Location = visible.Text(f.String()), &pb.Location{SourceIndex: -1}
		}
		results.Warnings = append(results.Warnings, w)
	}
	switch {
	case errs != nil:
		results.Error = b.lintError(errs)
	case found.areErrors && len(found.all) > 0:
		results.Error = &lint.BuildError{Message: "`error=true` makes errors of: " + ruleNames(found.all)}
	}
	return results
}

// ruleNames lists the rules that found something, by name.
func ruleNames(found []rules.Finding) string {
	var names []string
	for _, f := range found {
		names = append(names, f.Rule.Name)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

func (b *build) lintError(errs diag.Errors) *lint.BuildError {
	inSpec := slices.DeleteFunc(errs.Ranges(), func(r diag.Range) bool { return r.File != b.source.Filename })
	e := &lint.BuildError{Message: visible.Text(errs.Error())}
	if places := excerpt.Groups(inSpec); len(places) > 0 {
		e.Location.Ranges = excerpt.Ranges(places[0]...)
	}
	return e
}
