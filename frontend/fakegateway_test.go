package frontend

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing/fstest"

	"github.com/containerd/platforms"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/run"
	"github.com/gohull/gohull/llb/step/source/scan"
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
)

// unreleased is gohull as tests build it.
var unreleased Frontend

// fakeGateway serves a context from memory and counts requests.
type fakeGateway struct {
	files fs.FS
	spec  string // directory of the spec; empty for the context's own
	opts  map[string]string
	lacks []apicaps.CapID  // what this daemon cannot do
	noGit bool             // whether it reports nothing of git repositories
	fails map[string]error // requests that fail: "StatFile go.mod"
	steps failing          // that fail; empty when none does
	// images are configs that a registry has by reference, or "error: " and
	// why it gives none. It has others as well.
	images map[string]string
	left   fstest.MapFS // files that steps leave instead of theirs

	mu       sync.Mutex
	solves   int
	bytes    int                          // of the operations that were solved
	reads    int                          // files read, stated or listed
	resolves []string                     // images looked up
	cached   [][]client.CacheOptionsEntry // the cache imports of each solve
	final    *pb.Definition               // what the last solve was asked for
	dynamic  bool                         // whether what is compiled is dynamically linked
	warnings []string                     // a line each
	stages   []client.SolveRequest        // of frontends of stages
}

func (g *fakeGateway) BuildOpts() client.BuildOpts {
	opts := client.BuildOpts{
		Opts:    g.opts,
		LLBCaps: pb.Caps.CapSet(g.caps(&pb.Caps)),
		Caps:    gwpb.Caps.CapSet(g.caps(&gwpb.Caps)),
	}
	opts.Workers = []client.WorkerInfo{{Platforms: []ocispecs.Platform{{OS: "linux", Architecture: "amd64"}}}}
	return opts
}

func (g *fakeGateway) caps(all *apicaps.CapList) []*apicapspb.APICap {
	return slices.DeleteFunc(all.All(), func(c *apicapspb.APICap) bool {
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
	if g.noGit {
		return &sourceresolver.MetaResponse{}, nil
	}
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
	if req.Frontend != "" {
		return g.stage(req)
	}
	g.final = req.Definition
	for _, op := range req.Definition.Def {
		g.bytes += len(op)
	}
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

// wantsStatic returns BuildKit's error for a layer that needs static binaries
// if the compile made others.
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

// sent returns the files that a client sends for the local source of a
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

// excluded returns the patterns of files that are not sent.
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
	case *step.Resolve:
		data, err := json.Marshal([]step.OSPackage{{Name: v.Wants[0], Version: "1.0", Arch: "amd64"}})
		return fstest.MapFS{step.ResolvedFile: {Data: data}}, err
	case *step.Manifest:
		data, err := json.Marshal(step.Parts{Sum: "sha256:parts", Paths: []string{"go.mod", "main.go"}})
		return fstest.MapFS{step.ManifestFile: {Data: data}}, err
	case *step.Look:
		data, err := json.Marshal(usualDirs)
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

func (r *fakeRef) ToState() (llb.State, error) { return llb.Scratch(), nil }

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
	data, err := fs.ReadFile(r.FS, req.Filename)
	if part := req.Range; part != nil && err == nil {
		data = data[min(part.Offset, len(data)):]
		data = data[:min(part.Length, len(data))]
	}
	return data, err
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
