package planner

import (
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

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
	for _, tool := range d.Spec.Lint.Tools {
		if !d.validateTool("lint.tools", tool.Args[0], errs) {
			return
		}
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
