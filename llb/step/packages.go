package step

import (
	"encoding/json"
	"flag"
	"fmt"
)

// OSPackage is one package of a distribution, exactly as a lock has it.
type OSPackage struct {
	Name     string `json:"name"`               // "git"
	Version  string `json:"version"`            // "1:2.39.5-0+deb12u2"
	Arch     string `json:"arch"`               // as the distribution calls it: "amd64", "x86_64", "all"
	URL      string `json:"url"`                // of the archive, in the repository that the base or the spec names
	Size     int64  `json:"size"`               // of the archive
	Checksum string `json:"checksum"`           // what the signed index says of the archive: "sha256:…"; for Alpine that of its control part
	PURL     string `json:"purl,omitempty"`     // package URL, for SBOMs: "pkg:deb/debian/git@1:2.39.5-0%2Bdeb12u2?arch=amd64&distro=debian-12"
	Replaces string `json:"replaces,omitempty"` // version that the base has; empty if it does not have the package
}

// Repository is where packages come from, in addition to the repositories of the
// base, or instead of one of them.
type Repository struct {
	URL        string   `json:"url"`
	Mirrors    string   `json:"mirrors,omitempty"` // address that it is fetched for
	Suite      string   `json:"suite,omitempty"`
	Components []string `json:"components,omitempty"`
	Key        string   `json:"key,omitempty"` // file of the build context, which is mounted at KeyPath
}

// KeyPath returns where the i-th repository of a step has its key.
func KeyPath(i int) string { return fmt.Sprintf("/.gohull/keys/%d", i) }

// RepositoryWord returns a repository as a word of a command line.
func RepositoryWord(r Repository) string {
	data, _ := json.Marshal(r) // of texts, which never fails
	return string(data)
}

// ParseRepository reads what RepositoryWord wrote.
func ParseRepository(word string) (r Repository, err error) {
	err = json.Unmarshal([]byte(word), &r)
	return r, err
}

// PackageIndex looks up the signed indexes of the repositories that Image has
// configured, and writes them to Out. It runs at each build.
type PackageIndex struct {
	Platform     string   // "linux/arm/v7"
	Repositories []string // as RepositoryWord writes them
}

func (*PackageIndex) verb() string    { return "package-index" }
func (*PackageIndex) rest() *[]string { return nil }

func (v *PackageIndex) flags(fs *flag.FlagSet) {
	fs.StringVar(&v.Platform, "platform", v.Platform, "platform of the image")
	fs.Var((*list)(&v.Repositories), "repositories", "more repositories")
}

// Resolve writes to ResolvedFile which packages have to be added to Image, by
// the indexes in Index.
type Resolve struct {
	Platform     string   // "linux/arm/v7"
	Fresh        bool     // packages that Image has do not count
	Repositories []string // as of PackageIndex
	Wants        []string // "git", "tini=0.19.0-1"
}

func (*Resolve) verb() string      { return "resolve" }
func (v *Resolve) rest() *[]string { return &v.Wants }

func (v *Resolve) flags(fs *flag.FlagSet) {
	fs.StringVar(&v.Platform, "platform", v.Platform, "platform of the image")
	fs.Var((*list)(&v.Repositories), "repositories", "more repositories")
	fs.BoolVar(&v.Fresh, "fresh", v.Fresh, "packages that the image has do not count")
}

// PackageArchives downloads the packages of PackageList, and writes to Out
// their archives, each in a directory of its architecture. Image is the base that
// they are for.
type PackageArchives struct {
	Repositories []string // as of PackageIndex
}

func (*PackageArchives) verb() string    { return "package-archives" }
func (*PackageArchives) rest() *[]string { return nil }

func (v *PackageArchives) flags(fs *flag.FlagSet) {
	fs.Var((*list)(&v.Repositories), "repositories", "more repositories")
}

// Packages writes to Out what the packages of PackageList change in Image, which
// is their base. Their archives are in Archives.
type Packages struct {
	// InPlace says that Out is the base itself, and Image is missing. Only then,
	// files of the base can be deleted.
	InPlace bool

	Epoch int64 // modification time, in seconds since 1970
	// For says that a compiler reads them, and nobody else. Nothing is configured,
	// and the package database stays as it is. Empty for an image.
	For string
}

// What packages are for.
const (
	ForCompiler = "compiler" // programs of the compiler, or libraries of its own platform
	ForTarget   = "target"   // libraries of the platform that is compiled for
)

func (*Packages) verb() string    { return "packages" }
func (*Packages) rest() *[]string { return nil }

func (v *Packages) flags(fs *flag.FlagSet) {
	fs.Int64Var(&v.Epoch, "epoch", v.Epoch, "modification time")
	fs.StringVar(&v.For, "for", v.For, "what the packages are for")
	fs.BoolVar(&v.InPlace, "in-place", v.InPlace, "the output is the base")
}
