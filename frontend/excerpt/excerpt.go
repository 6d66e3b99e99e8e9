// Package excerpt cuts excerpts from the files that a user wrote, in the form
// in which BuildKit sends them to clients: next to an error, in a warning, or in
// the answer to a question.
package excerpt

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/visible"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
)

const (
	most  = 5   // excerpts that an error shows
	reach = 10  // lines between two places that one excerpt shows
	width = 400 // bytes of a line that an excerpt shows
)

// Attach wraps err with an excerpt for each group of places. The function
// file returns the file that a place is in, and nil if it was not read.
func Attach(err error, places []diag.Range, file func(name string) *pb.SourceInfo) error {
	for i, group := range Groups(places) {
		if i == most {
			break
		}
		if info := file(group[0].File); info != nil {
			info.Data = Narrow(info.Data)
			err = errdefs.WithSource(err, &errdefs.Source{Info: info, Ranges: Ranges(group...)})
		}
	}
	return err
}

// Narrow returns a file as excerpts show it: invisible characters are
// escaped, and long lines are cut. Clients print whole lines, and a file that
// was passed by mistake may be one line of a megabyte.
func Narrow(data []byte) []byte {
	var out []byte
	for line := range bytes.Lines(visible.Bytes(data)) {
		if len(line) > width {
			line = append(bytes.ToValidUTF8(line[:width], nil), "…\n"...)
		}
		out = append(out, line...)
	}
	return out
}

// Groups returns places that have a line, sorted. Places that are near each
// other in one file are in one group.
func Groups(places []diag.Range) [][]diag.Range {
	places = slices.DeleteFunc(slices.Clone(places), func(r diag.Range) bool { return r.Start.Line == 0 })
	slices.SortFunc(places, func(a, b diag.Range) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Start.Line, b.Start.Line))
	})
	var groups [][]diag.Range
	for _, r := range places {
		if n := len(groups); n > 0 {
			last := groups[n-1][len(groups[n-1])-1]
			if last.File == r.File && r.Start.Line-last.Start.Line <= reach {
				groups[n-1] = append(groups[n-1], r)
				continue
			}
		}
		groups = append(groups, []diag.Range{r})
	}
	return groups
}

// Ranges returns places in BuildKit's form.
func Ranges(places ...diag.Range) []*pb.Range {
	var out []*pb.Range
	for _, r := range places {
		out = append(out, &pb.Range{
			Start: &pb.Position{Line: int32(r.Start.Line), Character: int32(r.Start.Col)},
			End:   &pb.Position{Line: int32(max(r.Start.Line, r.End.Line)), Character: int32(r.End.Col)},
		})
	}
	return out
}
