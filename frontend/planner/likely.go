package planner

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/step"
)

// aside are directories of programs for the developers of a project, or of
// examples.
var aside = []string{
	"_examples", "benchmark", "benchmarks", "build", "ci", "contrib", "demo", "demos", "dev", "docs", "e2e",
	"example", "examples", "fixtures", "gen", "generate", "hack", "integration", "internal", "misc", "mock",
	"mocks", "sample", "samples", "script", "scripts", "test", "testdata", "testing", "tests", "third_party",
	"tool", "tools", "utils",
}

// byLikelihood sorts main packages: first those that an image is most likely
// made of. Others stay in the order of their directories.
func (p packages) byLikelihood(pkgs []step.Package) []step.Package {
	return slices.SortedStableFunc(slices.Values(pkgs), func(a, b step.Package) int {
		return slices.Compare(p.oddity(a), p.oddity(b))
	})
}

// oddity returns how far a main package is from where programs usually are.
// What weighs most comes first: whether it is aside, whether it has the name of
// the module, whether it is below cmd, and how deep it is.
func (p packages) oddity(pkg step.Package) []int {
	elems := strings.Split(pkg.Dir, "/")
	return []int{number(isAside(pkg.Dir)), p.otherName(pkg), number(!slices.Contains(elems, "cmd")), len(elems)}
}

func number(is bool) int {
	if is {
		return 1
	}
	return 0
}

func isAside(dir string) bool {
	return slices.ContainsFunc(strings.Split(strings.ToLower(dir), "/"), func(elem string) bool {
		return slices.Contains(aside, elem)
	})
}

// otherName returns 0 for a package at the root of its module or with its name,
// 1 for one with a name that begins alike, and 2 for others.
func (p packages) otherName(pkg step.Package) int {
	if pkg.Dir == pkg.Module {
		return 0
	}
	name, of := path.Base(pkg.Dir), p.moduleName()
	switch {
	case of == "":
		return 2
	case name == of:
		return 0
	case strings.HasPrefix(name, of), strings.HasPrefix(of, name+"-"):
		return 1
	}
	return 2
}

// moduleName returns what people call the project: the last element of its
// module's path, without the end of a domain.
func (p packages) moduleName() string {
	if len(p.project.Members) == 0 {
		return ""
	}
	name := gomod.ProgramName(p.project.Members[0].Path)
	name, _, _ = strings.Cut(name, ".")
	return cmp.Or(name, gomod.ProgramName(p.project.Members[0].Path))
}
