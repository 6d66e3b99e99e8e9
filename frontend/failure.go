package frontend

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"strings"
	"syscall"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/excerpt"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/internal/visible"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/frontend/gateway/client"
	gwpb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
)

// located gives an error the lines that its diagnostics point at, of the spec
// and of the project's files, for the client to show.
func (b *build) located(ctx context.Context, err error) error {
	err = b.because(ctx, err)
	var ds diag.Errors
	if !errors.As(err, &ds) {
		return err
	}
	return excerpt.Attach(err, ds.Ranges(), b.sourceInfo)
}

// sourceInfo is a file of the user's as an excerpt is cut from it; nil when it
// was not read.
func (b *build) sourceInfo(name string) *pb.SourceInfo {
	if b.source != nil && name == b.source.Filename {
		return &pb.SourceInfo{
			Data:       b.source.Data,
			Filename:   name,
			Language:   b.source.Language,
			Definition: b.source.Definition.ToPB(),
		}
	}
	if name != "" && name == b.ignored.Name {
		return &pb.SourceInfo{Data: b.ignoreText, Filename: name, Language: "Ignore File"}
	}
	return info(name, b.files)
}

// info is a file as an excerpt is cut from it; nil when it was not read.
func info(name string, files map[string][]byte) *pb.SourceInfo {
	data, ok := files[name]
	if !ok {
		return nil
	}
	language := "Go Module"
	switch path.Ext(name) {
	case ".go":
		language = "Go"
	case path.Ext(project.LockFile):
		language = "YAML"
	}
	return &pb.SourceInfo{Data: data, Filename: name, Language: language}
}

// explained adds what a failed step said of itself: the errors of the go
// command, and the lines they point at.
func (b *build) explained(ctx context.Context, err error) error {
	failure, unread := b.readFailure(ctx, err)
	switch {
	case ctx.Err() != nil || failure == nil && unread == nil:
		return err
	case unread != nil:
		return reworded(err, unreadText(err, unread))
	}
	at := b.explainMissing(ctx, failure.Errors)
	for _, e := range failure.Errors {
		at = append(at, place(e))
	}
	return excerpt.Attach(reworded(err, failureText(stepName(err), *failure)), at, func(name string) *pb.SourceInfo {
		if name != "" && name == b.ignored.Name {
			return b.sourceInfo(name)
		}
		return info(name, failure.Files)
	})
}

// stepName is what the failed step is called, empty when the daemon does not
// tell.
func stepName(err error) string {
	var solve *errdefs.SolveError
	if !errors.As(err, &solve) {
		return ""
	}
	return solve.Description["llb.customname"]
}

// failureText is a failed step in the words of the command that failed.
func failureText(s string, f step.Failure) string {
	lines := []string{cmp.Or(s, f.Command) + " failed"}
	if f.Total > len(f.Errors) {
		lines[0] += fmt.Sprintf(" with %d errors, the first of them", f.Total)
	}
	for _, e := range f.Errors {
		d := diag.Diagnostic{At: place(e), Message: e.Message}
		lines = append(lines, d.String())
	}
	return strings.Join(lines, "\n")
}

// unreadText describes a failed step whose report cannot be read, by the exit
// code of its process. An error without an exit code says itself what happened.
func unreadText(err, unread error) string {
	var exit *gwpb.ExitError
	if !errors.As(err, &exit) {
		return err.Error()
	}
	text := fmt.Sprintf("%s failed with exit code %d, and %v", cmp.Or(stepName(err), "a step"), exit.ExitCode, unread)
	switch {
	case strings.HasSuffix(err.Error(), ": "+syscall.ENOMEM.Error()):
		return text + "; the builder ran out of memory"
	case exit.ExitCode == killed:
		return text + "; something killed it, most likely because the builder ran out of memory"
	}
	return text + "; see its log"
}

// killed is the exit code of a process that got the signal SIGKILL.
const killed = 128 + 9

// place is where an error of a step is. Project code may have written what a
// step says, so a line may be none of any file.
func place(e step.Error) diag.Range {
	if e.Line < 1 || e.Line > math.MaxInt32 || e.Col < 0 || e.Col > math.MaxInt32 {
		return diag.At(e.File, 0, 0)
	}
	return diag.At(e.File, e.Line, e.Col)
}

// reworded is an error of the gateway with another text. It does not wrap
// the error: BuildKit would go on to show the text that came over the wire.
// What clients and debuggers read from it, the step, its vertex and the lines
// of the spec, is carried over.
func reworded(err error, text string) error {
	out := errors.New(text)
	var solve *errdefs.SolveError
	if errors.As(err, &solve) {
		out = &errdefs.SolveError{Solve: solve.Solve, Err: out}
	}
	var vertex *errdefs.VertexError
	if errors.As(err, &vertex) {
		out = errdefs.WrapVertex(out, digest.Digest(vertex.Digest))
	}
	for _, src := range errdefs.Sources(err) {
		out = errdefs.WithSource(out, shown(src))
	}
	return out
}

// shown is an excerpt that can be printed.
func shown(src *errdefs.Source) *errdefs.Source {
	if src.Info != nil {
		src.Info.Filename = visible.Line(src.Info.Filename)
		src.Info.Data = visible.Bytes(src.Info.Data)
	}
	return src
}

// printable returns an error that clients can print, whatever names, messages
// and excerpts it has: those of registries and of the daemon as well.
func printable(err error) error {
	if err == nil {
		return nil
	}
	shows := visible.Is(err.Error())
	for _, src := range errdefs.Sources(err) {
		shows = shows && visible.Is(src.Info.GetFilename()) && visible.Is(string(src.Info.GetData()))
	}
	if shows {
		return err
	}
	return reworded(err, visible.Text(err.Error()))
}

// readFailure reads the report that a failed step left in its report mount.
// Both results are nil for an error that is not of a step, and where the
// daemon shows no mounts: the step's log has to do there. The error unread
// completes the sentence "the step failed, and".
func (b *build) readFailure(ctx context.Context, err error) (_ *step.Failure, unread error) {
	id := reportMount(err)
	caps := b.ui.BuildOpts().Caps
	if id == "" || caps.Supports(gwpb.CapGatewayExecFilesystem) != nil {
		return nil, nil
	}
	data, err := b.readMount(ctx, id)
	if err != nil {
		return nil, err
	}
	var failure step.Failure
	if err := json.Unmarshal(data, &failure); err != nil {
		return nil, fmt.Errorf("its report is damaged (%w)", err)
	}
	if failure.Command == "" {
		return nil, errors.New("its report does not name the command")
	}
	return limited(&failure), nil
}

// What is shown of a report. The tool leaves less; but the tests and
// generators of a project can write there as well.
const (
	mostErrors     = 100
	longestMessage = 16 << 10
	largestReport  = 12 << 20 // a message of the gateway has 16 MB
)

// limited cuts a report to what is shown.
func limited(f *step.Failure) *step.Failure {
	f.Command = cut(f.Command)
	f.Errors = f.Errors[:min(len(f.Errors), mostErrors)]
	for i := range f.Errors {
		f.Errors[i].Message = cut(f.Errors[i].Message)
	}
	return f
}

// cut cuts a text at the end of a character.
func cut(s string) string {
	if len(s) <= longestMessage {
		return s
	}
	return strings.ToValidUTF8(s[:longestMessage], "") + "…"
}

// reportMount is the id of the failed step's report mount, empty when err is
// not that of a step.
func reportMount(err error) string {
	var solve *errdefs.SolveError
	if !errors.As(err, &solve) {
		return ""
	}
	mounts := solve.GetOp().GetExec().GetMounts()
	for i, m := range mounts {
		if m.Dest == step.Report && i < len(solve.MountIDs) {
			return solve.MountIDs[i]
		}
	}
	return ""
}

func (b *build) readMount(ctx context.Context, id string) ([]byte, error) {
	ctr, err := b.c.NewContainer(ctx, client.NewContainerRequest{
		Mounts: []client.Mount{{Dest: "/", ResultID: id, MountType: pb.MountType_BIND}},
	})
	if err != nil {
		return nil, fmt.Errorf("its report cannot be opened (%w)", err)
	}
	defer ctr.Release(context.WithoutCancel(ctx))
	// Not every daemon refuses to wait for what a pipe says.
	name := "/" + step.ReportFile
	stat, err := ctr.StatFile(ctx, client.StatContainerRequest{StatRequest: client.StatRequest{Path: name}})
	switch {
	case err != nil:
		return nil, fmt.Errorf("it left no report that can be read (%w)", err)
	case !fs.FileMode(stat.Mode).IsRegular():
		return nil, errors.New("its report is not a regular file")
	case stat.Size > largestReport:
		return nil, fmt.Errorf("its report has %d bytes, and at most %d are read", stat.Size, largestReport)
	}
	data, err := ctr.ReadFile(ctx, client.ReadContainerRequest{ReadRequest: client.ReadRequest{Filename: name}})
	if err != nil {
		return nil, fmt.Errorf("its report cannot be read (%w)", err)
	}
	return data, nil
}
