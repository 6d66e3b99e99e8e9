package frontend

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/excerpt"
	"github.com/gohull/gohull/internal/visible"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
)

// joinErrors returns the diagnostics of several errors as one error. If one of
// them is not a diag.Errors, it returns that one.
func joinErrors(errs ...error) error {
	var list diag.List
	for _, err := range errs {
		var ds diag.Errors
		switch {
		case err == nil:
		case errors.As(err, &ds):
			list.Add(ds...)
		default:
			return err
		}
	}
	return list.Err()
}

// joinFailures returns several failures of steps as one error, with the
// excerpts of all. A failure that several solves met is listed once. So are
// steps that fail with the same text, such as an error in go.mod for each
// image.
func joinFailures(failed []error) error {
	var first error
	var said []stepFailure
	var sources []*errdefs.Source
	for _, err := range failed {
		if err == nil {
			continue
		}
		first = cmp.Or(first, err)
		said = addFailure(said, err.Error())
		sources = append(sources, errdefs.Sources(err)...)
	}
	if first == nil || len(said) == 1 && said[0].text() == first.Error() {
		return first
	}
	var texts []string
	for _, s := range said {
		texts = append(texts, s.text())
	}
	joined := reworded(first, strings.Join(texts, "\n"))
	for _, src := range sources {
		shown := func(o *errdefs.Source) bool { return samePlace(o, src) }
		if !slices.ContainsFunc(errdefs.Sources(joined), shown) {
			joined = errdefs.WithSource(joined, src)
		}
	}
	return joined
}

// stepFailure is the text of a failed step: "… failed" and, below that, the
// reason.
type stepFailure struct {
	head, reason string
	others       []string // heads of other steps that said the same
}

// addFailure adds a failure, unless one like it is in the list.
func addFailure(said []stepFailure, text string) []stepFailure {
	head, reason, _ := strings.Cut(text, "\n")
	same := func(s stepFailure) bool {
		return s.head == head && s.reason == reason || reason != "" && s.reason == reason && isForImages(s.head, head)
	}
	i := slices.IndexFunc(said, same)
	if i < 0 {
		return append(said, stepFailure{head: head, reason: reason})
	}
	if said[i].head != head && !slices.Contains(said[i].others, head) {
		said[i].others = append(said[i].others, head)
	}
	return said
}

// isForImages reports whether two steps do the same for different images. Two
// checks are never the same.
func isForImages(a, b string) bool {
	kind, _, _ := strings.Cut(a, " ")
	return kind != "check" && strings.HasPrefix(b, kind+" ")
}

func (s stepFailure) text() string {
	head := s.head
	switch n := len(s.others); {
	case n == 1:
		head += ", and so did another step"
	case n > 1:
		head += fmt.Sprintf(", and so did %d other steps", n)
	}
	return strings.TrimSuffix(head+"\n"+s.reason, "\n")
}

// samePlace reports whether two excerpts show the same lines.
func samePlace(a, b *errdefs.Source) bool {
	sameRange := func(x, y *pb.Range) bool { return x.EqualVT(y) }
	return a.Info.GetFilename() == b.Info.GetFilename() && slices.EqualFunc(a.Ranges, b.Ranges, sameRange)
}

// reworded returns an error of the gateway with another text. It does not wrap
// the error: BuildKit would show the original text too. It keeps what clients
// and debuggers read: the step, its vertex and the lines of the spec.
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

// shown escapes what cannot be printed in an excerpt.
func shown(src *errdefs.Source) *errdefs.Source {
	if src.Info != nil {
		src.Info.Filename = visible.Line(src.Info.Filename)
		src.Info.Data = visible.Bytes(src.Info.Data)
	}
	return src
}

// printable returns an error that clients can print. Names, messages and
// excerpts may come from registries and from the daemon.
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

// withExcerpts attaches the lines that diagnostics point at, of the spec and of
// the project's files.
func (b *build) withExcerpts(ctx context.Context, err error) error {
	err = b.explainMissing(ctx, err)
	var ds diag.Errors
	if !errors.As(err, &ds) {
		return err
	}
	return excerpt.Attach(err, ds.Ranges(), b.sourceInfo)
}
