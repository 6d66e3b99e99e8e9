// Package alpine adds packages of Alpine and Wolfi to a base image, as apk would.
//
// It reads the index of each repository, chooses packages, unpacks them, and writes
// the database of installed packages. Install scripts are never run: what the usual
// ones do is done without them.
package alpine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/gohull/gohull/llb/step/image/packages"
)

// New returns the family of Alpine, Wolfi and others that use apk.
func New() packages.Family { return family{} }

type family struct{}

func (family) Name() string { return "Alpine" }

// Has reports whether a base has apk's database.
func (family) Has(base fs.FS) bool {
	_, err := databaseDir(base)
	return err == nil
}

// Indexes returns the URLs of the indexes of all repositories.
func (family) Indexes(r packages.Request) ([]string, error) {
	b, err := readBase(r)
	if err != nil {
		return nil, err
	}
	var urls []string
	for _, repository := range b.repositories {
		urls = append(urls, repository.indexURL(b.arch))
	}
	slices.Sort(urls)
	return slices.Compact(urls), nil
}

// Resolve returns what has to be added to the base.
func (family) Resolve(ctx context.Context, r packages.Request, fetch packages.Fetch) ([]packages.Package, error) {
	b, err := readBase(r)
	if err != nil {
		return nil, err
	}
	available, err := b.fetchIndexes(ctx, fetch)
	if err != nil {
		return nil, err
	}
	c := newCatalog(b.installed, available)
	wants, err := c.wants(r.Wants, b.repositories)
	if err != nil {
		return nil, err
	}
	all, err := c.solve(b.installed, wants)
	if err != nil {
		return nil, err
	}
	var found []packages.Package
	for _, p := range all {
		one, err := b.toPackage(p)
		if err != nil {
			return nil, err
		}
		one.Replaces = b.installedVersion(p.name)
		found = append(found, one)
	}
	return found, nil
}

// wants returns the dependencies that the words of a spec mean, or an error for
// each that nothing in the repositories satisfies.
func (c *catalog) wants(words []packages.Want, repositories []*repository) ([]dependency, error) {
	var all []dependency
	var errs []error
	for _, w := range words {
		d, err := wanted(w)
		if err == nil {
			err = c.unknown(d, repositories)
		}
		if err != nil {
			errs = append(errs, withWanted(err, w.Name))
			continue
		}
		all = append(all, d)
	}
	return all, errors.Join(errs...)
}

// wanted returns what a word of the spec means.
func wanted(w packages.Want) (dependency, error) {
	d, err := parseDependency(w.Name)
	switch {
	case err != nil:
		return d, err
	case d.conflict:
		return d, fmt.Errorf("%q forbids a package, want one to add", w.Name)
	case w.Version == "":
		return d, nil
	case d.op != "":
		return d, fmt.Errorf("%q has a version already, and the version %s too", w.Name, w.Version)
	case !validVersion(w.Version):
		return d, fmt.Errorf("%q is no version, want one such as 2.49.1-r0", w.Version)
	}
	d.op, d.version = "=", w.Version
	return d, nil
}

// withWanted returns an error that says which word of the spec it is about.
func withWanted(err error, name string) error {
	var e *packages.Error
	if !errors.As(err, &e) {
		return &packages.Error{Wanted: name, Message: err.Error()}
	}
	e.Wanted = name
	return e
}

// Verify compares an archive with the checksum of its control part in the index,
// and the data with the checksum in the control part.
func (family) Verify(p packages.Package, r io.Reader) error {
	return readArchive(p, r, handler{})
}
