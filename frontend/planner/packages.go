package planner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// validatePackages reports packages for a base that cannot have any, and their
// target without any.
func validatePackages(s *spec.Spec, b base, target string, errs *diag.List) {
	if target == packagesTarget && len(s.Run.Packages) == 0 {
		errs.Add(diag.Diagnostic{
			At:      diag.Range{File: "--target " + target},
			Message: "the spec adds no packages",
			Hint:    "name some with run.packages",
		})
	}
	if rs := s.Run.Repositories; len(rs) > 0 && len(s.Run.Packages) == 0 {
		errs.Add(diag.Diagnostic{At: rs[0].At, Message: "run.repositories: without run.packages nothing comes from them", Hint: "name packages, or remove the key"})
	}
	if len(s.Run.Packages) == 0 || b.ref != "" {
		return
	}
	if s.Base.IsSet() && s.Base.Value != scratch {
		return // chooseBase reports it
	}
	errs.Add(diag.Diagnostic{
		At:      s.Run.Packages[0].At,
		Message: "run.packages: the base scratch has no package database",
		Hint:    "write a base that has one: alpine, distroless, or an image such as debian:12-slim",
	})
}

// addsPackages reports whether the target has packages of a distribution.
func (d *Decision) addsPackages() bool {
	return len(d.image.Run.Packages) > 0 && d.base.ref != "" && (d.hasRoot() || d.Target == SBOMTarget || d.Target == packagesTarget)
}

// resolve plans to find the packages that are added to a base.
func (d *Decision) resolve() plan.Resolve {
	var lines []diag.Range
	for _, p := range d.image.Run.Packages {
		lines = append(lines, p.At)
	}
	s := plan.Step{ID: "resolve", At: spans(d.image.File, lines...), Network: true}
	index := s
	s.Name, index.Name = "find the packages of run.packages", "look up the package indexes of "+d.base.ref
	return plan.Resolve{Step: s, Index: index, Wants: values(d.image.Run.Packages), Repositories: repositories(d.image)}
}

// packages plans to add packages, whatever they are.
func (d *Decision) packages() plan.Packages {
	r := d.resolve()
	p := plan.Packages{Wants: r.Wants, Repositories: r.Repositories, Epoch: d.args.epoch.Seconds()}
	p.Step = plan.Step{ID: "packages", Name: "add " + strings.Join(r.Wants, ", "), At: r.At}
	p.Download = plan.Step{ID: "packages", Name: "download " + strings.Join(r.Wants, ", "), At: r.At, Network: true}
	if slices.Contains(d.Request.ContextNames(), step.PackagesContext) {
		p.Context = step.PackagesContext
	}
	return p
}

// ResolveFor returns the step that finds the packages for a base; nil if the
// image is no base, or gets no packages.
func (ls Lookups) ResolveFor(key ImageKey, img Image) *plan.Resolve {
	if ls.Resolve == nil || key.Use != UseBase {
		return nil
	}
	r := *ls.Resolve
	r.Base = plan.ImageRef{Name: img.Name, Platform: key.Platform, Context: img.Context, At: r.At}
	r.Platform = key.Platform.String()
	r.Name += " for " + r.Platform
	r.Index.Name += " for " + r.Platform
	return &r
}

// Added returns the step that adds the packages that were found to the base of
// a platform; nil if there are none.
func (ls Lookups) Added(p plan.Platform, found map[plan.Platform][]step.OSPackage) *plan.Packages {
	if len(found[p]) == 0 {
		return nil
	}
	return added(ls.Packages, found[p], p)
}

func added(p plan.Packages, list []step.OSPackage, platform plan.Platform) *plan.Packages {
	for _, one := range list {
		p.List = append(p.List, plan.OSPackage(one))
	}
	more := ""
	if n := len(list) - len(p.Wants); n > 0 {
		more = fmt.Sprintf(" and %d more packages", n)
		if n == 1 {
			more = " and one more package"
		}
	}
	p.Name += fmt.Sprintf("%s for %s", more, platform)
	p.Download.Name += fmt.Sprintf("%s for %s", more, platform)
	return &p
}

func repositories(s *spec.Spec) []plan.Repository {
	var all []plan.Repository
	for _, r := range s.Run.Repositories {
		one := plan.Repository{URL: r.URL.Value, Mirrors: r.Mirrors.Value, Suite: r.Suite.Value, Components: values(r.Components)}
		if r.Key.IsSet() {
			one.Key = path.Clean(r.Key.Value)
		}
		all = append(all, one)
	}
	return all
}

// HasKeys reports whether packages come from a repository with a key in the
// build context.
func (ls Lookups) HasKeys() bool {
	return ls.Resolve != nil && slices.ContainsFunc(ls.Resolve.Repositories, func(r plan.Repository) bool { return r.Key != "" })
}

// LacksKeys reports whether the scan does not find the key of a repository. The
// plan reports it.
func (ls Lookups) LacksKeys(facts step.Facts) bool {
	return ls.Resolve != nil && slices.ContainsFunc(ls.Resolve.Repositories, func(r plan.Repository) bool {
		return r.Key != "" && foundFile(facts.Files, spec.String{Value: r.Key}).Kind != step.KindFile
	})
}
