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
	if target == packagesTarget && len(s.Run.Packages) == 0 && !s.Build.Cgo.Value {
		errs.Add(diag.Diagnostic{
			At:      diag.Range{File: "--target " + target},
			Message: "the spec needs no packages of a distribution",
			Hint:    "name some with run.packages or build.packages",
		})
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

// validateRepositories reports repositories that no image of the file uses. Several
// images can have them in common.
func validateRepositories(s *spec.Spec, images []*spec.Spec, errs *diag.List) {
	for _, r := range s.Run.Repositories {
		uses := func(image *spec.Spec) bool {
			has := slices.ContainsFunc(image.Run.Repositories, func(o spec.Repository) bool { return o.At == r.At })
			return has && (len(image.Run.Packages) > 0 || r.Mirrors.IsSet() && image.Build.Cgo.Value)
		}
		if !slices.ContainsFunc(images, uses) {
			errs.Add(diag.Diagnostic{At: r.At, Message: "run.repositories: without run.packages nothing comes from it", Hint: "name packages, or remove it"})
		}
	}
}

// PackagesKey names packages that are found together, and that a lock has.
type PackagesKey struct {
	Base     string // reference of the image that they are added to
	For      string // as of step.Packages: empty for those of run.packages
	Wants    string // separated by spaces
	Platform plan.Platform
}

// wants returns what is wanted.
func (k PackagesKey) wants() []string { return strings.Fields(k.Wants) }

// PackagesLookup finds packages that are added to an image.
type PackagesLookup struct {
	Image   ImageKey
	At      diag.Range // the line that asks for them
	resolve plan.Resolve
}

// On returns the step that finds the packages, once the image is known.
func (l PackagesLookup) On(img Image) plan.Resolve {
	r := l.resolve
	r.Base = plan.ImageRef{Name: img.Name, Platform: l.Image.Platform, Context: img.Context, At: r.At}
	return r
}

// addsPackages reports whether the target has packages of a distribution.
func (d *Decision) addsPackages() bool {
	return len(d.image.Run.Packages) > 0 && d.base.ref != "" && (d.hasRoot() || d.Target == SBOMTarget || d.Target == packagesTarget)
}

// baseKey names the packages of run.packages for a platform.
func (d *Decision) baseKey(p plan.Platform) PackagesKey {
	return PackagesKey{Base: d.base.ref, Wants: strings.Join(values(d.image.Run.Packages), " "), Platform: p}
}

// basePackages plans to find the packages that are added to the base of each
// platform.
func (d *Decision) basePackages() map[PackagesKey]PackagesLookup {
	all := map[PackagesKey]PackagesLookup{}
	if len(d.image.Run.Packages) == 0 || d.base.ref == "" {
		return all
	}
	for _, p := range d.imagePlatforms() {
		s := plan.Step{ID: "resolve", At: d.packageLines(), Network: true}
		index := s
		s.Name, index.Name = fmt.Sprintf("find the packages of run.packages for %s", p), fmt.Sprintf("look up the package indexes of %s for %s", d.base.ref, p)
		all[d.baseKey(p)] = PackagesLookup{
			Image:   d.base.key(p),
			At:      d.image.Run.Packages[0].At,
			resolve: plan.Resolve{Step: s, Index: index, Wants: values(d.image.Run.Packages), Platform: p.String(), Repositories: repositories(d.image)},
		}
	}
	return all
}

func (d *Decision) packageLines() []plan.Span {
	var lines []diag.Range
	for _, p := range d.image.Run.Packages {
		lines = append(lines, p.At)
	}
	return spans(d.image.File, lines...)
}

// packages plans to add packages, whatever they are.
func (d *Decision) packages() plan.Packages {
	wants, lines := values(d.image.Run.Packages), d.packageLines()
	p := plan.Packages{Wants: wants, Repositories: repositories(d.image), Context: d.archivesContext(), Epoch: d.args.epoch.Seconds()}
	p.Step = plan.Step{ID: "packages", Name: "add " + strings.Join(wants, ", "), At: lines}
	p.Download = plan.Step{ID: "packages", Name: "download " + strings.Join(wants, ", "), At: lines, Network: true}
	return p
}

// archivesContext returns the name of the build context that has the archives of
// packages; empty without one.
func (d *Decision) archivesContext() string {
	if slices.Contains(d.Request.ContextNames(), step.PackagesContext) {
		return step.PackagesContext
	}
	return ""
}

// Added returns the step that adds the packages that were found to an image; nil
// if there are none.
func (ls Lookups) Added(img ImageKey, found map[PackagesKey][]step.OSPackage) *plan.Packages {
	list := found[PackagesKey{Base: img.Ref, Wants: strings.Join(ls.Packages.Wants, " "), Platform: img.Platform}]
	if len(list) == 0 {
		return nil
	}
	return added(ls.Packages, list, img.Platform)
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

// mirrors returns those repositories that are mirrors of others.
func mirrors(s *spec.Spec) []plan.Repository {
	return slices.DeleteFunc(repositories(s), func(r plan.Repository) bool { return r.Mirrors == "" })
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
	return len(ls.Resolve) > 0 && slices.ContainsFunc(ls.Packages.Repositories, func(r plan.Repository) bool { return r.Key != "" })
}

// LacksKeys reports whether the scan does not find the key of a repository. The
// plan reports it.
func (ls Lookups) LacksKeys(facts step.Facts) bool {
	return len(ls.Resolve) > 0 && slices.ContainsFunc(ls.Packages.Repositories, func(r plan.Repository) bool {
		return r.Key != "" && foundFile(facts.Files, spec.String{Value: r.Key}).Kind != step.KindFile
	})
}
