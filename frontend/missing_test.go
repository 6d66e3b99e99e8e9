package frontend

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/errdefs"
	"golang.org/x/tools/txtar"

	"github.com/gohull/gohull/llb/step"
)

// hidden is a project from which ignore files hide what a build needs.
const hidden = `
-- go.mod --
module example.com/hello

go 1.26.8
-- main.go --
package main
-- cmd/server/main.go --
package main
-- cmd/server/main_test.go --
package main
-- svc/go.mod --
module example.com/svc
-- etc/app.conf --
-- internal/db/db.go --
package db
-- vendor/modules.txt --
`

// TestHidden: if the ignore file hides a missing file, the error shows the line
// that hides it.
func TestHidden(t *testing.T) {
	const own = "; an ignore file for this spec only is named Dockerfile.dockerignore"
	for _, c := range []struct{ name, spec, more, want string }{
		{"main package", "main: ./cmd/server\n", "-- .dockerignore --\n# built\n**/server\n",
			`Dockerfile:2:7: main: ./cmd/server has no Go files; .dockerignore:2:1 hides cmd/server/main.go: remove the line "**/server", or add "!cmd/server" below it` + own},
		{"by the spec's own ignore file", "main: ./cmd/server\n", "-- .dockerignore --\n-- Dockerfile.dockerignore --\n*\n!go.mod\n!*.go\n",
			`Dockerfile:2:7: main: ./cmd/server has no Go files; Dockerfile.dockerignore:1:1 hides cmd/server/main.go: remove the line "*", or add "!cmd/server" below it`},
		{"every main package", "", "-- .dockerignore --\n**/*.go\n",
			`Dockerfile:1:1: no main package for the platforms asked for; .dockerignore:1:1 hides cmd/server/main.go, main.go: remove the line "**/*.go", or add "!cmd/server" below it` + own},
		{"pattern", "main: ./cmd/...\n", "-- .dockerignore --\ncmd/\r\n",
			`Dockerfile:2:7: main: ./cmd/... matches no main package; .dockerignore:1:1 hides cmd/server/main.go: remove the line "cmd", or add "!cmd/server" below it` + own},
		{"go.mod", "", "-- .dockerignore --\ngo.*\n",
			"Dockerfile:1:1: the build context has no go.mod at its root, and the key `main` names no main package of another module; " + `.dockerignore:1:1 hides go.mod: remove the line "go.*", or add "!go.mod" below it` + own},
		{"go.mod of another module", "main: ./svc\n", "-- .dockerignore --\n*/go.mod\n-- svc/main.go --\npackage main\n",
			`Dockerfile:2:7: main: ./svc belongs to the module of svc/go.mod, which the ignore file hides; .dockerignore:1:1 hides svc/go.mod: remove the line "*/go.mod", or add "!svc/go.mod" below it` + own},
		{"workspace member", "", "-- .dockerignore --\nsvc\n-- go.work --\ngo 1.26.8\n\nuse .\n\nuse ./svc\n",
			`go.work:5:1: use svc: svc/go.mod is missing in the build context; .dockerignore:1:1 hides svc/go.mod: remove the line "svc", or add "!svc/go.mod" below it` + own},
		{"files of the image", "main: .\nrun: {files: [{from: etc, to: /etc/app}, {from: gone, to: /gone}]}\n", "-- .dockerignore --\n*\n!go.mod\n!*.go\n",
			"2 errors:\n" + `Dockerfile:3:22: run.files: the build context has no etc; .dockerignore:1:1 hides etc: remove the line "*", or add "!etc" below it` + own +
				"\nDockerfile:3:49: run.files: the build context has no gone"},
		{"pattern of files", "main: .\nrun: {files: [{from: \"etc/*.conf\", to: /etc/app/}, {from: \"*.gone\", to: /gone}]}\n", "-- .dockerignore --\netc\n",
			"2 errors:\n" + `Dockerfile:3:22: run.files: nothing in the build context matches etc/*.conf; .dockerignore:1:1 hides etc/app.conf: remove the line "etc", or add "!etc" below it` + own +
				"\nDockerfile:3:59: run.files: nothing in the build context matches *.gone"},
		{"vendor", "main: .\nmodules: {mode: vendor}\n", "-- .dockerignore --\nvendor\n",
			`Dockerfile:3:17: modules.mode is vendor, but the build context has no vendor/modules.txt; .dockerignore:1:1 hides vendor/modules.txt: remove the line "vendor", or add "!vendor/modules.txt" below it` + own},
		{"nowhere", "main: ./cmd/serve\n", "-- .dockerignore --\n*\n!go.mod\n!**/*.go\n",
			"Dockerfile:2:7: main: ./cmd/serve has no Go files; did you mean ./cmd/server?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := unreleased.Build(t.Context(), clientOf(hidden+"-- Dockerfile --\n# syntax=registry.example/gohull:1\n"+c.spec+c.more))
			if err == nil || err.Error() != c.want {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

func clientOf(archive string) *fakeGateway {
	files := fstest.MapFS{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
	}
	return &fakeGateway{files: files, opts: map[string]string{}}
}

// TestHiddenHasSource: the error has an excerpt of the ignore file.
func TestHiddenHasSource(t *testing.T) {
	_, err := unreleased.Build(t.Context(), clientOf(hidden+"-- Dockerfile --\n# syntax=registry.example/gohull:1\n-- .dockerignore --\ngo.mod\n"))
	var names []string
	for _, src := range errdefs.Sources(err) {
		names = append(names, src.Info.Filename)
	}
	if got, want := strings.Join(names, " "), "Dockerfile .dockerignore"; got != want && got != ".dockerignore Dockerfile" {
		t.Errorf("excerpts of %q, want %q", got, want)
	}
}

// TestHiddenFromStep: what a step cannot find is explained in the same way,
// instead of the go command's own advice.
func TestHiddenFromStep(t *testing.T) {
	g := clientOf(hidden + "-- go.sum --\n-- Dockerfile --\n# syntax=registry.example/gohull:1\n-- .dockerignore --\ninternal\ngo.sum\n")
	ui, err := dockerui.NewClient(g)
	if err != nil {
		t.Fatal(err)
	}
	b := &build{ui: ui, c: g}
	if err := b.readSource(t.Context()); err != nil {
		t.Fatal(err)
	}
	const own = "; an ignore file for this spec only is named Dockerfile.dockerignore"
	for _, c := range []struct {
		message string
		missing []string
		want    string
	}{
		{"package example.com/hello/internal/db is this module's own, and it has no Go files in ./internal/db; see that the import is spelt right", []string{"internal/db/*.go"},
			`package example.com/hello/internal/db is this module's own, and it has no Go files in ./internal/db; .dockerignore:1:1 hides internal/db/db.go: remove the line "internal", or add "!internal/db" below it` + own},
		{"missing go.sum entry for module providing package x; to add:\n\tgo get x", []string{"go.sum"},
			`missing go.sum entry for module providing package x; .dockerignore:2:1 hides go.sum: remove the line "go.sum", or add "!go.sum" below it` + own},
		{"open testdata/x: no such file or directory", []string{"testdata/x"}, "open testdata/x: no such file or directory"},
	} {
		errs := []step.Error{{Message: c.message, Missing: c.missing}}
		related := b.explainMissingInStep(t.Context(), errs)
		if errs[0].Message != c.want || (len(related) > 0) != (c.message != c.want) {
			t.Errorf("got\n%s\n%v\nwant\n%s", errs[0].Message, related, c.want)
		}
	}
}
