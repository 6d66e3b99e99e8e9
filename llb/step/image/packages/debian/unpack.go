package debian

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"runtime"

	"github.com/gohull/gohull/llb/step/image/packages"
	"github.com/gohull/gohull/llb/step/image/packages/debian/deb"
)

// Unpack passes the files of packages to put. It runs no script, and configures
// nothing.
func (*Family) Unpack(ctx context.Context, all []packages.Package, open packages.Open, put func(*tar.Header, io.Reader) error) error {
	return each(ctx, all, open, func(_ packages.Package, a *deb.Archive) error { return a.Read(nil, put) })
}

// opened is an archive that is read.
type opened struct {
	body    io.ReadCloser
	archive *deb.Archive
}

func (o opened) close() error {
	o.archive.Close()
	return o.body.Close()
}

// mostAhead limits the memory for what is decompressed already.
const mostAhead = 4

// each reads the archives of packages in their order. The next ones are
// decompressed in the meantime: xz takes most of the time.
func each(ctx context.Context, all []packages.Package, open packages.Open, read func(packages.Package, *deb.Archive) error) (err error) {
	var ahead []opened
	defer func() {
		for _, o := range ahead {
			err = errors.Join(err, o.close())
		}
	}()
	for i, p := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		for most := min(max(runtime.GOMAXPROCS(0), 2), mostAhead); len(ahead) < most && i+len(ahead) < len(all); {
			next := all[i+len(ahead)]
			body, err := open(next)
			if err != nil {
				return about(next, err)
			}
			ahead = append(ahead, opened{body, deb.Open(body)})
		}
		err := errors.Join(read(p, ahead[0].archive), ahead[0].close())
		ahead = ahead[1:]
		if err != nil {
			return about(p, err)
		}
	}
	return nil
}
