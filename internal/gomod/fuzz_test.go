package gomod_test

import (
	"testing"

	"github.com/gohull/gohull/internal/gomod"
	"golang.org/x/mod/modfile"
)

// FuzzParse: any text is read without a panic, and a file without unknown
// directives as modfile reads it.
func FuzzParse(f *testing.F) {
	f.Add("module example.com/a\n\ngo 1.26\n\nfeature (\n\tx\n) // new\n\nreplace example.com/b => ./b\n")
	f.Add("module m\nfeature x y\nrequire (\n")
	f.Add("go 1.26\nuse ./a\nfeature\n")
	f.Fuzz(func(t *testing.T, text string) {
		gomod.ParseWork("go.work", []byte(text))
		gomod.ParseAny("go.mod", []byte(text))
		got, unknown, err := gomod.Parse("go.mod", []byte(text))
		want, wantErr := modfile.Parse("go.mod", []byte(text), nil)
		if len(unknown) == 0 && ((err == nil) != (wantErr == nil) || (got == nil) != (want == nil)) {
			t.Errorf("got %v, modfile: %v", err, wantErr)
		}
		if err == nil && got == nil {
			t.Error("neither a file nor an error")
		}
	})
}

// FuzzVendor: any modules.txt can be compared with any go.mod.
func FuzzVendor(f *testing.F) {
	f.Add("## workspace\n# example.com/a v1.0.0 => ./a\n## explicit; go 1.26\nexample.com/a\n", "module m\nrequire example.com/a v1.0.0\nreplace example.com/a => ./b\n")
	f.Add("# a => b v1.0.0\n# a\n##\nx\n", "module m\n")
	f.Fuzz(func(t *testing.T, vendor, mod string) {
		file, err := gomod.ParseAny("go.mod", []byte(mod))
		if err != nil {
			return
		}
		p := gomod.Vendoring{Replaced: gomod.NewReplacements(nil, []*modfile.File{file})}
		for _, r := range file.Require {
			p.Require = append(p.Require, r.Mod)
		}
		for _, d := range gomod.ParseVendor([]byte(vendor)).Differences(p) {
			if d.Kind >= gomod.OtherReplacement && d.Has == nil {
				t.Errorf("a difference of kind %d without an entry", d.Kind)
			}
		}
	})
}
