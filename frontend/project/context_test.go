package project_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/frontend/project"
)

// repository has modules at its root and below it, some of them in workspaces.
var repository = project.Files{
	"go.mod":              []byte("module example.com/acme\n"),
	"go.work":             []byte("go 1.26\nuse ./listed\nuse ./jobs/far\n"),
	"listed/go.mod":       []byte("module example.com/acme/listed\n"),
	"cmd/api/go.mod":      []byte("module example.com/acme/cmd/api\nreplace example.com/acme => ../../\n"),
	"jobs/go.work":        []byte("go 1.26\nuse ./mail\nuse ../lib\n"),
	"jobs/mail/go.mod":    []byte("module example.com/mail\n"),
	"jobs/far/go.mod":     []byte("module example.com/far\n"),
	"jobs/alone/go.mod":   []byte("module example.com/alone\n"),
	"lib/go.mod":          []byte("module example.com/lib\n"),
	"v1.2/dots/go.mod":    []byte("module example.com/dots\n"),
	"vendor/modules.txt":  {},
	"unrelated/broken.go": []byte("package"),
}

// TestContext: the nearest go.mod decides, and a go.work that names it.
func TestContext(t *testing.T) {
	for mains, want := range map[string]string{
		"":                                "., by go.work",
		".":                               ".",
		"./cmd/server":                    ".",
		"cmd/server":                      ".",
		"./cmd/...":                       ".",
		"./cmd/api":                       "cmd/api",
		"./cmd/api/internal/x":            "cmd/api",
		"example.com/acme/cmd/api":        "cmd/api",
		"example.com/acme/listed/cmd":     "., by go.work",
		"./jobs/mail":                     "jobs, by go.work",
		"./jobs/far/...":                  "., by go.work",
		"./jobs/alone":                    "jobs/alone",
		"./lib":                           "lib",
		"./v1.2/dots":                     "v1.2/dots",
		"example.com/dep/cmd/x":           "., by go.work",
		"./jobs/mail example.com/dep":     "jobs, by go.work",
		"./jobs/mail example.com/mail/x":  "jobs, by go.work",
		"./cmd/api ./jobs/alone":          "cmd/api; jobs/alone",
		"./cmd/api ./cmd/api/x":           "cmd/api",
		"../outside":                      "., by go.work",
		"./listed ./jobs/far ./cmd/other": "., by go.work; .",
	} {
		images := [][]string{strings.Fields(mains)}
		c, err := project.ParseContext(repository, images)
		if err != nil {
			t.Fatalf("%s: %v", mains, err)
		}
		var got []string
		for _, p := range c.Of(images[0]) {
			place := p.Dir
			if p.Work != nil {
				place += ", by go.work"
			}
			got = append(got, place)
		}
		if text := strings.Join(got, "; "); text != want {
			t.Errorf("main: %q is of %s, want %s", mains, text, want)
		}
	}
}

// TestNoWork: a go.work that does not name the module is not used.
func TestNoWork(t *testing.T) {
	for main, want := range map[string]bool{".": true, "./cmd/api": true, "./jobs/alone": true, "./jobs/mail": false, "./listed": false} {
		images := [][]string{{main}}
		c, err := project.ParseContext(repository, images)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Of(images[0])[0].NoWork; got != want {
			t.Errorf("main: %s: a go.work is not used: %t, want %t", main, got, want)
		}
	}
}

// TestWanted reads files as they are wanted, until no other is.
func TestWanted(t *testing.T) {
	images := [][]string{{"./cmd/api"}, {"./jobs/mail/..."}}
	files := project.Files{}
	asked := map[string]bool{}
	var rounds []string
	for {
		names := slices.DeleteFunc(project.Wanted(files, images), func(name string) bool { return asked[name] })
		if len(names) == 0 {
			break
		}
		for _, name := range names {
			asked[name] = true
			if data, ok := repository[name]; ok {
				files[name] = data
			}
		}
		rounds = append(rounds, strings.Join(names, " "))
	}
	want := []string{
		"cmd/api/go.mod cmd/api/go.work cmd/api/vendor/modules.txt cmd/go.mod cmd/go.work cmd/vendor/modules.txt go.mod go.work " +
			"jobs/go.mod jobs/go.work jobs/mail/go.mod jobs/mail/go.work jobs/mail/vendor/modules.txt jobs/vendor/modules.txt vendor/modules.txt",
		"jobs/far/go.mod lib/go.mod listed/go.mod",
	}
	if !slices.Equal(rounds, want) {
		t.Errorf("wanted\n%s\nwant\n%s", strings.Join(rounds, "\n"), strings.Join(want, "\n"))
	}
}

// TestHidden finds the go.mod that an ignore file hides.
func TestHidden(t *testing.T) {
	files := project.Files{"go.mod": repository["go.mod"]}
	c, err := project.ParseContext(files, [][]string{{"./cmd/api"}, {"."}})
	if err != nil {
		t.Fatal(err)
	}
	c = c.With(project.Files{"cmd/api/go.mod": repository["cmd/api/go.mod"]}, "")
	for main, want := range map[string]string{"./cmd/api": "cmd/api/go.mod true", ".": "go.mod false"} {
		name, ok := c.Hidden(main, []string{main})
		if got := fmt.Sprint(name, " ", ok); got != want {
			t.Errorf("main: %s: hidden is %s, want %s", main, got, want)
		}
	}
}
