package e2e

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
)

// export gives the regular files that a build exports, by path.
func export(t testing.TB, b buildx.Build) map[string]string {
	t.Helper()
	out := t.TempDir()
	b.Args = append(slices.Clone(b.Args), "--output="+out)
	succeed(t, b)
	got := map[string]string{}
	err := filepath.WalkDir(out, func(name string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(out, name)
		got[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestBinaries exports the binaries of two programs, for one platform and for
// two. They are those of the image, and their checksums are true.
func TestBinaries(t *testing.T) {
	project := map[string]string{
		"Dockerfile":         "main: [./cmd/api, ./cmd/worker]\n",
		"go.mod":             goMod("example.com/two"),
		"cmd/api/main.go":    "package main\n\nfunc main() { println(\"api\") }\n",
		"cmd/worker/main.go": "package main\n\nfunc main() { println(\"worker\") }\n",
	}
	dir := write(t, project)
	one := export(t, gohull(t, dir, "--target=binary"))
	holdsSums(t, one, "")
	two := export(t, gohull(t, dir, "--target=binary", "--platform=linux/amd64,linux/arm64"))
	holdsSums(t, two, "linux_amd64/")
	holdsSums(t, two, "linux_arm64/")
	if names := slices.Sorted(maps.Keys(two)); len(names) != 6 {
		t.Errorf("exported %q, want six files", names)
	}
	image := gohull(t, dir)
	image.Push = ref(t)
	succeed(t, image)
	binary := string(files(t, pull(t, image.Push))["usr/local/bin/api"].Data)
	if one["api"] != binary || two["linux_amd64/api"] != binary {
		t.Error("the exported binaries are not that of the image")
	}
}

// holdsSums compares the list of checksums in a directory with its two binaries.
func holdsSums(t testing.TB, got map[string]string, in string) {
	t.Helper()
	want := ""
	for _, name := range []string{"api", "worker"} {
		want += fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(got[in+name])), name)
	}
	if sums := got[in+"SHA256SUMS"]; sums != want {
		t.Errorf("%sSHA256SUMS is %q, want %q", in, sums, want)
	}
}
