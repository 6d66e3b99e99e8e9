package frontend

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strings"
	"syscall"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/excerpt"
	"github.com/gohull/gohull/internal/visible"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/frontend/gateway/client"
	gwpb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
)

// explainFailure adds what a failed step reported: the errors of the go
// command, and the lines that they point at.
func (b *build) explainFailure(ctx context.Context, err error) error {
	failure, unread := b.readFailure(ctx, err)
	switch {
	case ctx.Err() != nil:
		return err
	case failure == nil && unread == nil:
		return b.explainStage(err)
	case unread != nil:
		return reworded(err, unreadText(b.stepName(err), err, unread))
	}
	at := b.explainMissingInStep(ctx, failure.Errors)
	for _, e := range failure.Errors {
		at = append(at, place(e))
	}
	return excerpt.Attach(reworded(err, failureText(b.stepName(err), *failure)), at, func(name string) *pb.SourceInfo {
		if name != "" && name == b.ignored.Name {
			return b.sourceInfo(name)
		}
		return fileInfo(name, failure.Files)
	})
}

// stepName returns the name of the failed step; empty if err names no step. Old
// daemons report only its vertex.
func (b *build) stepName(err error) string {
	var solve *errdefs.SolveError
	if errors.As(err, &solve) && solve.Description[customName] != "" {
		return solve.Description[customName]
	}
	var vertex *errdefs.VertexError
	if !errors.As(err, &vertex) {
		return ""
	}
	b.marshalling.Lock()
	defer b.marshalling.Unlock()
	return b.stepNames[vertex.Digest]
}

// failureText describes a failed step by the errors in its report.
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
// code of its process. An error without an exit code is already complete.
func unreadText(s string, err, unread error) string {
	var exit *gwpb.ExitError
	if !errors.As(err, &exit) {
		return err.Error()
	}
	text := fmt.Sprintf("%s failed with exit code %d, and %v", cmp.Or(s, "a step"), exit.ExitCode, unread)
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

// place returns the position of a step's error. The project's own code may have
// written the report, so the line may be invalid.
func place(e step.Error) diag.Range {
	if e.Line < 1 || e.Line > math.MaxInt32 || e.Col < 0 || e.Col > math.MaxInt32 {
		return diag.At(e.File, 0, 0)
	}
	return diag.At(e.File, e.Line, e.Col)
}

// readFailure reads the report that a failed step left in its report mount.
// Both results are nil if err is not from a step. The error unread completes the
// sentence "the step failed, and".
func (b *build) readFailure(ctx context.Context, err error) (_ *step.Failure, unread error) {
	id := reportMount(err)
	caps := b.ui.BuildOpts().Caps
	switch {
	case id == "":
		return nil, nil
	case caps.Supports(gwpb.CapGatewayExecFilesystem) != nil:
		return nil, errors.New("this BuildKit cannot read what it reported, which BuildKit 0.27 and newer can")
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
	f.Command = visible.Cut(f.Command, longestMessage)
	f.Errors = f.Errors[:min(len(f.Errors), mostErrors)]
	for i := range f.Errors {
		f.Errors[i].Message = visible.Cut(f.Errors[i].Message, longestMessage)
	}
	return f
}

// reportMount returns the ID of the failed step's report mount; empty if err is
// not from a step.
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
	// Some daemons would wait for data from a pipe.
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
