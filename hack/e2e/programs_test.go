package e2e

import (
	"debug/elf"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
)

// tooled is a project whose image has a program of another module.
func tooled(t testing.TB) buildx.Build {
	t.Helper()
	c := newCompany()
	for name, files := range map[string]map[string]string{
		"example.com/tool@v1.2.0": {
			"go.mod":           "module example.com/tool\n\ngo 1.25\n\nrequire example.com/low v1.1.0\n",
			"cmd/tool/main.go": "package main\n\nimport \"example.com/low\"\n\nvar version = \"none\"\n\nfunc main() { print(\"tool \", version, \" with \", low.Version) }\n",
		},
		"example.com/replaced@v1.0.0": {
			"go.mod":  "module example.com/replaced\n\ngo 1.25\n\nreplace example.com/low => ./low\n",
			"main.go": "package main\n\nfunc main() {}\n",
		},
	} {
		c.modules[c.unique.Replace(name)] = c.project(files)
	}
	proxy := httptest.NewServer(c.modules)
	t.Cleanup(proxy.Close)
	b := plain(t, write(t, c.project(map[string]string{
		"Dockerfile": "base: alpine\nmain:\n  .: {to: /app, ldflags: -s -X main.text=app}\n  example.com/tool/cmd/tool@v1.2.0: {to: /bin/tool, ldflags: -s -X main.version=1.2}\nrun: {entrypoint: none}\n",
		"go.mod":     goMod("example.com/app"),
		"main.go":    "package main\n\nvar text = `none`\n\nfunc main() { print(text) }\n",
	})), "--build-arg=GOPROXY="+proxy.URL, "--build-arg=GOSUMDB=off", "--provenance=false")
	b.Push = ref(t)
	return b
}

const toolStep = "build tool v1.2.0 for linux/amd64"

// TestPrograms builds a program of another module for two platforms. An edit of
// the project does not build it again, and neither does another place.
func TestPrograms(t *testing.T) {
	t.Parallel()
	b := tooled(t)
	b.Args = append(b.Args, "--platform=linux/amd64,linux/arm64")
	first := succeed(t, b)
	im := pull(t, b.Push)
	if exit, got := output(t, im, "/bin/tool"); exit != 0 || got != "tool 1.2 with low v1.1.0" {
		t.Errorf("the tool: exit code %d, printed %q", exit, got)
	}
	if exit, got := output(t, im, "/app"); exit != 0 || got != "app" {
		t.Errorf("exit code %d, printed %q", exit, got)
	}
	tool := files(t, pullFor(t, b.Push, "linux/arm64"))["bin/tool"]
	if f, err := elf.NewFile(strings.NewReader(string(tool.Data))); err != nil || f.Machine != elf.EM_AARCH64 || tool.Mode != 0o755 {
		t.Errorf("the tool for arm64: %v, mode %o", err, tool.Mode)
	}

	edit(t, b, map[string]string{"main.go": "package main\n\nfunc main() { print(`another`) }\n"})
	isCached(t, succeed(t, b), toolStep)
	spec := read(t, filepath.Join(b.Dir, "Dockerfile"))
	overwrite(t, b.Dir, "Dockerfile", strings.Replace(spec, "to: /bin/tool", "to: other", 1))
	r := succeed(t, b)
	isCached(t, r, toolStep)
	if exit, got := output(t, pull(t, b.Push), "/usr/local/bin/other"); exit != 0 || got != "tool 1.2 with low v1.1.0" {
		t.Errorf("at another place: exit code %d, printed %q", exit, got)
	}

	overwrite(t, b.Dir, "Dockerfile", spec)
	edit(t, b, map[string]string{"main.go": "package main\n\nvar text = `none`\n\nfunc main() { print(text) }\n"})
	b.Builder = another(t, "second")
	if again := succeed(t, b); again.Digest != first.Digest {
		t.Errorf("another builder made %s, want %s", again.Digest, first.Digest)
	}
}

func isCached(t testing.TB, r buildx.Result, name string) {
	t.Helper()
	if v, ok := r.Vertex(name); !ok || !v.Cached {
		t.Errorf("%s is not CACHED", name)
	}
}

// TestProgramsOutputs takes the programs out as files, and lists their modules.
func TestProgramsOutputs(t *testing.T) {
	t.Parallel()
	b := tooled(t)
	b.Push = ""
	out := t.TempDir()
	args := b.Args
	b.Args = append(args, "--target=binary", "--output="+out)
	succeed(t, b)
	sums := read(t, filepath.Join(out, "SHA256SUMS"))
	if !strings.Contains(sums, "  app\n") || !strings.Contains(sums, "  tool\n") {
		t.Errorf("the checksums are of\n%s", sums)
	}
	b.Args = append(args, "--target=sbom", "--output="+out)
	succeed(t, b)
	if doc := read(t, filepath.Join(out, "sbom.spdx.json")); !strings.Contains(doc, "/low@v1.1.0") || !strings.Contains(doc, "/tool@v1.2.0") {
		t.Errorf("the SBOM has no modules of the tool:\n%s", doc)
	}
}

// TestProgramsLock locks a program, and then says that it has another checksum.
func TestProgramsLock(t *testing.T) {
	t.Parallel()
	b := tooled(t)
	b.Push = ""
	args := b.Args
	b.Args = append(args, "--target=lock", "--output="+b.Dir)
	succeed(t, b)
	text := read(t, filepath.Join(b.Dir, lockFile))
	_, sum, ok := strings.Cut(text, "/tool/cmd/tool@v1.2.0: ")
	if sum = strings.TrimSpace(sum); !ok || !strings.HasPrefix(sum, "h1:") {
		t.Fatalf("the lock has no checksum of the tool:\n%s", text)
	}
	b.Args = append(args, "--output=type=cacheonly")
	succeed(t, b)
	wrong := "h1:" + strings.Repeat("A", 43) + "="
	overwrite(t, b.Dir, lockFile, strings.Replace(text, sum, wrong, 1))
	if r := run(t, b); r.Exit == 0 || !strings.Contains(r.Text, "what was fetched has the checksum "+sum+", and the lock says "+wrong) {
		t.Errorf("exit code %d:\n%s", r.Exit, r.Text)
	}
}

// TestProgramsRefused: the go command builds no module by itself that has replace
// lines.
func TestProgramsRefused(t *testing.T) {
	t.Parallel()
	b := tooled(t)
	b.Push = ""
	b.Args = append(b.Args, "--output=type=cacheonly")
	spec := read(t, filepath.Join(b.Dir, "Dockerfile"))
	overwrite(t, b.Dir, "Dockerfile", strings.NewReplacer("tool/cmd/tool@v1.2.0", "replaced@v1.0.0").Replace(spec))
	r := run(t, b)
	for _, want := range []string{"Dockerfile:4", "replaced has replace lines, so it cannot be built by itself", "go get -tool example.com/"} {
		if r.Exit == 0 || !strings.Contains(r.Text, want) {
			t.Errorf("exit code %d, want %q in\n%s", r.Exit, want, r.Text)
		}
	}
}

// TestProgramsOldDaemon: an old daemon puts the same files together.
func TestProgramsOldDaemon(t *testing.T) {
	t.Parallel()
	b := tooled(t)
	b.Builder = node(t, "programs-old", oldest)
	out := t.TempDir()
	b.Push = ""
	b.Args = append(b.Args, "--output="+out)
	succeed(t, b)
	for _, name := range []string{"app", "bin/tool"} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Mode() != 0o755 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}
