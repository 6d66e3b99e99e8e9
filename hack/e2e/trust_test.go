package e2e

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
)

// vouched is what an innocent program prints, of a package of its own and of a
// module. Hostile code replaces both wherever it can write.
const vouched = "vouched-for hello from a private module"

// poison alters all files in reach that have words of the innocent program,
// and says how many.
const poison = `
func poison() {
	words := strings.NewReplacer("vouched"+dash+"for", "changed"+dash+"ill", "hello"+blank+"from"+blank+"a"+blank+"private", "howdy"+blank+"from"+blank+"a"+blank+"private")
	altered := 0
	filepath.WalkDir("/", func(name string, e fs.DirEntry, err error) error {
		switch name {
		case "/proc", "/sys", "/dev", "/usr":
			return fs.SkipDir // of the kernel, or of the step's own image
		}
		if err != nil || !e.Type().IsRegular() {
			return nil
		}
		data, _ := os.ReadFile(name)
		changed := words.Replace(string(data))
		if changed == string(data) {
			return nil
		}
		os.Chmod(name, 0o644)
		if os.WriteFile(name, []byte(changed), 0o644) == nil {
			altered++
		}
		return nil
	})
	fmt.Fprintf(os.Stderr, "hostile: altered %d files\n", altered)
}

// Variables, so that the words stand nowhere in this program itself.
var dash, blank = string(rune(len(os.Args[:0]) + '-')), string(rune(len(os.Args[:0]) + ' '))
`

const poisonImports = `import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)
`

// hostile is such a program. As the go command it goes on as the real one.
const hostile = "package main\n\n" + poisonImports + poison + `
func main() {
	poison()
	if filepath.Base(os.Args[0]) == "go" {
		self, _ := os.Executable()
		syscall.Exec(self+".real", os.Args, os.Environ())
	}
	os.Exit(1) // a step need not go on after this
}

var _ testing.TB
`

// hostileTest is it as a test.
const hostileTest = "package main\n\n" + poisonImports + poison + `
func TestMain(m *testing.M) {
	poison()
	os.Exit(1) // what tests print is shown when they fail
}

var _ = syscall.Exec
`

// hostileProgram compiles it.
func hostileProgram(t testing.TB) []byte {
	t.Helper()
	dir := write(t, map[string]string{"go.mod": goMod("example.com/hostile"), "main.go": hostile})
	cmd := exec.Command("go", "build", "-trimpath", "-o", "hostile")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return []byte(read(t, filepath.Join(dir, "hostile")))
}

// hostileToolchain pushes a Go whose go command is hostile.
func hostileToolchain(t testing.TB, program []byte) string {
	t.Helper()
	dir := write(t, map[string]string{
		"hostile":    string(program),
		"Dockerfile": "FROM golang:" + goVersion() + "-alpine\nRUN mv /usr/local/go/bin/go /usr/local/go/bin/go.real\nCOPY --chmod=755 hostile /usr/local/go/bin/go\n",
	})
	name := env(t, "REGISTRY") + "/e2e/hostile-golang:1.0"
	succeed(t, buildx.Build{Dir: dir, Push: name})
	return name
}

// hostileBuild is a project whose code runs somewhere in its build.
type hostileBuild struct {
	name  string
	files map[string]string
}

// hostileBuilds have their code run as a test, a generator, a linker, a C
// compiler, a program of the toolchain's image, and what a variable names.
func hostileBuilds(t testing.TB, c company, program []byte) []hostileBuild {
	t.Helper()
	with := func(spec string, more map[string]string) map[string]string {
		files := map[string]string{
			"Dockerfile": spec,
			"go.mod":     goMod("example.com/hostile"),
			"main.go":    "package main\n\nfunc main() {}\n",
		}
		maps.Copy(files, more)
		return files
	}
	inC := map[string]string{"main.go": "package main\n\nimport \"C\"\n\nfunc main() {}\n"}
	linked := c.greeting(t, "toolchain: "+hostileToolchain(t, program)+"\n")
	return []hostileBuild{
		{"test", with("checks: [test]\n", map[string]string{"main_test.go": hostileTest})},
		{"generator", with("generate: [.]\n", map[string]string{
			"gen/main.go": hostile,
			"main.go":     "package main\n\n//go:generate go run ./gen\n\nfunc main() {}\n",
		})},
		{"linker", with("build: {cgo: true, ldflags: -linkmode=external -extld=/src/hostile}\nbase: distroless\n", inC)},
		{"C compiler", with("build: {cgo: true, env: {CC: /src/hostile}}\nbase: distroless\n", inC)},
		{"toolchain", linked},
	}
}

// TestTrust builds hostile projects next to an innocent one on one builder:
// what their tests, generators, compilers and toolchains can write to reaches
// no build of the innocent one, neither here nor by its cache on another
// machine.
func TestTrust(t *testing.T) {
	t.Parallel()
	c := newCompany()
	b, _ := offline(t, c, c.greeting(t, ""))
	innocent := func(edition string) {
		edit(t, b, c.project(map[string]string{
			"main.go":    "package main\n\nimport (\n\t\"example.com/app/own\"\n\t\"example.com/greet\"\n)\n\nfunc main() { print(own.Word(), greet.Hello(), `" + edition + "`) }\n",
			"own/own.go": "package own\n\nfunc Word() string { return \"vouched-for \" }\n",
		}))
		succeed(t, b)
		prints(t, b.Push, vouched+edition)
	}
	innocent(" first")

	program := hostileProgram(t)
	for _, h := range hostileBuilds(t, c, program) {
		dir := write(t, h.files)
		if err := os.WriteFile(filepath.Join(dir, "hostile"), program, 0o755); err != nil {
			t.Fatal(err)
		}
		r := run(t, buildx.Build{Dir: dir, Syntax: b.Syntax, Args: b.Args, Push: b.Push + "-hostile"})
		text := r.Text
		for _, v := range r.Vertices {
			text += v.Log
		}
		ran := false
		for line := range strings.Lines(text) {
			_, altered, ok := strings.Cut(line, "hostile: altered ")
			ran = ran || ok
			if ok && !strings.HasPrefix(altered, "0 files") {
				t.Errorf("%s: %s", h.name, line)
			}
		}
		if !ran {
			t.Errorf("%s: the hostile code did not run, which proves nothing:\n%s", h.name, text)
		}
		innocent(" after " + h.name)
	}

	cache := "type=registry,ref=" + env(t, "REGISTRY") + "/e2e/trust:cache"
	b.Args = append(b.Args, "--cache-from="+cache, "--cache-to="+cache+",mode=max")
	innocent(" exported")
	b.Builder = another(t, "trust-imports")
	innocent(" imported")
}
