package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/plan"
)

// firstTool is the first Go whose go.mod has tool lines.
const firstTool = "1.24"

// linterSettings are files in which linters find their settings by themselves.
var linterSettings = []string{".golangci.json", ".golangci.toml", ".golangci.yaml", ".golangci.yml", "staticcheck.conf"}

// lint plans the check that runs tools of go.mod. Their code is not gohull's,
// so they share no cache.
func (c checking) lint(s plan.Step, alone bool) plan.Check {
	if alone {
		s.At = c.spans(c.spec.Lint.Tools[0].At)
	}
	l := plan.Lint{Sources: c.allSources(), Modules: c.modules.dirs()}
	source := &l.Sources.Source
	source.Name = "pick the source and the tools that examine it"
	source.Files, source.Settings = values(c.spec.Lint.Files), linterSettings
	for _, written := range c.spec.Lint.Tools {
		path, _ := findTool(c.Project, written.Args[0].Value)
		if !slices.Contains(source.Tools, path) {
			source.Tools = append(source.Tools, path)
		}
		l.Tools = append(l.Tools, append([]string{path}, values(written.Args[1:])...))
	}
	env := c.env.test()
	if tags := c.flags.tags(); len(tags) > 0 {
		flags, _ := lookupEnv(env, "GOFLAGS")
		env = setEnv(slices.Clone(env), "GOFLAGS", strings.TrimSpace(flags+" "+tags[0]))
	}
	s.Env, s.Caches = env, plan.Caches{Alone: "it runs tools of the project"}
	s.Added = c.env.added(c.Request.BuildPlatform)
	l.CheckStep = plan.CheckStep{Step: s, Start: c.packs.lint(c.modules.patterns())}
	return l
}

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

// validateLint reports tools that cannot run.
func validateLint(d *Decision, errs *diag.List) {
	runs := slices.ContainsFunc(d.runningChecks(), func(c check) bool { return c.name == lintCheck })
	if !runs {
		return
	}
	if len(d.Spec.Lint.Tools) == 0 {
		errs.Add(diag.Diagnostic{
			At:      lintAsked(d.Spec, d.Target),
			Message: "the check lint has no tools",
			Hint:    "name tools of go.mod: `lint: {tools: [[staticcheck, ./...]]}`",
		})
		return
	}
	if v := d.version; v.IsSet() && gomod.CompareGo(v.Value, firstTool) < 0 {
		errs.Add(diag.Diagnostic{
			At:      d.Spec.Lint.Tools[0].At,
			Message: fmt.Sprintf("lint.tools needs Go %s or newer, which has tool lines in go.mod, and %s has %s", firstTool, v.At, v.Value),
			Hint:    "write a newer Go as the key `go`",
			Related: []diag.Range{v.At},
		})
		return
	}
	for _, tool := range d.Spec.Lint.Tools {
		validateLintTool(d.Project, tool.Args[0], errs)
	}
}

// lintAsked returns where somebody asks for the check.
func lintAsked(s *spec.Spec, target string) diag.Range {
	if target == lintCheck {
		return diag.Range{File: "--target " + target}
	}
	for _, name := range s.Checks {
		if name.Value == lintCheck {
			return name.At
		}
	}
	return diag.Range{}
}

// validateLintTool reports a tool that no go.mod names, or several do.
func validateLintTool(p *project.Project, name spec.String, errs *diag.List) {
	path, found := findTool(p, name.Value)
	switch {
	case path == "" && len(found) > 0:
		errs.Add(diag.Diagnostic{
			At:      name.At,
			Message: fmt.Sprintf("lint.tools: %s is the name of several tools", name.Value),
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
			Message: fmt.Sprintf("lint.tools: %s has no tool %s", p.File(), name.Value),
			Hint:    "add it with `go get -tool` and the import path of its main package",
		}
		errs.Add(withClosest(d, name.Value, known))
	}
}

func (s *settings) lint() {
	l := s.Spec.Lint
	var tools [][]string
	for _, t := range l.Tools {
		tools = append(tools, values(t.Args))
	}
	if len(tools) == 0 {
		s.add("lint.tools", nil, "none")
	} else {
		s.add("lint.tools", tools, at(l.Tools[0].At))
	}
	s.list("lint.files", l.Files, nil, "none")
}
