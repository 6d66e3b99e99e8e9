package frontend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	gwpb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
	"github.com/tonistiigi/fsutil/types"
	"golang.org/x/tools/txtar"

	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/run"
)

// failing are steps that fail, by their names in the daemon's log, with the
// reports that they leave.
type failing map[string]report

// report is what a step left. The zero value is no report.
type report struct {
	there bool
	data  string
	mode  fs.FileMode
	exit  uint32 // of the step; 0: 1
	oom   bool   // whether the daemon saw that memory ran out
	old   bool   // whether the daemon cannot read it, nor describe the step
}

// err returns the error of the first step of a definition that fails; nil if
// none does.
func (f failing) err(ctx context.Context, def *pb.Definition) error {
	if err := ctx.Err(); err != nil && len(f) > 0 {
		return err
	}
	for _, data := range def.Def {
		dgst := digest.FromBytes(data)
		name := def.Metadata[string(dgst)].GetDescription()["llb.customname"]
		left, ok := f[name]
		if !ok {
			continue
		}
		var op pb.Op
		if err := op.UnmarshalVT(data); err != nil {
			panic(err)
		}
		return failedStep(&op, dgst, name, left, specLines(def, dgst))
	}
	return nil
}

// failedStep returns the gateway's error for a step. The ID of a mount is the
// step's name and the mount's destination.
func failedStep(op *pb.Op, dgst digest.Digest, name string, left report, sources []*errdefs.Source) error {
	args := strings.Join(op.GetExec().GetMeta().GetArgs(), " ")
	exit := &gwpb.ExitError{ExitCode: max(left.exit, 1)}
	if left.oom {
		exit.Err = syscall.ENOMEM
	}
	err := fmt.Errorf("process %q did not complete successfully: %w", args, exit)
	err = errdefs.WrapVertex(err, dgst)
	for _, src := range sources {
		err = errdefs.WithSource(err, src)
	}
	description := map[string]string{"llb.customname": name}
	if left.old {
		description = nil
	}
	err = errdefs.WithOp(err, op, description)
	var ids []string
	for _, m := range op.GetExec().GetMounts() {
		ids = append(ids, name+m.Dest)
	}
	return errdefs.WithSolveError(err, nil, nil, ids)
}

// specLines returns the lines of the spec that a step comes from.
func specLines(def *pb.Definition, of digest.Digest) []*errdefs.Source {
	var all []*errdefs.Source
	for _, l := range def.GetSource().GetLocations()[string(of)].GetLocations() {
		all = append(all, &errdefs.Source{Info: def.Source.Infos[l.SourceIndex], Ranges: l.Ranges})
	}
	return all
}

// container is a container with the mount of a failed step as its root.
func (f failing) container(ctx context.Context, req client.NewContainerRequest) (client.Container, error) {
	name, ok := strings.CutSuffix(req.Mounts[0].ResultID, step.Report)
	if !ok || req.Mounts[0].Dest != "/" {
		return nil, errors.New("no such container here")
	}
	files := fstest.MapFS{}
	if left := f[name]; left.there {
		files[step.ReportFile] = &fstest.MapFile{Data: []byte(left.data), Mode: left.mode}
	}
	return mounted{FS: files}, ctx.Err()
}

// mounted is a container in which nothing runs.
type mounted struct {
	client.Container
	fs.FS
}

func (m mounted) Release(context.Context) error { return nil }

func (m mounted) StatFile(_ context.Context, req client.StatContainerRequest) (*types.Stat, error) {
	info, err := fs.Stat(m.FS, strings.TrimPrefix(req.Path, "/"))
	if err != nil {
		return nil, err
	}
	return &types.Stat{Path: req.Path, Size: info.Size(), Mode: uint32(info.Mode())}, nil
}

func (m mounted) ReadFile(_ context.Context, req client.ReadContainerRequest) ([]byte, error) {
	return fs.ReadFile(m.FS, strings.TrimPrefix(req.Filename, "/"))
}

// TestFailures compares what a user reads if a step fails, or if the gateway's
// answer is unusable. A case is a txtar archive: the lines before the
// first file are options of the build as the gateway has them, files are the
// build context, except these:
//
//	failed/NAME   the report of the step of that name, which fails
//	left/NAME     a file that steps leave instead of their own
//	image/REF     the config of an image, or "error: " and why there is none
//	want/error    the text of the error and its excerpts
//
// The first line of a report may be "exit CODE" for a step that ends with
// another code than 1. The text of the files that a report names comes from the
// context. Instead of a report there may be a line: "no report", "no memory",
// "a pipe", "more than is read" or "an old daemon", which gives none.
func TestFailures(t *testing.T) {
	failed := map[string]bool{}
	golden.Run(t, "testdata/failures/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		g := readFailing(t, ar)
		_, err := unreleased.Build(t.Context(), g)
		if err == nil {
			t.Fatalf("the build succeeds; the last solve has the steps %q", stepNames(g.final))
		}
		maps.Copy(failed, failedVerbs(err))
		golden.Set(t, ar, "want/error", errorOutput(t, err))
	})
	for _, v := range run.Verbs() {
		switch v.(type) {
		case *step.Record, *step.Git:
			continue // The go command runs them, and no step.
		}
		if name := step.Command(v)[1]; !failed[name] {
			t.Errorf("no case has a step with the verb %s that fails", name)
		}
	}
}

// readFailing is the daemon of a case.
func readFailing(t *testing.T, ar *txtar.Archive) *fakeGateway {
	t.Helper()
	g := &fakeGateway{opts: map[string]string{}, steps: failing{}, images: map[string]string{}, left: fstest.MapFS{}}
	for line := range strings.Lines(string(ar.Comment)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			g.opts[key] = value
		}
	}
	files := fstest.MapFS{}
	for _, f := range ar.Files {
		kind, name, _ := strings.Cut(f.Name, "/")
		switch file := (&fstest.MapFile{Data: f.Data, Mode: 0o644}); kind {
		case "want", "failed":
		case "left":
			g.left[name] = file
		case "image":
			g.images[name] = string(f.Data)
		default:
			files[f.Name] = file
		}
	}
	for _, f := range ar.Files {
		if name, ok := strings.CutPrefix(f.Name, "failed/"); ok {
			g.steps[name] = readReport(t, string(f.Data), files)
			if g.steps[name].old {
				g.lacks = append(g.lacks, gwpb.CapGatewayExecFilesystem)
			}
		}
	}
	g.files = files
	return g
}

func readReport(t *testing.T, text string, files fstest.MapFS) report {
	t.Helper()
	r := report{there: true}
	if code, rest, ok := strings.Cut(text, "\n"); ok && strings.HasPrefix(code, "exit ") {
		if _, err := fmt.Sscanf(code, "exit %d", &r.exit); err != nil {
			t.Fatal(err)
		}
		text = rest
	}
	switch text {
	case "no report\n":
		r.there = false
	case "no memory\n":
		r.there, r.oom = false, true
	case "an old daemon\n":
		r.old = true
	case "a pipe\n":
		r.mode = fs.ModeNamedPipe
	case "more than is read\n":
		text = strings.Repeat(" ", largestReport+1)
	}
	var f step.Failure
	if json.Unmarshal([]byte(text), &f) == nil {
		f.Files = map[string][]byte{}
		for _, e := range f.Errors {
			if file, ok := files[e.File]; ok {
				f.Files[e.File] = file.Data
			}
		}
		data, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		text = string(data)
	}
	r.data = text
	return r
}

// errorOutput is an error as a client prints it.
func errorOutput(t *testing.T, err error) string {
	t.Helper()
	var b strings.Builder
	for _, src := range errdefs.Sources(err) {
		if err := src.Print(&b); err != nil {
			t.Fatal(err)
		}
	}
	return b.String() + "ERROR: " + err.Error() + "\n"
}

// failedVerbs returns the verbs of the failed steps in an error; none for
// another error. Debuggers need an error that names its step.
func failedVerbs(err error) map[string]bool {
	verbs := map[string]bool{}
	var solve *errdefs.SolveError
	if errors.As(err, &solve) {
		verbs[solve.GetOp().GetExec().GetMeta().GetArgs()[1]] = true
	}
	return verbs
}

// stepNames returns the names of the steps of a definition.
func stepNames(def *pb.Definition) []string {
	var names []string
	for _, m := range def.Metadata {
		if name := m.GetDescription()["llb.customname"]; name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// TestCancelledStep: if the user cancels a build, no step is reported as failed
// without a report.
func TestCancelledStep(t *testing.T) {
	g := &fakeGateway{opts: map[string]string{}}
	ui, err := dockerui.NewClient(g)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	op := &pb.Op{Op: &pb.Op_Exec{Exec: &pb.ExecOp{Mounts: []*pb.Mount{{Dest: step.Report}}}}}
	ended := failedStep(op, "", "compile .", report{exit: killed}, nil)
	if got := (&build{ui: ui, c: g}).explainFailure(ctx, ended); got != ended {
		t.Errorf("got %v, want the error as it was", got)
	}
}

// FuzzReport gives a failed step any report, because a project's own code runs
// in some steps and can write one. The error is a text with the step's name.
func FuzzReport(f *testing.F) {
	f.Add([]byte(`{"command": "compile .", "total": 3, "errors": [{"file": "main.go", "line": 4, "col": 2, "message": "undefined: x"}], "files": {"main.go": "cGFja2FnZSBtYWluCg=="}}`))
	f.Add([]byte(`{"command": "compile .", "errors": [{"file": "../x", "line": -1, "message": "\u001b[2J"}]}`))
	f.Add([]byte("{"))
	op := &pb.Op{Op: &pb.Op_Exec{Exec: &pb.ExecOp{Mounts: []*pb.Mount{{Dest: step.Report}}}}}
	f.Fuzz(func(t *testing.T, data []byte) {
		const name = "compile hello"
		left := report{there: true, data: string(data)}
		g := &fakeGateway{opts: map[string]string{}, steps: failing{name: left}}
		ui, err := dockerui.NewClient(g)
		if err != nil {
			t.Fatal(err)
		}
		err = (&build{ui: ui, c: g}).explainFailure(t.Context(), failedStep(op, "", name, left, nil))
		if text := errorOutput(t, err); !strings.Contains(text, name) || strings.Contains(text, "did not complete") {
			t.Errorf("got %s", text)
		}
	})
}
