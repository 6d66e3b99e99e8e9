package check

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/steptest"
	"github.com/gohull/gohull/llb/step"
)

// untidy is a project whose go.mod is not tidy. Modules that it needs are
// directories of it, so that nothing is downloaded.
const untidy = `
-- go.mod --
module example.com/m

go 1.25

require (
	example.com/idle v1.0.0
	example.com/used v1.0.0 // indirect
)

replace (
	example.com/idle => ./idle
	example.com/tested => ./tested
	example.com/used => ./used
)
-- stub.go --
package stub

import _ "example.com/used"
-- stub_test.go --
package stub_test

import _ "example.com/tested"
-- idle/go.mod --
module example.com/idle
-- used/go.mod --
module example.com/used
-- used/stub.go --
package stub
-- tested/go.mod --
module example.com/tested
-- tested/stub.go --
package stub
`

func TestTidy(t *testing.T) {
	s := steptest.New(t, untidy)
	before, err := os.ReadFile(filepath.Join(s.Source, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	code, err := Tidy(s, step.Tidy{Modules: []string{"."}})
	if code != 1 || err != nil {
		t.Fatalf("exit code %d, %v, want 1", code, err)
	}
	const want = `go.mod:6: "require example.com/idle v1.0.0" is not needed; to have it written: docker buildx build --target tidy -o . .
go.mod:7: found "require example.com/used v1.0.0 // indirect", wanted "require example.com/used v1.0.0"
go.mod:3: "require example.com/tested v0.0.0-00010101000000-000000000000" is missing
`
	if got := steptest.Errors(t, s); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	after, err := os.ReadFile(filepath.Join(s.Source, "go.mod"))
	if err != nil || !bytes.Equal(after, before) {
		t.Errorf("the excerpts would be of another go.mod (%v):\n%s", err, after)
	}
}

// TestTidyFix writes what the check asks for, with which it has no quarrel.
func TestTidyFix(t *testing.T) {
	s := steptest.New(t, untidy)
	if code, err := Tidy(s, step.Tidy{Fix: true, Modules: []string{"."}}); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v", code, err)
	}
	fixed, err := os.ReadFile(filepath.Join(s.Out, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.Source, "go.mod"), fixed, 0o644); err != nil {
		t.Fatal(err)
	}
	if code, err := Tidy(s, step.Tidy{Modules: []string{"."}}); code != 0 || err != nil {
		t.Errorf("the fixed go.mod is not tidy: exit code %d, %v\n%s", code, err, fixed)
	}
}

func TestDifferences(t *testing.T) {
	for _, c := range []struct{ name, before, after, want string }{
		{"equal", "a b\n", "a b\n", ""},
		{"no file any more", "example.com/m v1.0.0 h1:a=\n", "", `go.sum:1: "example.com/m v1.0.0 h1:a=" is not needed`},
		{"no file yet", "", "example.com/m v1.0.0 h1:a=\n", `go.sum:1: "example.com/m v1.0.0 h1:a=" is missing`},
		{"another checksum", "x v1 h1:x=\nm v1 h1:a=\n", "x v1 h1:x=\nm v1 h1:b=\n", `go.sum:2: found "m v1 h1:a=", wanted "m v1 h1:b="`},
		{"after the line before it", "a v1 h1:=\nc v1 h1:=\n", "a v1 h1:=\nb v1 h1:=\nc v1 h1:=\n", `go.sum:1: "b v1 h1:=" is missing`},
		{"order", "b v1 h1:=\na v1 h1:=\n", "a v1 h1:=\nb v1 h1:=\n", "go.sum:1: its lines are in another order, or formatted otherwise"},
		{"go line", "module m\n\ngo 1.24\n", "module m\n\ngo 1.25\n", `go.sum:3: found "go 1.24", wanted "go 1.25"`},
	} {
		var got []string
		for _, f := range (version{"go.sum", []byte(c.before), []byte(c.after)}).differences() {
			got = append(got, f.String())
		}
		if text := strings.Join(got, "\n"); text != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, text, c.want)
		}
	}
}

func TestUnlisted(t *testing.T) {
	s := steptest.New(t, `
-- go.mod --
module example.com/m

require (
	example.com/directory v1.0.0
	example.com/forked v1.0.0
	example.com/listed v1.0.0
	example.com/member v1.0.0
	example.com/missing v1.0.0
)

replace example.com/directory => ./directory

replace example.com/forked => example.com/fork v1.5.0
-- go.sum --
example.com/listed v1.0.0/go.mod h1:a=
-- member/go.mod --
module example.com/member
`)
	dirs := []string{".", "member"}
	sums, err := readSums(s, dirs)
	if err != nil {
		t.Fatal(err)
	}
	mods, err := readMods(s, dirs)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range mods.unlisted(mods.files[0], sums) {
		got = append(got, f.String())
	}
	const want = `go.mod:5: go.sum has no checksum of example.com/fork@v1.5.0
go.mod:8: go.sum has no checksum of example.com/missing@v1.0.0`
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

// TestNeeded: the go command takes the line with a version before the one for
// all versions, and any line of go.work before those of go.mod files.
func TestNeeded(t *testing.T) {
	const mod = `
-- go.mod --
module example.com/m

feature of a newer Go

require (
	example.com/a v1.0.0
	example.com/b v1.0.0
)

replace example.com/a => ./a

replace example.com/a v1.0.0 => example.com/fork v1.2.0

replace example.com/b => example.com/fork v1.3.0
`
	for _, test := range []struct{ name, files, needed, want string }{
		{"module", mod, "example.com/a@v1.0.0 example.com/b@v1.0.0", "go.mod:6: go.sum has no checksum of example.com/fork@v1.2.0\ngo.mod:7: go.sum has no checksum of example.com/fork@v1.3.0"},
		{"workspace", mod + "-- go.work --\ngo 1.26\n\nuse .\n\nreplace example.com/b => ./b\n\nreplace example.com/a => example.com/fork v1.4.0\n", "example.com/a@v1.0.0", "go.mod:6: go.sum has no checksum of example.com/fork@v1.4.0"},
	} {
		s := steptest.New(t, test.files)
		mods, err := readMods(s, []string{"."})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range mods.unlisted(mods.files[0], nil) {
			got = append(got, f.String())
		}
		if text := strings.Join(got, "\n"); text != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", test.name, text, test.want)
		}
		if needed := strings.Join(mods.needed(), " "); needed != test.needed {
			t.Errorf("%s: %s is needed, want %s", test.name, needed, test.needed)
		}
	}
}

func TestVendored(t *testing.T) {
	s := steptest.New(t, `
-- vendor/modules.txt --
same
-- vendor/m/old.go --
package m
-- vendor/m/edited.go --
package m

const X = 2
-- want/modules.txt --
same
-- want/m/edited.go --
package m

const X = 1
-- want/m/LICENSE --
`)
	found, err := vendored(s.Source, "vendor", filepath.Join(s.Source, "want"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range found {
		got = append(got, f.String())
	}
	const want = `go: vendor/m/LICENSE: the file is missing
vendor/m/edited.go:3: the file is not that of its module
vendor/m/old.go:1: the file is not needed`
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

// TestTidyWorkspace has a module that another one of the workspace requires,
// and nobody publishes.
func TestTidyWorkspace(t *testing.T) {
	s := steptest.New(t, `
-- go.work --
go 1.25

use (
	./api
	./greet
)
-- api/go.mod --
module example.com/api

go 1.25

require example.com/greet v0.0.0
-- api/stub.go --
package stub

import _ "example.com/greet"
-- greet/go.mod --
module example.com/greet

go 1.25
-- greet/stub.go --
package stub
`)
	code, err := Tidy(s, step.Tidy{Modules: []string{"api", "greet"}})
	if code != 0 || err != nil {
		t.Errorf("exit code %d, %v; it printed:\n%s", code, err, s.Stderr)
	}
}
