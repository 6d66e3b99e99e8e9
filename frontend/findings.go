package frontend

import (
	"context"
	"fmt"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/ignore"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/rules"
	"github.com/gohull/gohull/internal/safe"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// allFindings returns what the rules find for all images, and whether findings
// are errors. It looks up no images, except the toolchain's if generators run
// before the build.
func (b *build) allFindings(ctx context.Context, images []*planner.Decision) ([]rules.Finding, bool, error) {
	all := make([]subject, len(images))
	failed := safe.Each(len(images), func(i int) (err error) {
		all[i], err = b.subject(ctx, images[i])
		return err
	})
	if err := joinErrors(failed...); err != nil {
		return nil, false, err
	}
	return b.findings(ctx, all)
}

// subject is an image that rules are applied to.
type subject struct {
	decision *planner.Decision
	facts    step.Facts
	mains    []string
}

// subject finds out what rules need to know about an image.
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
	if inputs, err = b.withOverlays(ctx, d, inputs); err != nil {
		return s, err
	}
	if s.facts, err = b.scan(ctx, lookups.Scan, inputs); err != nil {
		return s, err
	}
	s.mains, err = d.Mains(s.facts)
	return s, err
}

// warnFindings warns of what the rules find, once for all platforms and images.
func (b *build) warnFindings(ctx context.Context, all []planned) error {
	var subjects []subject
	for _, p := range all {
		subjects = append(subjects, subject{p.decision, p.facts, p.plan.Sources.Source.Mains})
	}
	found, areErrors, err := b.findings(ctx, subjects)
	if err != nil {
		return err
	}
	for _, f := range found {
		opts := b.excerptOf(f.At)
		opts.Detail, opts.URL = [][]byte{[]byte(f.Rule.Description)}, f.Rule.URL()
		b.warn(ctx, warning(f, b.source.Filename), opts)
	}
	b.warnProvenance(ctx)
	if areErrors {
		return violation(found)
	}
	return nil
}

// findings returns what the rules find, without the rules that the user turned
// off. It also returns whether findings are errors: the user's `error=true`.
func (b *build) findings(ctx context.Context, subjects []subject) ([]rules.Finding, bool, error) {
	options, err := ruleOptions(b.source.Filename, b.source.Data, b.ui.LinterConfig)
	if err != nil {
		return nil, false, err
	}
	var all []rules.Subject
	for _, s := range subjects {
		all = append(all, rules.Subject{
			Text:      b.source.Data,
			Spec:      s.decision.ImageSpec(),
			Project:   s.decision.Project,
			Facts:     s.facts,
			Mains:     s.mains,
			NoteKinds: s.decision.NoteKinds(),
			Go:        s.decision.Go(),
			Vendored:  s.decision.Vendored(),
			Ignored:   b.ignored,
			Locked:    s.decision.Lock != nil,

			StageImages: s.decision.StageImages(),
			Profiles:    b.hiddenProfiles(ctx, s),

			VendorHidden: s.decision.VendorHidden(),
		})
	}
	skipped := func(f rules.Finding) bool {
		asked := !f.Rule.Optional || options.ExperimentalAll || slices.Contains(options.ExperimentalRules, f.Rule.Name)
		return options.SkipAll || !asked || slices.Contains(options.SkipRules, f.Rule.Name)
	}
	return slices.DeleteFunc(rules.Check(all...), skipped), options.ReturnAsError, nil
}

// hiddenProfiles returns the profiles that the go command would use if the
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

// ruleOptions returns the options of the build arg BUILDKIT_DOCKERFILE_CHECK.
// Without it, they come from the line `# check=` at the top of the spec.
func ruleOptions(name string, text []byte, fromArg *linter.Config) (*linter.Config, error) {
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

// violation returns findings as an error; nil if there are none.
func violation(found []rules.Finding) error {
	var list diag.List
	for _, f := range found {
		d := f.Diagnostic
		d.Message = f.Rule.Name + ": " + d.Message
		list.Add(d)
	}
	return list.Err()
}

// warning returns a finding on one line. Clients do not print columns, so a
// place in the spec is at the end. A place in another file comes first.
func warning(f rules.Finding, specFile string) string {
	if f.At.File != specFile {
		return f.Rule.Name + ": " + f.String()
	}
	return linter.LintFormatShort(f.Rule.Name, f.Text(), f.At.Start.Line)
}
