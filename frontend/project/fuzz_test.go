package project_test

import (
	"errors"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
)

// FuzzParse gives Parse any files. It returns the same twice, its errors have
// places, and the files that it wants read are below the context.
func FuzzParse(f *testing.F) {
	f.Add("module example.com/m\ngo 1.26\nreplace x => ./x\n", "go 1.26\nuse (\n\t.\n\t./svc\n)\n", "# x v1.0.0 => ./x\n## explicit; go 1.26\nx/y\n", "module x\n")
	f.Add("module \"a\\x\"\n", "use ../out\n", "## workspace\n# x\n", "")
	f.Fuzz(func(t *testing.T, goMod, goWork, vendored, other string) {
		files := project.Files{project.ModFile: []byte(goMod), project.WorkFile: []byte(goWork), project.VendorFile: []byte(vendored)}
		for _, name := range project.Wanted(files, nil) {
			if !filepath.IsLocal(name) {
				t.Errorf("%q is wanted", name)
			}
			if files[name] == nil {
				files[name] = []byte(other)
			}
		}
		p, err := project.Parse(files)
		again, errAgain := project.Parse(files)
		if !reflect.DeepEqual(p, again) || !reflect.DeepEqual(err, errAgain) {
			t.Errorf("got %v, %v and then %v, %v", p, err, again, errAgain)
		}
		if err != nil {
			checkPlaces(t, err)
			return
		}
		for _, m := range p.Members {
			if !filepath.IsLocal(m.Dir) {
				t.Errorf("%q is a member", m.Dir)
			}
		}
		p.Versions()
		p.Shared()
		p.Requires()
	})
}

func checkPlaces(t *testing.T, err error) {
	t.Helper()
	var all diag.Errors
	if !errors.As(err, &all) || len(all) == 0 {
		t.Fatalf("no list of diagnostics: %v", err)
	}
	for _, d := range all {
		if d.At.File == "" || d.Message == "" {
			t.Errorf("no place or no text: %+v", d)
		}
	}
}
