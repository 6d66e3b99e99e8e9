package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/goflag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/frontend/stamp"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/step"
)

// linkerVariable finds -X flags that the linker ignores silently: it sets no
// variable of a package that it does not link. Whether a package has the
// variable, only its source says.
func linkerVariable(s Subject) []diag.Diagnostic {
	var out []diag.Diagnostic
	own := s.Spec.Ldflags()[:1+len(s.Spec.Main)]
	for _, flags := range own {
		out = append(out, s.unset(flags)...)
	}
	return out
}

// unset finds such flags in the value of one key.
func (s Subject) unset(flags spec.Setting) []diag.Diagnostic {
	var out []diag.Diagnostic
	find := func(hint, format string, args ...any) {
		out = append(out, diag.Diagnostic{At: flags.At, Message: flags.Key + ": " + fmt.Sprintf(format, args...), Hint: hint})
	}
	for _, d := range definitions(flags.Value) {
		variable := d.Package + "." + d.Name
		switch kind := s.packageKind(d.Package); {
		case kind == mainPackage:
			find("write -X main."+d.Name+"=…", "-X %s sets nothing: for the linker, the path of a main package is main", variable)
		case kind == noPackage:
			find("write the import path as it is in the source", "-X %s sets nothing: no module has a package %s", variable, d.Package)
		case isQuoted(d.Value):
			find(fmt.Sprintf("write -X '%s=%s'", variable, d.Value[1:len(d.Value)-1]), "-X %s: the quotes become part of the value %s", variable, d.Value)
		}
	}
	return out
}

// definitions returns the variables that linker flags set. Stamps stay as they
// are written.
func definitions(ldflags string) []goflag.Definition {
	text, wrong := stamp.Values{}.AsWritten().Fill(ldflags)
	flags, notFlags := goflag.Parse(text)
	if len(wrong) > 0 || notFlags != nil {
		return nil // which is an error elsewhere
	}
	return flags.Words.Definitions()
}

func isQuoted(value string) bool {
	return len(value) > 1 && strings.Contains(`'"`, value[:1]) && value[:1] == value[len(value)-1:]
}

// What an import path is the path of.
const (
	somePackage = iota // or one that only the module cache knows
	mainPackage
	noPackage
)

func (s Subject) packageKind(importPath string) int {
	if importPath == "main" || isStandard(importPath) {
		return somePackage
	}
	for _, m := range s.Project.Members {
		below := func(r project.Require) bool { _, ok := gomod.CutPath(importPath, r.Path); return ok }
		if slices.ContainsFunc(m.Require, below) || !listsAll(m) {
			return somePackage
		}
		if kind := s.packageIn(m, importPath); kind != noPackage {
			return kind
		}
	}
	return noPackage
}

// packageIn searches for a package in a module of the project.
func (s Subject) packageIn(m *project.Module, importPath string) int {
	own := gomod.Module{Path: m.Path, Dir: m.Dir}
	i := slices.IndexFunc(s.Facts.Packages, func(p step.Package) bool {
		return p.Module == m.Dir && own.ImportPath(p.Dir) == importPath
	})
	switch {
	case i < 0:
		return noPackage
	case s.Facts.Packages[i].Name == "main":
		return mainPackage
	}
	return somePackage
}

// listsAll reports whether a go.mod requires all modules that the program has
// packages of, as it does since Go 1.17.
func listsAll(m *project.Module) bool {
	return m.Go.IsSet() && gomod.CompareGo(m.Go.Value, "1.17") >= 0
}

// standard are the top directories of the standard library. TestStandard compares
// them with the toolchain.
var standard = strings.Fields(`archive arena bufio bytes cmp compress container context crypto database debug embed
	encoding errors expvar flag fmt go hash html image index internal io iter log maps math mime net os path
	plugin reflect regexp runtime simd slices sort strconv strings structs sync syscall testing text time unicode
	unique unsafe vendor weak`)

func isStandard(importPath string) bool {
	top, _, _ := strings.Cut(importPath, "/")
	return slices.Contains(standard, top)
}
