package planner

import (
	"fmt"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/internal/gomod"
)

// strict is the first Go that takes go lines for what they say.
const strict = "1.21"

// validateLines holds the go lines of go.work and the go.mod files against each
// other, as the go command does before it looks at anything else.
func validateLines(c Decision, errs *diag.List) {
	if !c.atLeast(strict) {
		return
	}
	if c.Project.Work != nil {
		validateWork(c.Project.Work, c.Project.Members, errs)
	}
	if c.vendored {
		return // The folders that replace modules are not looked at.
	}
	for _, other := range loaded(c.Project) {
		if c.isBrought(other.Dir) {
			continue
		}
		if c.Project.Work == nil {
			validateOther(c.Project, other, errs)
		} else if c.version.IsSet() {
			validateLine(c.version, other.Go, errs)
		}
	}
}

// replacement is the module of a directory, and the line that puts it in the
// place of another.
type replacement struct {
	*project.Module
	by gomod.Replace
}

// loaded are the modules of directories that the go command reads for certain:
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

// isBrought reports whether another build context takes the place of a folder
// that replaces a module.
func (c Decision) isBrought(dir string) bool {
	return slices.ContainsFunc(c.Project.Replaces(), func(r project.Replace) bool {
		return r.Dir() == dir && slices.Contains(c.Request.ContextNames(), ContextName(r.Old.Path))
	})
}

// validateWork finds members that ask for a newer Go than their go.work.
func validateWork(w *project.Work, members []*project.Module, errs *diag.List) {
	line := w.Go
	if !line.IsSet() {
		line = project.Version{Value: "1.18", At: diag.Range{File: w.File}} // as the go command has it
	}
	for _, m := range members {
		if !m.Go.IsSet() || project.Compare(m.Go.Value, line.Value) <= 0 {
			continue
		}
		message := fmt.Sprintf("go %s is older than go %s, which %s asks for", line.Value, m.Go.Value, m.Go.At)
		if !w.Go.IsSet() {
			message = fmt.Sprintf("without a go line it is for go %s, and %s asks for go %s", line.Value, m.Go.At, m.Go.Value)
		}
		errs.Add(diag.Diagnostic{At: line.At, Message: message, Hint: "run `go work use`", Related: []diag.Range{m.Go.At}})
	}
}

// validateOther finds a module of a folder that asks for a newer Go than the
// go.mod that puts it in another's place.
func validateOther(p *project.Project, other replacement, errs *diag.List) {
	line := p.Root.Go
	if !line.IsSet() || !other.Go.IsSet() || project.Compare(other.Go.Value, strict) < 0 || project.Compare(other.Go.Value, line.Value) <= 0 {
		return
	}
	errs.Add(diag.Diagnostic{
		At:      line.At,
		Message: fmt.Sprintf("go %s is older than go %s, which %s asks for, the module in the place of %s", line.Value, other.Go.Value, other.Go.At, other.by.Old.Path),
		Hint:    "run `go mod tidy`",
		Related: []diag.Range{other.Go.At, p.At(other.by)},
	})
}
