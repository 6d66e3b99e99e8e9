package planner

import (
	"fmt"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/internal/gomod"
)

// strict is the first Go that refuses a go line of a newer Go.
const strict = "1.21"

// validateLines compares the go lines of go.work and the go.mod files with each
// other, as the go command does before it looks at anything else. A version
// that is not known is taken for a new one.
func validateLines(m modules, v project.Version, errs *diag.List) {
	if v.IsSet() && gomod.CompareGo(v.Value, strict) < 0 {
		return
	}
	p := m.project
	if p.Work != nil {
		validateWork(p.Work, p.Members, errs)
	}
	if m.vendored {
		return // The directories that replace modules are not looked at.
	}
	for _, other := range loaded(p) {
		if m.isReplaced(other.Dir) {
			continue
		}
		if p.Work == nil {
			validateOther(p, other, errs)
		} else if v.IsSet() {
			validateLine(v, other.Go, errs)
		}
	}
}

// replacement is the module of a directory, and the line by which it replaces
// another.
type replacement struct {
	*project.Module
	by gomod.Replace
}

// loaded returns the modules of directories that the go command reads for certain:
// those that replace the version of a module which the project requires.
func loaded(p *project.Project) []replacement {
	var all []replacement
	replaced := p.Replacements()
	for _, m := range p.Members {
		for _, r := range m.Require {
			by, ok := replaced.Of(r.Version)
			other := p.Other(by.Dir())
			isNew := !slices.ContainsFunc(all, func(l replacement) bool { return l.Module == other })
			if ok && by.IsDir() && other != nil && isNew {
				all = append(all, replacement{other, by})
			}
		}
	}
	return all
}

// validateWork reports members that ask for a newer Go than their go.work.
func validateWork(w *project.Work, members []*project.Module, errs *diag.List) {
	line := w.Go
	if !line.IsSet() {
		line = project.Version{Value: "1.18", At: diag.Range{File: w.File}} // as the go command has it
	}
	for _, m := range members {
		if !m.Go.IsSet() || gomod.CompareGo(m.Go.Value, line.Value) <= 0 {
			continue
		}
		message := fmt.Sprintf("go %s is older than go %s, which %s asks for", line.Value, m.Go.Value, m.Go.At)
		if !w.Go.IsSet() {
			message = fmt.Sprintf("without a go line it is for go %s, and %s asks for go %s", line.Value, m.Go.At, m.Go.Value)
		}
		errs.Add(diag.Diagnostic{At: line.At, Message: message, Hint: "run `go work use`", Related: []diag.Range{m.Go.At}})
	}
}

// validateOther reports a module of a directory that asks for a newer Go than
// the go.mod by which it replaces another.
func validateOther(p *project.Project, other replacement, errs *diag.List) {
	line := p.Root.Go
	if !line.IsSet() || !other.Go.IsSet() || gomod.CompareGo(other.Go.Value, strict) < 0 || gomod.CompareGo(other.Go.Value, line.Value) <= 0 {
		return
	}
	errs.Add(diag.Diagnostic{
		At:      line.At,
		Message: fmt.Sprintf("go %s is older than go %s, which %s asks for, the module that replaces %s", line.Value, other.Go.Value, other.Go.At, other.by.Old.Path),
		Hint:    "run `go mod tidy`",
		Related: []diag.Range{other.Go.At, p.At(other.by)},
	})
}
