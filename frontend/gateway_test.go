package frontend

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/util/apicaps"
)

// TestRoundTrips counts the requests of a build: each one takes time, also if
// nothing has changed.
func TestRoundTrips(t *testing.T) {
	for _, c := range []struct {
		name                    string
		spec                    string
		opts                    map[string]string
		solves, reads, resolves int
	}{
		{"zero config", "", nil, 5, 10, 1},
		{"toolchain module", "toolchain: module\n", nil, 5, 10, 0},
		{"full spec", "main: .\nbase: alpine\nrun: {user: root, expose: [80]}\n", nil, 6, 10, 2},
		{"files on a base", "base: alpine\nrun: {files: [{from: go.mod, to: /etc/x}]}\n", nil, 6, 12, 2},
		{"a base of somebody's", "base: registry.example/alpine:1\n", nil, 6, 12, 2},
		{"a main package below the root", "main: ./cmd/hello\n", nil, 7, 13, 1},
		{"binary on a base of somebody's", "base: registry.example/alpine:1\n", map[string]string{"target": "binary"}, 5, 10, 2},
		{"one of two images", "images: {a: {main: .}, b: {main: ., base: alpine}}\n", map[string]string{"target": "a"}, 6, 10, 1},
		{"all of two images", "images: {a: {main: .}, b: {main: ., base: alpine}}\n", map[string]string{"target": "all"}, 9, 10, 2},
		{"two platforms", "base: alpine\n", map[string]string{"platform": "linux/amd64,linux/arm64"}, 6, 10, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := mapFS(hello)
			files["Dockerfile"] = &fstest.MapFile{Data: []byte("# syntax=registry.example/gohull:1\n" + c.spec)}
			files["cmd/hello/main.go"] = files["main.go"]
			if !strings.Contains(c.spec, "cmd/hello") {
				delete(files, "cmd/hello/main.go")
			}
			g := &fakeGateway{files: files, opts: c.opts}
			if g.opts == nil {
				g.opts = map[string]string{}
			}
			if _, err := unreleased.Build(t.Context(), g); err != nil {
				t.Fatal(err)
			}
			if g.solves != c.solves || g.reads != c.reads || len(g.resolves) != c.resolves {
				t.Errorf("%d solves, %d reads, %d resolves; want %d, %d, %d", g.solves, g.reads, len(g.resolves), c.solves, c.reads, c.resolves)
			}
		})
	}
}

// TestCacheImports: each solve names the imported caches, because the solver
// searches them only then.
func TestCacheImports(t *testing.T) {
	g := &fakeGateway{files: mapFS(hello), opts: map[string]string{
		"cache-imports": `[{"Type":"registry","Attrs":{"ref":"registry.example/cache"}}]`,
	}}
	if _, err := unreleased.Build(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	last := g.cached[len(g.cached)-1]
	if len(last) != 1 || last[0].Attrs["ref"] != "registry.example/cache" {
		t.Errorf("the build's solve has the cache imports %v", last)
	}
}

// TestLimitsOfOldDaemons: each limit that the daemon cannot set is an error.
func TestLimitsOfOldDaemons(t *testing.T) {
	g := &fakeGateway{
		files: mapFS(hello),
		opts:  map[string]string{"memory": "1073741824", "shm-size": "1024", "ulimit": "nofile=1:1"},
		lacks: []apicaps.CapID{pb.CapExecMetaLinuxResources, pb.CapExecMetaUlimit},
	}
	_, err := unreleased.Build(t.Context(), g)
	const want = `2 errors:
--resource: this BuildKit cannot set it for the steps of a build; remove the flag, or use BuildKit 0.31 or newer
--ulimit: this BuildKit cannot set it for the steps of a build; remove the flag, or use BuildKit 0.10 or newer`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// TestCommitOfOldDaemons: a stamp that needs the commit of a git context is an
// error that names the BuildKit that reports it.
func TestCommitOfOldDaemons(t *testing.T) {
	files := mapFS(hello)
	files["Dockerfile"] = &fstest.MapFile{Data: []byte("# syntax=registry.example/gohull:1\nbuild: {ldflags: \"-X main.commit={{.ShortCommit}}\"}\n")}
	g := &fakeGateway{
		files: files,
		opts:  map[string]string{"context": "https://git.example/acme/hello.git#main"},
		noGit: true,
	}
	_, err := unreleased.Build(t.Context(), g)
	const want = "Dockerfile:2:18: build.ldflags: {{.ShortCommit}} is not known, because this BuildKit does not report the commit of a git context, " +
		"which BuildKit 0.26 and newer do; pass --build-arg COMMIT=$(git rev-parse HEAD), or build a git checkout with buildx"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// TestFrontendAsContext: a build context that replaces the frontend's own image
// does not belong to the build.
func TestFrontendAsContext(t *testing.T) {
	const own = "registry.example/gohull:1"
	g := &fakeGateway{files: mapFS(hello), opts: map[string]string{"source": own, "context:" + own: "docker-image://registry.example/other:1"}}
	if _, err := unreleased.Build(t.Context(), g); err != nil {
		t.Error(err)
	}
}

func TestErrorsHaveSources(t *testing.T) {
	files := mapFS(hello)
	files["Dockerfile"] = &fstest.MapFile{Data: []byte("# syntax=registry.example/gohull:1\ngo: 1.20\n")}
	_, err := unreleased.Build(t.Context(), &fakeGateway{files: files, opts: map[string]string{}})
	if err == nil {
		t.Fatal("no error")
	}
	var got []string
	for _, src := range errdefs.Sources(err) {
		var b strings.Builder
		if err := src.Print(&b); err != nil {
			t.Fatal(err)
		}
		got = append(got, b.String())
	}
	want := []string{
		"Dockerfile:2\n--------------------\n   1 |     # syntax=registry.example/gohull:1\n   2 | >>> go: 1.20\n   3 |     \n--------------------\n",
		"go.mod:3\n--------------------\n   1 |     module example.com/hello\n   2 |     \n   3 | >>> go 1.26.8\n   4 |     \n--------------------\n",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got excerpts\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

var _ client.Client = (*fakeGateway)(nil)

// TestLockResolvesNothing: with a lock, images are looked up by digest only.
func TestLockResolvesNothing(t *testing.T) {
	for _, ignored := range []string{"", "*\n!go.mod\n!**/*.go\n"} { // no step reads the lock, so it applies also if it is hidden
		testLockResolvesNothing(t, ignored)
	}
}

func testLockResolvesNothing(t *testing.T, ignored string) {
	const digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
	files := mapFS(hello)
	files["Dockerfile"] = &fstest.MapFile{Data: []byte("# syntax=registry.example/gohull:1\nbase: alpine\n")}
	files[".dockerignore"] = &fstest.MapFile{Data: []byte(ignored)}
	files["gohull.lock"] = &fstest.MapFile{Data: []byte(`go: {asked: 1.26.8, version: 1.26.8}
images:
  docker.io/library/alpine:3.22: {linux/amd64: ` + digest + `}
  docker.io/library/golang:1.26.8-alpine: {linux/amd64: ` + digest + `}
`)}
	g := &fakeGateway{files: files, opts: map[string]string{}}
	if _, err := unreleased.Build(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	slices.Sort(g.resolves)
	want := []string{"docker.io/library/alpine:3.22@" + digest, "docker.io/library/golang:1.26.8-alpine@" + digest}
	if !slices.Equal(g.resolves, want) {
		t.Errorf("looked up %q, want %q", g.resolves, want)
	}
}

// TestHiddenProject: a file that the ignore file hides is not part of the
// project, although it is read before the ignore file is known.
func TestHiddenProject(t *testing.T) {
	for _, ignore := range []string{".dockerignore", "Dockerfile.dockerignore"} {
		files := mapFS(hello)
		files[ignore] = &fstest.MapFile{Data: []byte("go.*\n")}
		_, err := unreleased.Build(t.Context(), &fakeGateway{files: files, opts: map[string]string{}})
		if err == nil || !strings.Contains(err.Error(), ignore+":1:1 hides go.mod: remove the line") {
			t.Errorf("with %s, the error is %v", ignore, err)
		}
	}
}

// TestDynamic: an image is solved again, with a step that finds libraries, if
// the compile shows that its binaries need them. Each image decides for itself.
func TestDynamic(t *testing.T) {
	for _, c := range []struct {
		spec   string
		opts   map[string]string
		solves int
	}{
		{"base: alpine\n", map[string]string{}, 6},
		{"base: alpine\n", map[string]string{"platform": "linux/amd64,linux/arm64"}, 8},
		{"images: {a: {main: .}, b: {main: ., base: alpine}}\n", map[string]string{"target": "all"}, 11},
		{"base: alpine\nbuild: {ldflags: -buildmode=pie}\n", map[string]string{}, 5},
	} {
		files := mapFS(hello)
		files["Dockerfile"] = &fstest.MapFile{Data: []byte("# syntax=registry.example/gohull:1\n" + c.spec)}
		g := &fakeGateway{files: files, opts: c.opts, dynamic: true}
		if _, err := unreleased.Build(t.Context(), g); err != nil {
			t.Fatal(err)
		}
		if g.solves != c.solves {
			t.Errorf("%s%v: %d solves, want %d", c.spec, c.opts, g.solves, c.solves)
		}
		if !looksForLibraries(g.final) {
			t.Errorf("%s%v: the last solve has no step that looks for libraries", c.spec, c.opts)
		}
	}
}

func looksForLibraries(def *pb.Definition) bool {
	return slices.ContainsFunc(def.Def, func(data []byte) bool {
		var op pb.Op
		return op.UnmarshalVT(data) == nil && slices.Contains(op.GetExec().GetMeta().GetArgs(), "libraries")
	})
}
