package packages

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"strings"
	"sync/atomic"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/internal/safe"
	"github.com/gohull/gohull/llb/step"
)

// Families are those that gohull knows.
type Families []Family

// Of returns the family of a base.
func (all Families) Of(base fs.FS) (Family, error) {
	var names []string
	for _, f := range all {
		if f.Has(base) {
			return f, nil
		}
		names = append(names, f.Name())
	}
	return nil, fmt.Errorf("the base has no package database, so packages cannot be added to it; write a base with one, such as alpine:3.22 or debian:12-slim (gohull knows those of %s)", strings.Join(names, " and "))
}

// ParseWant reads "git" and "git=1:2.39.5".
func ParseWant(s string) Want {
	name, version, _ := strings.Cut(s, "=")
	return Want{name, version}
}

// LookUp writes the indexes that a family names to out.
func LookUp(ctx context.Context, f Family, r Request, fetch Fetch, out *os.Root) error {
	urls, err := f.Indexes(r)
	if err != nil {
		return err
	}
	return each(urls, func(url string) error {
		body, err := fetch(ctx, url)
		if err != nil {
			return err
		}
		return save(out, indexFile(url), body)
	})
}

// indexFile returns the name of an index that was looked up.
func indexFile(url string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(url))) }

// Resolve returns what has to be added to a base. Indexes come from those that
// LookUp wrote.
func Resolve(ctx context.Context, f Family, r Request, indexes fs.FS, fetch Fetch) ([]Package, error) {
	return f.Resolve(ctx, r, func(ctx context.Context, url string) (io.ReadCloser, error) {
		body, err := regular.OpenIn(indexes, indexFile(url))
		if errors.Is(err, fs.ErrNotExist) {
			return fetch(ctx, url)
		}
		return body, err
	})
}

// Download writes the archives of packages to out, and verifies them.
func Download(ctx context.Context, f Family, pkgs []Package, fetch Fetch, out *os.Root) error {
	return each(pkgs, func(p Package) error {
		name, err := fileName(p)
		if err != nil {
			return err
		}
		body, err := fetch(ctx, p.URL)
		if errors.Is(err, fs.ErrNotExist) {
			return &Error{Package: p.Name, Message: fmt.Sprintf("the repository no longer has %s %s (%v)", p.Name, p.Version, err), Hint: "renew the lock with --target lock, or keep archives with --target packages"}
		}
		if err != nil {
			return err
		}
		if err := out.MkdirAll(path.Dir(name), 0o755); err != nil {
			return err
		}
		if err := save(out, name, body); err != nil {
			return fmt.Errorf("%s: %w", p.URL, err)
		}
		return verify(f, out.FS(), name, p)
	})
}

// verify compares an archive with what the index says of it.
func verify(f Family, archives fs.FS, name string, p Package) error {
	body, err := regular.OpenIn(archives, name)
	if err != nil {
		return err
	}
	defer body.Close()
	info, err := body.Stat()
	if err != nil {
		return err
	}
	if info.Size() != p.Size {
		return fmt.Errorf("%s has %d bytes, and the index says %d", p.URL, info.Size(), p.Size)
	}
	if err := f.Verify(p, body); err != nil {
		return fmt.Errorf("%s: %w", p.URL, err)
	}
	return nil
}

// Add writes to out what packages change in a base. All archives are verified
// before the first one is unpacked. Nothing of the base can be deleted: what would
// have to be is an error.
func Add(ctx context.Context, f Family, base fs.FS, pkgs []Package, archives fs.FS, out *os.Root, epoch int64) error {
	layer, err := add(ctx, f, NewLayer(base, out), pkgs, archives)
	if err != nil {
		return err
	}
	if len(layer.stays) > 0 {
		return &Error{
			Message: "packages replace others of the base, and the list of packages does not say so: " + layer.whatStays() + " would stay in the image",
			Hint:    "renew the lock with --target lock",
		}
	}
	return mtime.SetAll(out.Name(), epoch)
}

// AddInPlace changes a base itself, so that files that the base has of other
// versions of the packages can be deleted.
func AddInPlace(ctx context.Context, f Family, base *os.Root, pkgs []Package, archives fs.FS, epoch int64) error {
	layer, err := add(ctx, f, InPlace(base), pkgs, archives)
	if err != nil {
		return err
	}
	return mtime.Set(base.Name(), epoch, func(name string) bool { return layer.changed[name] })
}

func add(ctx context.Context, f Family, layer *Layer, pkgs []Package, archives fs.FS) (*Layer, error) {
	names, err := verified(f, archives, pkgs)
	if err != nil {
		return nil, err
	}
	open := func(p Package) (io.ReadCloser, error) { return regular.OpenIn(archives, names[p]) }
	return layer, f.Install(ctx, layer, pkgs, open)
}

// verified returns where the archives are, after it has verified all of them.
func verified(f Family, archives fs.FS, pkgs []Package) (map[Package]string, error) {
	names := map[Package]string{}
	for _, p := range pkgs {
		name, err := find(archives, p)
		if err != nil {
			return nil, err
		}
		if err := verify(f, archives, name, p); err != nil {
			return nil, err
		}
		names[p] = name
	}
	return names, nil
}

// find returns where an archive is. An export of several platforms has a directory
// for each.
func find(archives fs.FS, p Package) (string, error) {
	name, err := fileName(p)
	if err != nil {
		return "", err
	}
	if _, err := fs.Stat(archives, name); err == nil {
		return name, nil
	}
	dirs, err := fs.ReadDir(archives, ".")
	if err != nil {
		return "", err
	}
	for _, dir := range dirs {
		below := path.Join(dir.Name(), name)
		if _, err := fs.Stat(archives, below); err == nil {
			return below, nil
		}
	}
	return "", &Error{Package: p.Name, Message: fmt.Sprintf("the build context %s has no %s", step.PackagesContext, name), Hint: "make it again with --target packages"}
}

// fileName returns where an archive is kept: "amd64/git_2.39.5-0+deb12u2_amd64.deb".
func fileName(p Package) (string, error) {
	u, err := url.Parse(p.URL)
	if err != nil {
		return "", err
	}
	name := p.Arch + "/" + path.Base(u.Path)
	if !fs.ValidPath(name) || strings.Contains(p.Arch, "/") || path.Base(u.Path) == "/" {
		return "", fmt.Errorf("the package %s has the architecture %q and the URL %q, which give no file name", p.Name, p.Arch, p.URL)
	}
	return name, nil
}

func save(out *os.Root, name string, body io.ReadCloser) (err error) {
	defer func() { err = errors.Join(err, body.Close()) }()
	f, err := out.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, body)
	return errors.Join(err, f.Close())
}

// parallel is how many requests run at the same time.
const parallel = 6

// each runs a function for each item, several at a time, and stops after an error.
func each[T any](items []T, run func(T) error) error {
	var next atomic.Int64
	eg := safe.NewGroup()
	for range min(parallel, len(items)) {
		eg.Go(func() error {
			for i := next.Add(1) - 1; i < int64(len(items)); i = next.Add(1) - 1 {
				if err := run(items[i]); err != nil {
					next.Store(int64(len(items)))
					return err
				}
			}
			return nil
		})
	}
	return eg.Wait()
}
