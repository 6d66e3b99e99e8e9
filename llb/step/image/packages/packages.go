// Package packages adds packages of a Linux distribution to a base image. It
// runs none of the distribution's tools and nothing that is in a package, so it
// works for every architecture on any other.
//
// It has what all families of distributions need. A package below it for each
// family knows the formats.
package packages

import (
	"context"
	"io"
	"io/fs"

	"github.com/gohull/gohull/llb/step"
)

// Package is one package of a distribution.
type Package = step.OSPackage

// Want is a package that the spec names.
type Want struct {
	Name    string
	Version string // exactly this one; empty for the newest
}

// Repository is a repository in addition to those that the base has configured.
type Repository struct {
	URL        string   // root of the repository
	Suite      string   // of Debian repositories: "bookworm"; of others empty
	Components []string // of Debian repositories: "main"
	Key        []byte   // the content of the public key file that the index is signed with
	KeyName    string   // the file name of the key: Alpine names keys in signatures
}

// Request is what has to be resolved.
type Request struct {
	Base         fs.FS  // root file system with the package database, the configured repositories and their keys
	Fresh        bool   // whether to resolve as if no package was installed in Base: for a sysroot
	Platform     string // "linux/arm/v7"
	Wants        []Want // at least one
	Repositories []Repository
}

// Fetch requests a URL. It verifies nothing, and the length is not limited. An
// address that does not exist is an error that wraps fs.ErrNotExist.
type Fetch func(ctx context.Context, url string) (io.ReadCloser, error)

// Open opens the archive of a package, which is verified.
type Open func(Package) (io.ReadCloser, error)

// Family is a kind of package database, with the formats that belong to it.
// Paths in a base go through symbolic links as in a container that has it as
// its root: package links follows them.
type Family interface {
	// Name returns what people call the family: "Debian".
	Name() string

	// Has reports whether a base has a package database of this family.
	Has(base fs.FS) bool

	// Indexes returns the URLs of the signed files that change whenever one of the
	// repositories changes, sorted: InRelease, APKINDEX.tar.gz. Each build
	// without a lock fetches them. Resolve runs again if one has changed, and
	// its Fetch returns the same bytes for them.
	Indexes(Request) ([]string, error)

	// Resolve returns what has to be added to the base so that everything wanted
	// is there: dependencies first, in the same order for the same input. What
	// the base has is not part of it. Every index is verified. An error for a
	// wanted package is an *Error.
	Resolve(context.Context, Request, Fetch) ([]Package, error)

	// Verify reads an archive to its end and compares it with the checksum of the
	// package.
	Verify(Package, io.Reader) error

	// Install unpacks packages into a layer, configures them, and writes them to
	// the package database. Packages come in the order of Resolve. A package
	// that needs a script that cannot be left out is an *Error.
	Install(context.Context, *Layer, []Package, Open) error
}

// Error is an error about a package.
type Error struct {
	Package string // that the error is about; empty if it is about none
	Wanted  string // the Want.Name because of which it is there; empty if unknown
	Message string // "no repository has a package gti"
	Hint    string // "did you mean git?"
}

func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "; " + e.Hint
}
