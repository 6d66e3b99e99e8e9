package manifest

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gohull/gohull/llb/step"
)

// parts are an image with a module, and what it is made of.
var parts = map[string]string{
	"src/go.mod":           "module example.com/app\n\ngo 1.26.8\n\nrequire (\n\texample.com/used v1.0.0\n\texample.com/other v1.0.0\n)\n",
	"src/go.sum":           "example.com/used v1.0.0 h1:a=\nexample.com/used v1.0.0/go.mod h1:b=\nexample.com/other v1.0.0/go.mod h1:c=\n",
	"src/main.go":          "package main\n",
	"src/gen.go":           "package main\n",
	"made/gen.go":          "package main\n",
	"modules/id":           "1\n",
	"modules/mod/cache/x":  "1\n",
	"layer/etc/config.yml": "a: b\n",
	"program":              "steps\n",

	"modules/mod/example.com/used@v1.0.0/used.go": "package used\n",
}

func TestEdits(t *testing.T) {
	before := list(t, parts)
	if want := []string{"go.mod", "go.sum", "main.go"}; !slices.Equal(before.Paths, want) {
		t.Errorf("paths %q, want %q", before.Paths, want)
	}
	for name, c := range map[string]struct {
		file, text string
		changes    bool
	}{
		"nothing":                     {"program", "steps\n", false},
		"the program of the steps":    {"program", "other steps\n", true},
		"a Go file":                   {"src/main.go", "package main // \n", true},
		"a new file":                  {"src/new.go", "package main\n", true},
		"a layer":                     {"layer/etc/config.yml", "a: c\n", true},
		"another module in the cache": {"modules/mod/cache/x", "2\n", false},
		"another list of modules":     {"modules/id", "2\n", false},
		"another version":             {"modules/mod/example.com/used@v1.0.1/used.go", "package used\n", true},
		"a comment in go.mod":         {"src/go.mod", "// App.\n" + parts["src/go.mod"], false},
		"a requirement more":          {"src/go.mod", parts["src/go.mod"] + "\nrequire example.com/new v1.0.0\n", false},
		"the go line":                 {"src/go.mod", "module example.com/app\n\ngo 1.25.0\n\nrequire example.com/used v1.0.0\n", true},
		"a version that is used":      {"src/go.mod", "module example.com/app\n\ngo 1.26.8\n\nrequire example.com/used v1.0.1\n", true},
		"a directory for a module":    {"src/go.mod", parts["src/go.mod"] + "\nreplace example.com/other => ./other\n", true},
		"a checksum that is used":     {"src/go.sum", "example.com/used v1.0.0 h1:z=\n", true},
		"a checksum of a go.mod":      {"src/go.sum", "example.com/used v1.0.0 h1:a=\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			edited := maps.Clone(parts)
			edited[c.file] = c.text
			if after := list(t, edited); (after.Sum != before.Sum) != c.changes {
				t.Errorf("the hash was %s and is %s", before.Sum, after.Sum)
			}
		})
	}
}

// TestVendored: of modules.txt, only the modules count that packages are picked of.
func TestVendored(t *testing.T) {
	const used = "# example.com/used v1.0.0\n## explicit; go 1.24\nexample.com/used/pkg\n"
	files := map[string]string{
		"src/go.mod":                           "module example.com/app\n\ngo 1.26.8\n",
		"src/vendor/modules.txt":               used,
		"src/vendor/example.com/used/pkg/a.go": "package pkg\n",
		"program":                              "",
	}
	before := list(t, files)
	for text, changes := range map[string]bool{
		used + "# example.com/other v1.0.0\n## explicit\nexample.com/other\n":     false,
		"# example.com/used v1.0.0\n## explicit; go 1.26\nexample.com/used/pkg\n": true,
	} {
		files["src/vendor/modules.txt"] = text
		if after := list(t, files); (after.Sum != before.Sum) != changes {
			t.Errorf("with %q, the hash was %s and is %s", text, before.Sum, after.Sum)
		}
	}
}

// list returns the manifest of files.
func list(t *testing.T, files map[string]string) step.Parts {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	d := Dirs{Source: filepath.Join(dir, "src"), Program: filepath.Join(dir, "program")}
	if _, ok := files["modules/id"]; ok {
		d.Modules, d.Made = filepath.Join(dir, "modules"), filepath.Join(dir, "made")
		d.Layers = []string{filepath.Join(dir, "layer")}
	}
	parts, err := List(d)
	if err != nil {
		t.Fatal(err)
	}
	return parts
}
