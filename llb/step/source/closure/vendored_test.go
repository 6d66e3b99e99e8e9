package closure

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// TestVendored: with what is known of vendored packages, the closures of all examples
// are the same.
func TestVendored(t *testing.T) {
	golden.Run(t, "testdata/*/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		p := readExample(t, ar)
		dir := t.TempDir()
		fsys := p.write(t, dir)
		v := step.ListVendored{Project: p.verb.Project, Tags: p.verb.Tags, Platforms: p.verb.Platforms, Go: p.verb.Go, Cgo: p.verb.Cgo}
		listed, err := ListVendored(open(t, vendorAlone(t, dir, p.verb.Dir)), v)
		if err != nil {
			t.Fatal(err)
		}
		want, wantErr := Find(fsys, p.verb, Asked{})
		got, gotErr := Find(fsys, p.verb, Asked{Vendored: listed})
		if (wantErr == nil) != (gotErr == nil) {
			t.Errorf("%v, and with the list %v", wantErr, gotErr)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-alone +with the list\n%s", diff)
		}
	})
}

// vendorAlone returns a directory that has nothing but the vendor directory of a
// project, as the step sees it.
func vendorAlone(t *testing.T, dir, project string) string {
	t.Helper()
	alone := t.TempDir()
	from, to := filepath.Join(dir, project, vendor), filepath.Join(alone, project, vendor)
	if info, err := os.Lstat(from); err != nil || !info.IsDir() {
		return alone
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return alone
}

// TestPickVendored: what two steps write is what one step writes.
func TestPickVendored(t *testing.T) {
	golden.Run(t, "testdata/*/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		p := readExample(t, ar)
		dir := t.TempDir()
		fsys := p.write(t, dir)
		whole, parts, copies := t.TempDir(), t.TempDir(), t.TempDir()
		if err := Pick(whole, fsys, p.verb, Asked{}); err != nil {
			t.Skip("it has no closure")
		}
		p.verb.Vendored = true
		if err := Pick(parts, fsys, p.verb, Asked{}); err != nil {
			t.Fatal(err)
		}
		if err := PickVendored(copies, fsys, filepath.Join(parts, step.VendoredDir), step.PickVendored{Project: p.verb.Project}); err != nil {
			t.Fatal(err)
		}
		at := "drwxr-xr-x " + path.Join(p.verb.Dir, vendor) // It is always there.
		want := lines(at, listing(t, filepath.Join(whole, step.ClosureDir)))
		got := lines(at, listing(t, filepath.Join(parts, step.ClosureDir)), listing(t, filepath.Join(copies, step.ClosureDir)))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-one step +two steps\n%s", diff)
		}
	})
}

// lines returns the lines of texts, sorted, without repeats and without one of them.
func lines(without string, texts ...string) []string {
	all := strings.Split(strings.Join(texts, ""), "\n")
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(line string) bool { return line == without })
}
