package e2e

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"os/exec"
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

// TestBinariesOfSystems exports programs for other systems than Linux, which no
// base is looked up for. They are what the go command makes.
func TestBinariesOfSystems(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"Dockerfile": "main: {.: /opt/greet}\nbase: alpine\nrun: {files: [{from: main.go, to: /etc/main.go}]}\n",
		"go.mod":     goMod("example.com/greet"),
		"main.go":    "package main\n\nimport \"runtime\"\n\nfunc main() { println(runtime.GOOS) }\n",
	})
	got := export(t, gohull(t, dir, "--target=binary", "--platform=linux/amd64,windows/amd64,darwin/arm64"))
	var want []string
	for _, p := range []struct{ os, arch, name string }{{"darwin", "arm64", "greet"}, {"linux", "amd64", "greet"}, {"windows", "amd64", "greet.exe"}} {
		to := p.os + "_" + p.arch + "/"
		want = append(want, to+"SHA256SUMS", to+p.name)
		made := filepath.Join(t.TempDir(), p.name)
		cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", made, ".")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0", "GOFLAGS=", "GOOS="+p.os, "GOARCH="+p.arch)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		data, err := os.ReadFile(made)
		if err != nil {
			t.Fatal(err)
		}
		if got[to+p.name] != string(data) {
			t.Errorf("%s%s is not what the go command makes", to, p.name)
		}
		if sums := fmt.Sprintf("%x  %s\n", sha256.Sum256(data), p.name); got[to+"SHA256SUMS"] != sums {
			t.Errorf("%sSHA256SUMS is %q, want %q", to, got[to+"SHA256SUMS"], sums)
		}
	}
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, want) {
		t.Errorf("exported %q, want %q", names, want)
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
