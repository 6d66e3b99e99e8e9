package frontend

import (
	"context"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/excerpt"
	"github.com/gohull/gohull/internal/visible"
	"github.com/moby/buildkit/frontend/gateway/client"
)

// warn has the client print a warning.
func (b *build) warn(ctx context.Context, text string, opts client.WarnOpts) {
	for i, line := range opts.Detail {
		opts.Detail[i] = visible.Bytes(line)
	}
	b.source.Warn(ctx, visible.Text(text), opts)
}

// excerptOf returns the option that prints the lines of a place. It is empty if
// the file was not read.
func (b *build) excerptOf(at diag.Range) client.WarnOpts {
	info := b.sourceInfo(at.File)
	if info == nil {
		return client.WarnOpts{}
	}
	info.Data = excerpt.Narrow(info.Data)
	return client.WarnOpts{SourceInfo: info, Range: excerpt.Ranges(at)}
}
