package bench

import "github.com/gohull/gohull/hack/internal/bench/project"

// start is what a builder has before the build that is measured.
type start int

const (
	warm     start = iota // built the project before the edit
	empty                 // has nothing
	imported              // has nothing, and imports the cache of one that built the project before the edit
	seeded                // the same, and is given what that one compiled
)

// another reports whether the build is made by another builder than the one
// that built the project before the edit.
func (s situation) another() bool { return s.start == imported || s.start == seeded }

// situation is a case.
type situation struct {
	name      string
	title     string
	start     start
	edit      project.Kind
	platforms []string // none: this machine's
	fine      bool     // told apart only by who compiles less than everything
	services  bool     // an image for every main package, not for the first alone
	zstd      bool     // whether layers are compressed with Zstandard
	tests     bool     // the project's tests run, and no image is made
}

var situations = []situation{
	{name: "nothing", title: "nothing cached", start: empty},
	{name: "unchanged", title: "nothing changed"},
	{name: "readme", title: "README edited", edit: project.Readme},
	{name: "test", title: "a test edited", edit: project.Test, fine: true},
	{name: "leaf", title: "one line in a leaf package", edit: project.Leaf, fine: true},
	{name: "central", title: "one line in a central package", edit: project.Central, fine: true},
	{name: "main", title: "one line in main", edit: project.Main},
	{name: "zstd", title: "one line in main, layers compressed with zstd", edit: project.Main, zstd: true},
	{name: "dependency", title: "a dependency added", edit: project.Dependency},
	{name: "imported", title: "fresh builder, imported cache, one line in main", start: imported, edit: project.Main},
	{name: "imported-leaf", title: "the same, one line in a leaf package", start: imported, edit: project.Leaf, fine: true},
	{name: "imported-central", title: "the same, one line in a central package", start: imported, edit: project.Central, fine: true},
	{name: "seeded", title: "fresh builder, imported cache and seed, one line in main", start: seeded, edit: project.Main},
	{name: "platforms", title: "amd64 and arm64, one line edited", platforms: []string{"linux/amd64", "linux/arm64"}, edit: project.Main},
	{name: "services", title: "all services, one edited", services: true, edit: project.Main},
	{name: "tests", title: "all tests, nothing cached", start: empty, tests: true},
	{name: "imported-tests", title: "all tests, fresh builder, imported cache, one line in a leaf package", start: imported, edit: project.Leaf, tests: true},
}

// Cases are the names of the cases, in the order in which they run.
func Cases() []string {
	var names []string
	for _, s := range situations {
		names = append(names, s.name)
	}
	return names
}
