// Package compat shows with which versions of BuildKit, buildx and Docker
// Engine gohull works: which tests of hack/e2e pass with each of them.
// `hack/compat` runs the tests and keeps a Column for each version. The page
// docs/compatibility.md is written from these alone.
package compat

import (
	"cmp"
	"slices"

	"github.com/gohull/gohull/hack/internal/page"
	"golang.org/x/mod/semver"
)

// Run is what is known about all versions.
type Run struct {
	Columns []Column `json:"columns"`
}

// Column is a run of the tests with one daemon and one client.
type Column struct {
	Setup
	BuildKit string             `json:"buildkit"` // version that the daemon reports, "0.12.5"
	Buildx   string             `json:"buildx"`
	Engine   string             `json:"engine,omitempty"` // version of Docker Engine
	Date     string             `json:"date"`             // RFC 3339
	Failure  string             `json:"failure,omitempty"`
	Tests    map[string]Outcome `json:"tests"` // those of Features, and their subtests that did not pass
}

// Kind is what is old in a setup.
type Kind string

const (
	Daemon Kind = "buildkit"
	Docker Kind = "engine"
	Client Kind = "buildx"
)

// Setup is what to run the tests with. A kind is old, the rest is what the lab
// has.
type Setup struct {
	Kind    Kind   `json:"kind"`
	Version string `json:"version,omitempty"` // as the module pinned in hack/programs has it, "v0.12.5"; empty: the lab's
}

// Name is the name of a setup on a command line.
func (s Setup) Name() string {
	if s.Version == "" {
		return string(s.Kind)
	}
	return string(s.Kind) + "-" + s.Version
}

// Setups are those that `hack/compat` knows.
func Setups() []Setup {
	var all []Setup
	for _, version := range []string{"v0.12.5", "v0.20.2", "v0.26.3", ""} {
		all = append(all, Setup{Daemon, version})
	}
	return append(all, Setup{Docker, ""}, Setup{Client, "v0.20.1"})
}

// Read reads a run from a file.
func Read(name string) (Run, error) { return page.ReadResults[Run](name) }

// Write writes a run to a file.
func (r Run) Write(name string) error { return page.WriteResults(name, r) }

// With returns the run with a column, which replaces that of the same setup.
func (r Run) With(c Column) Run {
	columns := slices.DeleteFunc(slices.Clone(r.Columns), func(o Column) bool { return o.Setup == c.Setup })
	columns = append(columns, c)
	slices.SortFunc(columns, func(a, b Column) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), compare(a.BuildKit, b.BuildKit), compare(a.Buildx, b.Buildx))
	})
	return Run{columns}
}

// rank is the place of the column's kind in tables.
func (c Column) rank() int { return slices.Index([]Kind{Daemon, Docker, Client}, c.Kind) }

// compare compares versions without a "v".
func compare(a, b string) int { return semver.Compare("v"+a, "v"+b) }
