package debian

import (
	"archive/tar"
	"io"

	"github.com/gohull/gohull/llb/step/image/packages/debian/deb"
)

// Unpack passes the files of an archive to put. It runs no script, and
// configures nothing.
func (*Family) Unpack(archive io.Reader, put func(*tar.Header, io.Reader) error) error {
	return deb.Read(archive, nil, put)
}
