package planner

import (
	"cmp"
	"slices"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// govulncheck needs at least the Go of its go.mod. A much newer Go may be too
// new for the packages that it is made of.
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

func (c checking) vuln(s plan.Step, _ bool) plan.Check {
	here := c.Request.BuildPlatform
	s.Env, s.Caches = c.env.compile(here), c.caches.compile(plan.Start{})
	s.Added = c.env.added(here)
	return plan.Vuln{
		CheckStep: plan.CheckStep{Step: s},
		Sources:   c.allSources(),
		Skeleton:  c.skeleton(),
		Program:   c.install.program(govulncheck, c.spec.Vuln.Version, here, "/govulncheck", c.errs),
		Database:  c.database(s.At),
		Modules:   c.modules.dirs(),
		Ignored:   values(c.spec.Vuln.Ignore),
		Args:      c.flags.tags(),
	}
}

// database plans the lookup of vulnerabilities. A database on the network is
// asked at every build: a verdict of yesterday does not cover what became known
// today.
func (c checking) database(at []plan.Span) plan.Database {
	db := plan.Database{
		Step: plan.Step{ID: "vulndb", Name: "look up known vulnerabilities of the modules", At: at},
		Go:   c.root.runs().Value,
	}
	if bringsDatabase(c.Request) {
		db.Context = step.VulnContext
		return db
	}
	db.URL = cmp.Or(c.spec.Vuln.Database.Value, goDatabase)
	db.Network = true
	if url := c.spec.Vuln.Database; url.IsSet() {
		db.At = c.spans(url.At)
	}
	return db
}

// bringsDatabase reports whether a build context has the database.
func bringsDatabase(r Request) bool { return slices.Contains(r.ContextNames(), step.VulnContext) }
