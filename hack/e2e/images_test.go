package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/hack/internal/image"
)

// monorepo is the example of that name, which pushes to the lab's registry.
func monorepo(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../examples/monorepo")); err != nil {
		t.Fatal(err)
	}
	spec := filepath.Join(dir, "Dockerfile")
	data, err := os.ReadFile(spec)
	if err != nil {
		t.Fatal(err)
	}
	here := strings.NewReplacer("registry.example/gohull:1", env(t, "GOHULL_SYNTAX"), "registry.example/acme", imageRoot(t))
	if err := os.WriteFile(spec, []byte(here.Replace(string(data))), 0o644); err != nil {
		t.Fatal(err)
	}
	// A builder that was used before has seen all but this.
	edit(t, buildx.Build{Dir: dir}, map[string]string{"NOTES.md": now() + "\n"})
	return dir
}

func now() string { return time.Now().Format(time.RFC3339Nano) }

// imageRoot is where the images of the test are.
func imageRoot(t testing.TB) string { return strings.TrimSuffix(ref(t), ":latest") }

// says is what the programs of the example print.
var says = map[string]string{"api": "api takes job report\n", "worker": "worker does job report\n"}

// TestImages builds all images of a file with the bake file that it makes of
// itself, once, and again after edits: what was edited runs, and nothing else.
func TestImages(t *testing.T) {
	dir := monorepo(t)
	file := filepath.Join(t.TempDir(), "docker-bake.json")
	text := answer(t, "bake", dir, "--build-arg=VERSION=v1.2.3", "--build-arg=RELEASES=v1.1.0\nv1.3.0\nold")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	b := buildx.Build{Bake: file, Args: []string{"--push", "--set=*.context=" + dir, "--allow=fs.read=" + dir}}
	all := succeed(t, b)
	if n := count(all, "pick the source of api, worker"); n != 1 {
		t.Errorf("the source was picked %d times, want once for both images", n)
	}
	for name, ports := range map[string]int{"api": 1, "worker": 0} {
		im := pull(t, imageRoot(t)+"/"+name+":1.2")
		if exit, got := output(t, im); exit != 0 || got != says[name] {
			t.Errorf("%s: exit code %d, printed %q", name, exit, got)
		}
		if got := config(t, im).ExposedPorts; len(got) != ports {
			t.Errorf("%s: ports %v, want %d", name, got, ports)
		}
		if _, err := image.Pull(t.Context(), imageRoot(t)+"/"+name+":latest", "linux/amd64"); err == nil {
			t.Errorf("%s: a version that is not the highest moved latest", name)
		}
		manifest, err := im.Manifest()
		if err != nil {
			t.Fatal(err)
		}
		got := manifest.Annotations
		if got["org.opencontainers.image.version"] != "1.2.3" || (got["org.opencontainers.image.base.digest"] != "") != (name == "worker") {
			t.Errorf("%s: annotations %q", name, got)
		}
	}

	edit(t, buildx.Build{Dir: dir}, map[string]string{"README.md": "read " + now() + "\n"})
	if ran := stepsOf(succeed(t, b)); !slices.Equal(ran, []string{"find packages", "pick the source of api, worker"}) {
		t.Errorf("after an edit of a README, %q ran", ran)
	}
	edit(t, buildx.Build{Dir: dir}, map[string]string{"cmd/worker/main.go": "package main\n\nfunc main() { println(\"edited " + now() + "\") }\n"})
	want := []string{"compile ./cmd/worker for linux/amd64", "find packages", "pick the source of api, worker", "put the image worker together for linux/amd64", "see whether the binaries are static"}
	if ran := stepsOf(succeed(t, b)); !slices.Equal(ran, want) {
		t.Errorf("after an edit of the worker, %q ran, want %q", ran, want)
	}
}

// count is how many steps of a name ran.
func count(r buildx.Result, name string) int {
	n := 0
	for _, step := range stepsOf(r) {
		if step == name {
			n++
		}
	}
	return n
}

// stepsOf are the steps that ran, without the target that bake shows them for.
func stepsOf(r buildx.Result) []string {
	var names []string
	for _, name := range r.Steps() {
		if _, rest, ok := strings.Cut(name, "] "); ok && strings.HasPrefix(name, "[") {
			name = rest
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// TestAllImages takes all images of a file at once, each in a directory of its
// name, and one of them under the names that the file gives it.
func TestAllImages(t *testing.T) {
	dir := monorepo(t)
	binaries := export(t, gohull(t, dir, "--target=binary"))
	roots := export(t, gohull(t, dir, "--target=all"))
	for _, name := range []string{"api", "worker"} {
		binary := binaries[name+"/"+name]
		if binary == "" || binary != roots[name+"/usr/local/bin/"+name] {
			t.Errorf("the binary of %s has %d bytes, that of all images %d", name, len(binary), len(roots[name+"/usr/local/bin/"+name]))
		}
		if sums := binaries[name+"/SHA256SUMS"]; !strings.HasSuffix(sums, "  "+name+"\n") {
			t.Errorf("%s: SHA256SUMS is %q", name, sums)
		}
	}
	if roots["worker/etc/os-release"] == "" || roots["api/etc/os-release"] != "" {
		t.Error("not the worker alone has the base that it names")
	}

	one := gohull(t, dir, "--target=all")
	one.Push = ref(t)
	if r := run(t, one); r.Exit == 0 || !strings.Contains(r.Text, "use-call-bake") {
		t.Errorf("pushed as one image, all images give exit code %d and\n%s", r.Exit, r.Text)
	}

	b := gohull(t, dir, "--target=worker", "--build-arg=VERSION=2.0.0", "--build-arg=RELEASES=1.9.0", "--provenance=false", `--output=type=image,"name=*",push=true`)
	succeed(t, b)
	var called []struct{ Names []string }
	if err := json.Unmarshal([]byte(answer(t, "tags,format=json", dir, b.Args[1:4]...)), &called); err != nil {
		t.Fatal(err)
	}
	if len(called) != 1 || len(called[0].Names) != 3 {
		t.Fatalf("the worker has the names %+v, want three", called)
	}
	for _, name := range called[0].Names {
		if _, got := output(t, pull(t, name)); got != says["worker"] {
			t.Errorf("%s printed %q", name, got)
		}
	}

	broken := map[string]string{}
	for _, name := range []string{"api", "worker"} {
		broken["cmd/"+name+"/main.go"] = "package main\n\nfunc main() { " + name + "() }\n"
	}
	edit(t, b, broken)
	r := run(t, gohull(t, dir, "--target=all"))
	for _, want := range []string{"cmd/api/main.go:3:15: undefined: api", "cmd/worker/main.go:3:15: undefined: worker"} {
		if r.Exit == 0 || !strings.Contains(r.Text, want) {
			t.Errorf("exit code %d, printed\n%s\nwant %s", r.Exit, r.Text, want)
		}
	}
}

// TestSeveralNames pushes one image under two names.
func TestSeveralNames(t *testing.T) {
	t.Parallel()
	at := strings.TrimSuffix(ref(t), ":latest")
	dir := write(t, map[string]string{
		"Dockerfile": "image:\n  name: [" + at + "/a, \"" + at + "/b-{{.Version}}\"]\n  tags: [\"{{.Version}}\", edge]\n",
		"go.mod":     goMod("example.com/named"),
		"main.go":    "package main\n\nfunc main() { print(\"named\") }\n",
	})
	succeed(t, gohull(t, dir, "--build-arg=VERSION=2.0.0", "--provenance=false", `--output=type=image,"name=*",push=true`))
	want := at + "/a:2.0.0\n" + at + "/a:edge\n" + at + "/b-2.0.0:2.0.0\n" + at + "/b-2.0.0:edge\n"
	if got := answer(t, "tags", dir, "--build-arg=VERSION=2.0.0"); got != want {
		t.Errorf("--call=tags printed\n%s\nwant\n%s", got, want)
	}
	for name := range strings.Lines(want) {
		prints(t, strings.TrimSpace(name), "named")
	}
}
