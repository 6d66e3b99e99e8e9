package planner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/util/suggest"
)

// packages are the packages that a scan found in a project.
type packages struct {
	project *project.Project
	facts   step.Facts
	errs    *diag.List
}

// mainPackage is a main package that is built: one of the project, or one of a
// module that the project requires.
type mainPackage struct {
	step.Package
	required string      // import path of the latter
	written  spec.String // the entry that names it
	to       spec.String // where its program goes, as of spec.Main
	ldflags  spec.String // for it alone, as of spec.Main
}

// name returns what the package is called in plans and messages.
func (m mainPackage) name() string {
	if m.required != "" {
		return m.required
	}
	return dot(m.Dir)
}

// mains returns the packages to build: those that the spec names, else the only
// one.
func (p packages) mains(s *spec.Spec) []mainPackage {
	if len(p.project.Members) == 0 {
		p.errs.Add(p.noModule(s))
		return nil
	}
	if len(s.Main) == 0 {
		return p.onlyMain(s)
	}
	var out []mainPackage
	for _, m := range s.Main {
		if p.project.HasRequired(m.Package.Value) {
			out = p.withMain(out, mainPackage{required: m.Package.Value, written: m.Package, to: m.To, ldflags: m.Ldflags})
			continue
		}
		found := p.entry(m.Package)
		if len(found) > 1 && m.To.IsSet() && !isDirectory(m.To.Value) {
			p.errs.Add(diag.Diagnostic{
				At:      m.To.At,
				Message: fmt.Sprintf("main: %s names %d programs, and %s is a place for one", m.Package.Value, len(found), m.To.Value),
				Hint:    "end it with a slash if it is a directory",
			})
		}
		for _, pkg := range found {
			out = p.withMain(out, mainPackage{Package: pkg, written: m.Package, to: m.To, ldflags: m.Ldflags})
		}
	}
	return out
}

// withMain adds a package if it is not there yet.
func (p packages) withMain(all []mainPackage, pkg mainPackage) []mainPackage {
	i := slices.IndexFunc(all, func(o mainPackage) bool { return o.name() == pkg.name() })
	if i < 0 {
		return append(all, pkg)
	}
	switch first := all[i]; {
	case first.to.IsSet() && pkg.to.IsSet() && first.to.Value != pkg.to.Value:
		p.errs.Errorf(pkg.to.At, "main: %s goes to %s already (line %d); a program has one place", pkg.name(), first.to.Value, first.to.At.Start.Line)
	case first.to.Value != pkg.to.Value || first.ldflags.Value != pkg.ldflags.Value:
		p.errs.Add(diag.Diagnostic{
			At:      pkg.written.At,
			Message: fmt.Sprintf("main: another entry names %s, too, with another place or other linker flags", pkg.name()),
			Hint:    "name each package once",
			Related: []diag.Range{first.written.At},
		})
	}
	return all
}

// all returns every main package of the project's modules.
func (p packages) all() []step.Package {
	var out []step.Package
	for _, pkg := range p.facts.Packages {
		if pkg.Name == "main" && !pkg.Named && p.project.Contains(pkg.Module) {
			out = append(out, pkg)
		}
	}
	return out
}

func (p packages) onlyMain(s *spec.Spec) []mainPackage {
	all := p.withoutTools(p.all())
	switch len(all) {
	case 1:
		return []mainPackage{{Package: all[0]}}
	case 0:
		p.errs.Add(diag.Diagnostic{At: firstLine(s), Message: "no main package for the platforms asked for", Hint: p.elsewhere(s.File), Missing: usualMains})
	default:
		all = p.byLikelihood(all)
		p.errs.Add(diag.Diagnostic{
			At:      firstLine(s),
			Message: fmt.Sprintf("%d main packages, and the key `main` names none of them: %s", len(all), join(dirs(all))),
			Hint:    p.nameOne(s, all),
		})
	}
	return nil
}

// withoutTools returns main packages without the tools of go.mod, which are there
// for generators and checks. A program that is a tool of its own project counts if
// there is no other.
func (p packages) withoutTools(all []step.Package) []step.Package {
	programs := slices.DeleteFunc(slices.Clone(all), func(pkg step.Package) bool { return isTool(p.project, importPath(p.project, pkg)) })
	if len(programs) == 0 {
		return all
	}
	return programs
}

// nameOne returns a hint: the line that names the first of several main
// packages, and the main packages of other modules. These come first if those of
// the project are all aside.
func (p packages) nameOne(s *spec.Spec, all []step.Package) string {
	others := p.byLikelihood(p.others())
	if len(others) == 0 {
		return nameIt(s.File, all[0])
	}
	more := "other modules have main packages as well: " + join(dirs(others))
	if isAside(all[0].Dir) && !isAside(others[0].Dir) {
		return more + "; " + nameIt(s.File, others[0])
	}
	return nameIt(s.File, all[0]) + "; " + more
}

// nameIt returns a hint: the line that names a main package.
func nameIt(specFile string, pkg step.Package) string {
	return fmt.Sprintf("add a line to %s, as in `main: %s`", specFile, dot(pkg.Dir))
}

// elsewhere returns a hint where a main package may be hidden.
func (p packages) elsewhere(specFile string) string {
	for _, pkg := range p.facts.Packages {
		if pkg.Reason != "" && p.project.Contains(pkg.Module) {
			return dot(pkg.Dir) + ": " + pkg.Reason
		}
	}
	if others := p.byLikelihood(p.others()); len(others) > 0 {
		return fmt.Sprintf("other modules have some: %s; %s", join(dirs(others)), nameIt(specFile, others[0]))
	}
	return "the files of a program begin with `package main`"
}

// others returns the main packages of modules that are not the project's.
func (p packages) others() []step.Package {
	var out []step.Package
	for _, pkg := range p.facts.Packages {
		if pkg.Name == "main" && pkg.Module != "" && !p.project.Contains(pkg.Module) {
			out = append(out, pkg)
		}
	}
	return out
}

// entry returns the packages that one entry of the key `main` names: a
// directory, an import path, or a pattern that ends in "/...".
func (p packages) entry(m spec.String) []step.Package {
	if below, ok := p.pathPattern(m.Value); ok {
		return p.matching(m, func(pkg step.Package) bool {
			_, ok := gomod.CutPath(importPath(p.project, pkg), below)
			return ok
		})
	}
	dir, ok := p.dir(m.Value)
	if !ok {
		p.errs.Add(diag.Diagnostic{At: m.At, Message: fmt.Sprintf("main: %s is outside of the module", m.Value), Hint: "write a directory below the context, as in ./cmd/server"})
		return nil
	}
	if below, ok := strings.CutSuffix(dir, "..."); ok {
		below = path.Clean(below)
		return p.matching(m, func(pkg step.Package) bool {
			_, ok := gomod.CutDir(pkg.Dir, below)
			return ok
		})
	}
	for _, pkg := range p.facts.Packages {
		if pkg.Dir == dir {
			return p.asMain(m, pkg)
		}
	}
	if isImportPath(m.Value) {
		p.errs.Add(notRequired(m, p.project))
	} else {
		p.errs.Add(p.noPackage(m, dir))
	}
	return nil
}

// dir turns an entry into a directory of the context, and reports whether it is
// one. Without facts it is a guess.
func (p packages) dir(value string) (string, bool) {
	if dir, ok := p.placeOf(value); ok {
		return dir, true
	}
	dir := path.Clean(value)
	return dir, !path.IsAbs(dir) && dir != ".." && !strings.HasPrefix(dir, "../")
}

func (p packages) matching(m spec.String, matches func(step.Package) bool) []step.Package {
	out := slices.DeleteFunc(p.all(), func(pkg step.Package) bool { return !matches(pkg) })
	if len(out) == 0 {
		p.errs.Add(diag.Diagnostic{
			At:      m.At,
			Message: fmt.Sprintf("main: %s matches no main package", m.Value),
			Missing: goFilesBelow(m.Value),
		})
	}
	return out
}

// asMain returns a package if it is a main package of the project, and reports
// why if it is not.
func (p packages) asMain(m spec.String, pkg step.Package) []step.Package {
	switch {
	case !p.project.Contains(pkg.Module):
		p.errs.Add(diag.Diagnostic{
			At:      m.At,
			Message: fmt.Sprintf("main: %s belongs to another module, that of %s", m.Value, path.Join(pkg.Module, project.ModFile)),
			Hint:    "name it by its directory: " + dot(pkg.Dir),
		})
	case p.isAmbiguous(m, pkg):
	case pkg.Name == "main":
		return []step.Package{pkg}
	case pkg.Name == "":
		p.errs.Errorf(m.At, "main: %s: %s", m.Value, pkg.Reason)
	default:
		p.errs.Add(diag.Diagnostic{
			At:      m.At,
			Message: fmt.Sprintf("main: %s is package %s, a library (%s)", m.Value, pkg.Name, pkg.At),
			Hint:    p.suggestion(m.At.File, pkg.Dir),
		})
	}
	return nil
}

// suggestion returns a hint with the main package that was probably meant, else
// with all.
func (p packages) suggestion(specFile, dir string) string {
	all := dirs(p.byLikelihood(p.all()))
	every := slices.Concat(all, dirs(p.byLikelihood(p.others())))
	if near, ok := suggest.Search(dir, every, true); ok {
		return fmt.Sprintf("did you mean %s?", dot(near))
	}
	if len(all) == 0 {
		return "the project has no main package; " + p.elsewhere(specFile)
	}
	for _, d := range every {
		if path.Base(d) == path.Base(dir) {
			return fmt.Sprintf("did you mean %s?", dot(d))
		}
	}
	if len(all) == 1 {
		return fmt.Sprintf("the only main package is `%s`; without the key `main` that one is built", dot(all[0]))
	}
	return "the main packages are " + join(all)
}

func dirs(pkgs []step.Package) []string {
	var out []string
	for _, pkg := range pkgs {
		out = append(out, pkg.Dir)
	}
	return out
}

// mainDirs returns the directories of the project's own.
func mainDirs(mains []mainPackage) []string {
	var out []string
	for _, m := range mains {
		if m.required == "" {
			out = append(out, m.Dir)
		}
	}
	return out
}

// dot writes a directory as the go command wants it: "./cmd/api".
func dot(dir string) string {
	if dir == "." {
		return "."
	}
	return "./" + dir
}

// dots does the same for several.
func dots(dirs []string) []string {
	var all []string
	for _, dir := range dirs {
		all = append(all, dot(dir))
	}
	return all
}

// mostNamed bounds the lists in messages.
const mostNamed = 12

// join lists directories; only the first of them if they are many.
func join(dirs []string) string {
	var names []string
	for _, d := range dirs {
		names = append(names, dot(d))
	}
	if n := len(names); n > mostNamed {
		names = append(names[:mostNamed], fmt.Sprintf("and %d more", n-mostNamed))
	}
	return strings.Join(names, ", ")
}

// firstLine returns the place of errors about a whole file, or about one of its
// images.
func firstLine(s *spec.Spec) diag.Range {
	if s.Name.IsSet() {
		return s.Name.At
	}
	return diag.At(s.File, 1, 1)
}
