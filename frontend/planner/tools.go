package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/gomod"
)

// firstTool is the first Go whose go.mod has tool lines.
const firstTool = "1.24"

// findTool returns the import path of a tool that go.mod names: by the path, or
// by its program's name. If several have that name, the path is empty.
func findTool(p *project.Project, name string) (path string, found []string) {
	for _, m := range p.Members {
		for _, t := range m.Tools {
			if t.Path == name {
				return t.Path, []string{t.Path}
			}
			if gomod.ProgramName(t.Path) == name && !slices.Contains(found, t.Path) {
				found = append(found, t.Path)
			}
		}
	}
	if len(found) == 1 {
		return found[0], found
	}
	return "", found
}

// isTool reports whether a go.mod of the project has a tool line for a package.
func isTool(p *project.Project, importPath string) bool {
	return slices.ContainsFunc(p.Members, func(m *project.Module) bool {
		return slices.ContainsFunc(m.Tools, func(t project.Tool) bool { return t.Path == importPath })
	})
}

// validateTool reports a tool of go.mod that a key names and that cannot run. It
// reports false if the toolchain knows no tools at all.
func (d *Decision) validateTool(key string, name spec.String, errs *diag.List) bool {
	if v := d.version; v.IsSet() && gomod.CompareGo(v.Value, firstTool) < 0 {
		errs.Add(diag.Diagnostic{
			At:      name.At,
			Message: fmt.Sprintf("%s needs Go %s or newer, which has tool lines in go.mod, and %s has %s", key, firstTool, v.At, v.Value),
			Hint:    "write a newer Go as the key `go`",
			Related: []diag.Range{v.At},
		})
		return false
	}
	validateNamed(d.Project, key, name, errs)
	return true
}

// validateNamed reports a tool that no go.mod names, or several do.
func validateNamed(p *project.Project, key string, name spec.String, errs *diag.List) {
	path, found := findTool(p, name.Value)
	switch {
	case path == "" && len(found) > 0:
		errs.Add(diag.Diagnostic{
			At:      name.At,
			Message: fmt.Sprintf("%s: %s is the name of several tools", key, name.Value),
			Hint:    "write the import path: " + strings.Join(found, " or "),
		})
	case path == "":
		var known []string
		for _, m := range p.Members {
			for _, t := range m.Tools {
				known = append(known, gomod.ProgramName(t.Path))
			}
		}
		d := diag.Diagnostic{
			At:      name.At,
			Message: fmt.Sprintf("%s: %s has no tool %s", key, p.File(), name.Value),
			Hint:    "add it with `go get -tool` and the import path of its main package",
		}
		errs.Add(withClosest(d, name.Value, known))
	}
}
