package planner

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
)

// usualMains are patterns for where programs usually are. An ignore file may
// hide them.
var usualMains = []string{"*.go", "cmd/*.go", "cmd/*/*.go"}

// literal returns a pattern of path.Match that matches a name and nothing else.
func literal(name string) string { return special.ReplaceAllString(name, `\$0`) }

var special = regexp.MustCompile(`[*?[\\]`)

// noModule reports why there is nothing to build: there is no go.mod in the
// directories that the spec names or above them, or a go.work uses no module.
func (p packages) noModule(s *spec.Spec) diag.Diagnostic {
	if p.project.Work != nil {
		return p.noUse()
	}
	d := diag.Diagnostic{
		At:      firstLine(s),
		Message: "the build context has no go.mod",
		Missing: []string{project.ModFile, project.WorkFile},
	}
	if len(s.Main) > 0 && len(p.facts.Modules) > 0 {
		first := s.Main[0].Package
		d.At = first.At
		d.Message = fmt.Sprintf("main: %s is in no module: there is no go.mod in that directory or above it", first.Value)
	} else if len(p.facts.Modules) > 0 {
		d.Message += " at its root, and the key `main` names no main package of another module"
	}
	switch mains := p.byLikelihood(p.others()); {
	case len(mains) == 1:
		d.Hint = nameIt(s.File, mains[0])
	case len(mains) > 1:
		d.Hint = fmt.Sprintf("the main packages are %s; %s", join(dirs(mains)), nameIt(s.File, mains[0]))
	case len(p.facts.Modules) > 0:
		d.Hint = "the modules have no main package: " + join(p.facts.Modules)
	case len(p.facts.Packages) > 0:
		d.Hint = p.above(s)
	default:
		d.Hint = "run `go mod init`"
	}
	return d
}

// noUse reports a go.work without modules. The go command does not build with
// one either.
func (p packages) noUse() diag.Diagnostic {
	dirs := p.facts.Modules
	if len(dirs) == 0 {
		dirs = []string{"."}
	}
	return diag.Diagnostic{
		At:      diag.At(p.project.Work.File, 1, 1),
		Message: p.project.Work.File + " uses no module",
		Hint:    fmt.Sprintf("run `go work use %s`", arguments(dirs, "-r .")),
		Missing: []string{project.ModFile},
	}
}

// above returns the hint for Go files without a module. Most likely the go.mod
// is in a directory above the context, of which only the place of the context
// in its checkout is known.
func (p packages) above(s *spec.Spec) string {
	where, dir := "above this one", "<this directory>"
	if p.project.Below != "" {
		where, dir = "the root of the repository", p.project.Below
	}
	return fmt.Sprintf("the context has to be the directory with go.mod: if that is %s, run `docker buildx build -f %s .` there; for a new module, run `go mod init`",
		where, path.Join(dir, s.File))
}

// workInit returns the command that makes modules a workspace.
func workInit(dirs []string) string {
	if len(dirs) > mostNamed {
		return "go work init && go work use -r ."
	}
	return "go work init " + arguments(dirs, "")
}

// arguments lists directories as arguments of a command, or returns what stands
// for all of them if they are too many.
func arguments(dirs []string, all string) string {
	if len(dirs) > mostNamed {
		return all
	}
	var names []string
	for _, d := range dirs {
		names = append(names, dot(d))
	}
	return strings.Join(names, " ")
}

// noPackage reports a directory without a package.
func (p packages) noPackage(m spec.String, dir string) diag.Diagnostic {
	d := diag.Diagnostic{
		At:      m.At,
		Message: fmt.Sprintf("main: %s has no Go files", m.Value),
		Hint:    p.suggestion(m.At.File, dir),
		Missing: goFiles(dir),
	}
	if strings.HasSuffix(m.Value, ".go") {
		d.Message = fmt.Sprintf("main: %s is a file, wanted the directory of a package", m.Value)
		d.Hint = "name the directory: " + dot(path.Dir(dir))
	}
	return d
}

// goFiles returns patterns for the source of a package.
func goFiles(dir string) []string { return []string{path.Join(literal(dir), "*.go")} }

// goFilesBelow returns patterns for the source of packages that a pattern
// names: those in its directory and in the directories directly below it.
func goFilesBelow(pattern string) []string {
	below := literal(path.Clean(strings.TrimSuffix(pattern, "...")))
	return []string{path.Join(below, "*.go"), path.Join(below, "*", "*.go")}
}
