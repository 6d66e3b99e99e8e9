package scan

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/gohull/gohull/llb/step"
)

// FuzzScan: any text in a context gives packages of directories that are there.
func FuzzScan(f *testing.F) {
	f.Add("module m\n", "package main\n\nimport \"C\"\n", "//go:build linux\npackage main // import \"x\"\n//go:embed x\nvar x string\n")
	f.Add("module", "\ufeffpackage main", "/* package main")
	f.Add("", "package main; import (\"time\"; _ \"embed\")\nvar _, _ = time.LoadLocation(\"UTC\")", "#!x\npackage p")
	f.Fuzz(func(t *testing.T, goMod, main, other string) {
		fsys := fstest.MapFS{
			"go.mod":      {Data: []byte(goMod)},
			"main.go":     {Data: []byte(main)},
			"a/other.go":  {Data: []byte(other)},
			"a/a_test.go": {Data: []byte(main)},
			"b/go.mod":    {Data: []byte(goMod)},
			"b/main.go":   {Data: []byte(other)},
		}
		facts, err := Scan(fsys, step.Scan{Platforms: []string{"linux/amd64", "linux/arm64"}, Go: "1.26", Cgo: true, Needs: []string{"time zones"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range facts.Packages {
			if _, err := fs.Stat(fsys, p.Dir); err != nil {
				t.Error(err)
			}
		}
		for _, n := range facts.Notes {
			if _, err := fs.Stat(fsys, n.File); err != nil || n.Line < 1 {
				t.Errorf("%+v: %v", n, err)
			}
		}
	})
}
