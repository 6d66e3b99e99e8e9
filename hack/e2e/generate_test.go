package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGenerate builds from files that a tool of go.mod makes in the build,
// and then from the same files in the repository: one image. Generators run
// again when something changed that they can read.
func TestGenerate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../examples/gates")); err != nil {
		t.Fatal(err)
	}
	const made = "light/light_string.go"
	if err := os.Remove(filepath.Join(dir, made)); err != nil {
		t.Fatal(err)
	}
	b := gohull(t, dir, "--provenance=false")
	b.Push = ref(t)
	light, err := os.ReadFile(filepath.Join(dir, "light/light.go"))
	if err != nil {
		t.Fatal(err)
	}
	edit(t, b, map[string]string{
		"Dockerfile":     "generate: [./light]\n",
		"light/light.go": strings.Replace(string(light), "\tYellow\n", "\tYellow // "+dir+"\n", 1), // a text that no earlier build has had
	})
	before := succeed(t, b)
	const generators, compile = "run generators", "compile gates for linux/amd64"
	edit(t, b, map[string]string{"README.md": dir})
	if got := cachedSteps(t, succeed(t, b), generators, compile); !got[generators] || !got[compile] {
		t.Errorf("CACHED after an edit of README.md: %v, want both", got)
	}

	files := export(t, gohull(t, dir, "--target=generate"))
	if len(files) != 1 || !strings.Contains(files[made], `const _Light_name = "RedGreenYellow"`) {
		t.Fatalf("exported %q, want %s", files, made)
	}
	edit(t, b, files)
	edit(t, b, map[string]string{"Dockerfile": "checks: [generate]\n"})
	after := succeed(t, b)
	if before.Digest != after.Digest {
		t.Errorf("the image is %s of files that were generated before the build, and %s of those in the repository", before.Digest, after.Digest)
	}

	edit(t, b, map[string]string{made: strings.Replace(files[made], "RedGreen", "RedAmber", 1)})
	r := run(t, b)
	for _, want := range []string{
		">>> const _Light_name = \"RedAmberYellow\"\n",
		"check generate failed\n" +
			"light/light_string.go:16: not as the generators make it; to have it written: docker buildx build --target generate -o . .\n" +
			"\t-const _Light_name = \"RedAmberYellow\"\n" +
			"\t+const _Light_name = \"RedGreenYellow\"\n",
	} {
		if r.Exit == 0 || !strings.Contains(r.Text, want) {
			t.Errorf("exit code %d, and this was printed without %q:\n%s", r.Exit, want, r.Text)
		}
	}
}
