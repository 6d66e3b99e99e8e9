package frontend

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/gateway/client"
	gwpb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/util/apicaps"
	apicapspb "github.com/moby/buildkit/util/apicaps/pb"
	"github.com/moby/patternmatcher"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	fstypes "github.com/tonistiigi/fsutil/types"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/run"
	"github.com/gohull/gohull/llb/step/source/scan"
)

// fakeGateway serves a context from memory and counts what is asked of it.
type fakeGateway struct {
	files fs.FS
	spec  string // directory of the spec; empty for the context's own
	opts  map[string]string
	lacks []apicaps.CapID  // what this daemon cannot do
	fails map[string]error // requests that fail: "StatFile go.mod"
	steps failing          // that fail; empty when none does
	// images are configs that a registry has by reference, or "error: " and
	// why it gives none. It has others as well.
	images map[string]string
	left   fstest.MapFS // files that steps leave instead of theirs

	mu       sync.Mutex
	solves   int
	reads    int                          // files read, stated or listed
	resolves []string                     // images looked up
	cached   [][]client.CacheOptionsEntry // the cache imports of each solve
	final    *pb.Definition               // what the last solve was asked for
	dynamic  bool                         // whether what is compiled is dynamically linked
	warnings []string                     // a line each
}

func (g *fakeGateway) BuildOpts() client.BuildOpts {
	opts := client.BuildOpts{
		Opts:    g.opts,
		LLBCaps: pb.Caps.CapSet(g.caps()),
		Caps:    gwpb.Caps.CapSet(gwpb.Caps.All()),
	}
	opts.Workers = []client.WorkerInfo{{Platforms: []ocispecs.Platform{{OS: "linux", Architecture: "amd64"}}}}
	return opts
}

func (g *fakeGateway) caps() []*apicapspb.APICap {
	return slices.DeleteFunc(pb.Caps.All(), func(c *apicapspb.APICap) bool {
		return slices.Contains(g.lacks, apicaps.CapID(c.ID))
	})
}

func (g *fakeGateway) CurrentFrontend() (*llb.State, error) {
	st := llb.Image("registry.example/gohull:1", llb.LinuxAmd64)
	return &st, nil
}

func (g *fakeGateway) Inputs(context.Context) (map[string]llb.State, error) { return nil, nil }

func (g *fakeGateway) Warn(_ context.Context, _ digest.Digest, short string, _ client.WarnOpts) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.warnings = append(g.warnings, short+"\n")
	return nil
}

func (g *fakeGateway) NewContainer(ctx context.Context, req client.NewContainerRequest) (client.Container, error) {
	return g.steps.container(ctx, req)
}

// ResolveSourceMetadata gives every git reference as an annotated tag.
func (g *fakeGateway) ResolveSourceMetadata(context.Context, *pb.SourceOp, sourceresolver.Opt) (*sourceresolver.MetaResponse, error) {
	return &sourceresolver.MetaResponse{Git: &sourceresolver.ResolveGitResponse{
		Checksum:       strings.Repeat("0", 40),
		CommitChecksum: strings.Repeat("c", 40),
	}}, nil
}

func (g *fakeGateway) ResolveImageConfig(_ context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.resolves = append(g.resolves, ref)
	if text, ok := g.images[ref]; ok {
		if why, ok := strings.CutPrefix(text, "error: "); ok {
			return "", "", nil, errors.New(strings.TrimSpace(why))
		}
		return ref, digest.FromString(ref), []byte(text), nil
	}
	if err := g.fails["ResolveImageConfig "+ref+" "+platforms.Format(*opt.ImageOpt.Platform)]; err != nil {
		return "", "", nil, err
	}
	config, err := json.Marshal(ocispecs.Image{Platform: *opt.ImageOpt.Platform})
	return ref, digest.FromString(ref), config, err
}

// Solve answers with the files that the definition's last vertex stands for.
func (g *fakeGateway) Solve(ctx context.Context, req client.SolveRequest) (*client.Result, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.solves++
	g.cached = append(g.cached, req.CacheImports)
	g.final = req.Definition
	if err := g.steps.err(ctx, req.Definition); err != nil {
		return nil, err
	}
	files, err := g.serve(req.Definition)
	if err != nil {
		return nil, err
	}
	if g.dynamic {
		if err := wantsStatic(req.Definition); err != nil {
			return nil, err
		}
	}
	res := client.NewResult()
	if len(g.left) > 0 && lastOp(req.Definition).GetExec() != nil {
		files = g.left
	}
	res.SetRef(&fakeRef{files, g})
	return res, nil
}

// wantsStatic is how BuildKit fails where a layer needs static binaries and
// the compile made others.
func wantsStatic(def *pb.Definition) error {
	for _, data := range def.Def {
		var op pb.Op
		if err := op.UnmarshalVT(data); err != nil {
			return err
		}
		for _, a := range op.GetFile().GetActions() {
			if a.GetCopy().GetSrc() == "/"+step.StaticDir {
				err := errors.New(`failed to calculate checksum of ref 1::2: "/static": not found`)
				return &errdefs.SolveError{Err: err, Solve: &errdefs.Solve{Op: &op}}
			}
		}
	}
	return nil
}

func lastOp(def *pb.Definition) *pb.Op {
	var last pb.Op
	if err := last.UnmarshalVT(def.Def[len(def.Def)-2]); err != nil {
		panic(err)
	}
	return &last
}

// sent are the files that a client sends for the local source of a
// definition.
func (g *fakeGateway) sent(def *pb.Definition) (fs.FS, error) {
	all, ok := g.files.(fstest.MapFS)
	if !ok {
		return g.files, nil
	}
	ignored, err := patternmatcher.New(excluded(def))
	if err != nil {
		return nil, err
	}
	sent := fstest.MapFS{}
	for name, file := range all {
		if hidden, err := ignored.MatchesOrParentMatches(name); err != nil {
			return nil, err
		} else if !hidden {
			sent[name] = file
		}
	}
	return sent, nil
}

// excluded are the patterns of what is not sent.
func excluded(def *pb.Definition) []string {
	var patterns []string
	for _, data := range def.Def {
		var op pb.Op
		if err := op.UnmarshalVT(data); err != nil {
			panic(err)
		}
		if list, ok := op.GetSource().GetAttrs()[pb.AttrExcludePatterns]; ok {
			if err := json.Unmarshal([]byte(list), &patterns); err != nil {
				panic(err)
			}
		}
	}
	return patterns
}

func (g *fakeGateway) serve(def *pb.Definition) (fs.FS, error) {
	exec := lastOp(def).GetExec()
	if exec == nil && g.spec != "" && lastOp(def).GetSource().GetIdentifier() == "local://dockerfile" {
		return fs.Sub(g.files, g.spec)
	}
	if exec == nil {
		return g.files, nil
	}
	verb, err := step.Parse(exec.Meta.Args[1:], run.Verbs()...)
	if err != nil {
		return nil, err
	}
	switch v := verb.(type) {
	case *step.Toolchain:
		data, err := json.Marshal(fakeToolchain(v.Version, v.Platform))
		return fstest.MapFS{step.GoFile: {Data: data}}, err
	case *step.Look:
		data, err := json.Marshal(alpineDirs)
		return fstest.MapFS{step.BaseFile: {Data: data}}, err
	}
	s, ok := verb.(*step.Scan)
	if !ok {
		return fstest.MapFS{}, nil // which nobody reads here
	}
	files, err := g.sent(def)
	if err != nil {
		return nil, err
	}
	facts, err := scan.Scan(files, *s)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(facts)
	return fstest.MapFS{step.FactsFile: {Data: data}}, err
}

type fakeRef struct {
	fs.FS
	g *fakeGateway
}

func (r *fakeRef) count() {
	r.g.mu.Lock()
	defer r.g.mu.Unlock()
	r.g.reads++
}

func (r *fakeRef) ToState() (llb.State, error)    { return llb.Scratch(), nil }
func (r *fakeRef) Evaluate(context.Context) error { return nil }
func (r *fakeRef) ReadDir(_ context.Context, req client.ReadDirRequest) ([]*fstypes.Stat, error) {
	r.count()
	if err := r.g.fails["ReadDir "+req.Path]; err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(r.FS, req.Path)
	var all []*fstypes.Stat
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		all = append(all, r.stat(e.Name(), info))
	}
	return all, err
}

func (r *fakeRef) stat(name string, info fs.FileInfo) *fstypes.Stat {
	st := &fstypes.Stat{Path: name, Size: info.Size(), Mode: uint32(info.Mode())}
	if info.Mode()&fs.ModeSymlink != 0 {
		st.Linkname = string(r.FS.(fstest.MapFS)[name].Data)
	}
	return st
}

func (r *fakeRef) ReadFile(_ context.Context, req client.ReadRequest) ([]byte, error) {
	r.count()
	if err := r.g.fails["ReadFile "+req.Filename]; err != nil {
		return nil, err
	}
	return fs.ReadFile(r.FS, req.Filename)
}

func (r *fakeRef) StatFile(_ context.Context, req client.StatRequest) (*fstypes.Stat, error) {
	r.count()
	if err := r.g.fails["StatFile "+req.Path]; err != nil {
		return nil, err
	}
	info, err := fs.Stat(r.FS, req.Path)
	if err != nil {
		return nil, err
	}
	return r.stat(req.Path, info), nil
}

func mapFS(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, data := range files {
		m[name] = &fstest.MapFile{Data: []byte(data), Mode: 0o644}
	}
	return m
}

var hello = map[string]string{
	"Dockerfile": "# syntax=registry.example/gohull:1\n",
	"go.mod":     "module example.com/hello\n\ngo 1.26.8\n",
	"main.go":    "package main\n",
}

// TestRoundTrips holds the number of requests that a build makes: each one is
// a wait, also when nothing has changed.
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
		{"binary on a base of somebody's", "base: registry.example/alpine:1\n", map[string]string{"target": "binary"}, 5, 10, 2},
		{"one of two images", "images: {a: {main: .}, b: {main: ., base: alpine}}\n", map[string]string{"target": "a"}, 6, 10, 1},
		{"all of two images", "images: {a: {main: .}, b: {main: ., base: alpine}}\n", map[string]string{"target": "all"}, 9, 10, 2},
		{"two platforms", "base: alpine\n", map[string]string{"platform": "linux/amd64,linux/arm64"}, 6, 10, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := mapFS(hello)
			files["Dockerfile"] = &fstest.MapFile{Data: []byte("# syntax=registry.example/gohull:1\n" + c.spec)}
			g := &fakeGateway{files: files, opts: c.opts}
			if g.opts == nil {
				g.opts = map[string]string{}
			}
			if _, err := Build(t.Context(), g); err != nil {
				t.Fatal(err)
			}
			if g.solves != c.solves || g.reads != c.reads || len(g.resolves) != c.resolves {
				t.Errorf("%d solves, %d reads, %d resolves; want %d, %d, %d", g.solves, g.reads, len(g.resolves), c.solves, c.reads, c.resolves)
			}
		})
	}
}

// TestCacheImports: the solver looks for imported cache only in solves that
// name it.
func TestCacheImports(t *testing.T) {
	g := &fakeGateway{files: mapFS(hello), opts: map[string]string{
		"cache-imports": `[{"Type":"registry","Attrs":{"ref":"registry.example/cache"}}]`,
	}}
	if _, err := Build(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	last := g.cached[len(g.cached)-1]
	if len(last) != 1 || last[0].Attrs["ref"] != "registry.example/cache" {
		t.Errorf("the build's solve has the cache imports %v", last)
	}
}

// TestLimitsOfOldDaemons: a limit that the daemon cannot set is an error, and
// so is each further one.
func TestLimitsOfOldDaemons(t *testing.T) {
	g := &fakeGateway{
		files: mapFS(hello),
		opts:  map[string]string{"memory": "1073741824", "shm-size": "1024", "ulimit": "nofile=1:1"},
		lacks: []apicaps.CapID{pb.CapExecMetaLinuxResources, pb.CapExecMetaUlimit},
	}
	_, err := Build(t.Context(), g)
	const want = `2 errors:
--resource: this BuildKit cannot set it for the steps of a build; remove the flag, or build with a newer BuildKit
--ulimit: this BuildKit cannot set it for the steps of a build; remove the flag, or build with a newer BuildKit`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// TestFrontendAsContext: a build context that replaces the frontend's own
// image is none of the build's.
func TestFrontendAsContext(t *testing.T) {
	const own = "registry.example/gohull:1"
	g := &fakeGateway{files: mapFS(hello), opts: map[string]string{"source": own, "context:" + own: "docker-image://registry.example/other:1"}}
	if _, err := Build(t.Context(), g); err != nil {
		t.Error(err)
	}
}

func TestErrorsHaveSources(t *testing.T) {
	files := mapFS(hello)
	files["Dockerfile"] = &fstest.MapFile{Data: []byte("# syntax=registry.example/gohull:1\ngo: 1.20\n")}
	_, err := Build(t.Context(), &fakeGateway{files: files, opts: map[string]string{}})
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

// TestLockResolvesNothing: with a lock, images are looked up by their content
// alone.
func TestLockResolvesNothing(t *testing.T) {
	for _, ignored := range []string{"", "*\n!go.mod\n!**/*.go\n"} { // no step reads the lock, so that it holds though it is hidden
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
	if _, err := Build(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	slices.Sort(g.resolves)
	want := []string{"docker.io/library/alpine:3.22@" + digest, "docker.io/library/golang:1.26.8-alpine@" + digest}
	if !slices.Equal(g.resolves, want) {
		t.Errorf("looked up %q, want %q", g.resolves, want)
	}
}

// TestHiddenProject: a file that the ignore file hides is not part of the
// project, though it is read before anybody knows what is hidden.
func TestHiddenProject(t *testing.T) {
	for _, ignore := range []string{".dockerignore", "Dockerfile.dockerignore"} {
		files := mapFS(hello)
		files[ignore] = &fstest.MapFile{Data: []byte("go.*\n")}
		_, err := Build(t.Context(), &fakeGateway{files: files, opts: map[string]string{}})
		if err == nil || !strings.Contains(err.Error(), ignore+":1:1 hides go.mod: remove the line") {
			t.Errorf("with %s, the error is %v", ignore, err)
		}
	}
}

// TestDynamic: an image is solved again, with a step that looks for libraries,
// where the compile shows that its binaries need them. Each image is known by
// then for what it is.
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
		if _, err := Build(t.Context(), g); err != nil {
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
