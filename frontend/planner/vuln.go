package planner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// govulncheck needs the Go that its go.mod asks for; a newer one may be too
// new for the packages that an older one is made of.
var govulncheck = program{
	name: "govulncheck",
	pkg:  "golang.org/x/vuln/cmd/govulncheck",
	key:  "vuln.version",
	releases: []release{
		{"v1.8.0", "1.26", ""},
		{"v1.7.0", "1.25", "1.25"},
		{"v1.1.4", "1.22", "1.24"},
		{"v1.0.4", "1.18", "1.21"},
	},
}

// goDatabase is the database that govulncheck asks by default.
const goDatabase = "https://vuln.go.dev"

// withVuln is the check vuln with what it needs beside the source.
func (d draft) withVuln(c plan.Check) plan.Check {
	here := d.Request.BuildPlatform
	c.Args = appendFlag(nil, "tags", strings.Join(values(d.image.Build.Tags), ","))
	c.Env = d.compileEnv(here)
	c.Caches = d.compileCaches(c.Start)
	c.Modules = d.moduleFolders()
	c.Program = d.install(govulncheck, d.image.Vuln.Version, here, "/govulncheck")
	c.Database = d.database(c.At)
	c.Ignored = values(d.image.Vuln.Ignore)
	return c
}

// database is asked at every build when it is on the network: a verdict of
// yesterday says nothing of what became known today.
func (d draft) database(at []plan.Span) plan.Database {
	db := plan.Database{
		Step: plan.Step{ID: "vulndb", Name: "look up known vulnerabilities of the modules", At: at},
		Go:   d.toolchainVersion().Value,
	}
	if d.bringsDatabase() {
		db.Context = step.VulnContext
		return db
	}
	db.URL = cmp.Or(d.image.Vuln.Database.Value, goDatabase)
	db.Network = true
	if url := d.image.Vuln.Database; url.IsSet() {
		db.At = spans(d.image, url.At)
	}
	return db
}

// bringsDatabase reports whether a build context has the database.
func (c Decision) bringsDatabase() bool {
	return slices.ContainsFunc(c.Request.Contexts, func(given string) bool {
		name, _, _ := strings.Cut(given, "::")
		return name == step.VulnContext
	})
}

// folders are the build contexts that steps read as they are.
func (c Decision) folders() []string {
	if c.looksUp() && c.bringsDatabase() {
		return []string{step.VulnContext}
	}
	return nil
}

// looksUp reports whether vulnerabilities are looked up.
func (c Decision) looksUp() bool {
	if c.Target == VulnTarget {
		return true
	}
	return c.isChecked() && slices.ContainsFunc(c.image.Checks, func(s spec.String) bool { return s.Value == VulnTarget })
}

// validatePrograms finds a need for the network where the client takes it away.
func validatePrograms(c Decision, errs *diag.List) {
	if !c.Request.Offline {
		return
	}
	refuse := func(prog program) {
		errs.Add(diag.Diagnostic{
			At:      diag.Range{File: "--network none"},
			Message: prog.name + " has to be fetched",
			Hint:    "remove the flag: only the steps that fetch have a network",
		})
	}
	if c.looksUp() {
		refuse(govulncheck)
	}
	if c.debugs() {
		refuse(delve)
	}
}
