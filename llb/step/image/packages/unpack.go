package packages

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"regexp"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/internal/regular"
)

// Unpacker is a family whose packages can be used by a compiler as they are,
// without being configured.
type Unpacker interface {
	// Unpack passes the files of packages to put, in their order.
	Unpack(ctx context.Context, pkgs []Package, open Open, put func(*tar.Header, io.Reader) error) error
}

// documents match what nothing reads that compiles.
var documents = regexp.MustCompile(`^usr/share/(doc|doc-base|info|lintian|locale|man)(/|$)`)

// headers match what a compiler and pkg-config read. Debian's directories of
// libraries have the name of their architecture, so those of several can be in
// one root file system.
var headers = regexp.MustCompile(`^(usr/include|usr/share/pkgconfig|(usr/)?lib/[^/]+-linux-[^/]+)(/|$)`)

// AddFiles writes to out the files of packages that are added to a base for a
// compiler. Nothing is configured, and the package database does not change.
// Packages for another architecture give headers and libraries alone, and never
// a file that the base has.
func AddFiles(ctx context.Context, f Family, base fs.FS, pkgs []Package, archives fs.FS, foreign bool, out *os.Root, epoch int64) error {
	names, err := verified(f, archives, pkgs)
	if err != nil {
		return err
	}
	u, ok := f.(Unpacker)
	switch {
	case !ok && foreign:
		return errors.New("the toolchain's image is not made of Debian packages, and only those can have libraries of several architectures; name an image that is, or one that has the libraries")
	case !ok:
		if _, err := add(ctx, f, NewLayer(base, out), pkgs, archives); err != nil {
			return err
		}
		return mtime.SetAll(out.Name(), epoch)
	}
	layer := NewLayer(base, out)
	open := func(p Package) (io.ReadCloser, error) { return regular.OpenIn(archives, names[p]) }
	err = u.Unpack(ctx, pkgs, open, func(hdr *tar.Header, content io.Reader) error {
		name := clean(hdr.Name)
		if documents.MatchString(name) || foreign && (!headers.MatchString(name) || hasFile(base, name)) {
			return nil
		}
		return layer.Put(hdr, content)
	})
	if err != nil {
		return err
	}
	return mtime.SetAll(out.Name(), epoch)
}

// hasFile reports whether a base has something at a path that is no directory.
func hasFile(base fs.FS, name string) bool {
	at, found := links.InRoot(base, name)
	if !found {
		return false
	}
	info, err := fs.Lstat(base, at)
	return err == nil && !info.IsDir()
}
