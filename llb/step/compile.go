package step

import (
	"flag"
	"path"
)

// Start is the objects that a step begins with: those of packs are added to
// Cache, if they have not been before.
type Start struct {
	Packs []string // directories of packs, other steps' Outs
	Seeds []string // directories below Seed; one of them has to hold a pack
}

func (s *Start) flags(fs *flag.FlagSet) {
	fs.Var((*list)(&s.Packs), "packs", "packs to begin with")
	fs.Var((*list)(&s.Seeds), "seeds", "directories of which one has a pack to begin with")
}

// Go runs a command of the go command and shows its progress. When it fails,
// the positions it printed go to Report as a Failure. Times below Out are
// set to Epoch. The executables in Binaries have to be in Out afterwards, for
// the platform that the environment names; if all of them are static, it makes
// StaticDir in Static.
type Go struct {
	Epoch int64
	Start
	Checkout          // what executables say about the checkout; the zero value for nothing
	Linker   bool     // the executables start through what the verb linker found
	Dirs     []string // of Source, of the packages of a group; empty for all packages of Args
	Binaries []string // paths below Out: "/usr/local/bin/api"
	Args     []string // what follows "go": "build", "-o", …
}

func (*Go) verb() string      { return "go" }
func (v *Go) rest() *[]string { return &v.Args }

func (v *Go) flags(fs *flag.FlagSet) {
	fs.Int64Var(&v.Epoch, "epoch", v.Epoch, "modification time")
	v.Start.flags(fs)
	v.Checkout.flags(fs)
	fs.BoolVar(&v.Linker, "linker", v.Linker, "start executables through the linker that was found")
	fs.Var((*list)(&v.Dirs), "dirs", "directories of packages")
	fs.Var((*list)(&v.Binaries), "binaries", "executables that are made")
}

// Checkout is the state of a checkout of git, as far as the go command asks.
type Checkout struct {
	Commit   string   // in hexadecimal, not abbreviated
	Time     int64    // of the commit, in seconds since 1970
	Modified bool     // files differ from the commit
	Tags     []string // of the commit: "v1.2.3"
	Before   []string // tags of commits before it
}

func (c *Checkout) flags(fs *flag.FlagSet) {
	fs.StringVar(&c.Commit, "commit", c.Commit, "commit that is checked out")
	fs.Int64Var(&c.Time, "commit-time", c.Time, "time of the commit")
	fs.BoolVar(&c.Modified, "modified", c.Modified, "files differ from the commit")
	fs.Var((*list)(&c.Tags), "tags", "tags of the commit")
	fs.Var((*list)(&c.Before), "before", "tags of commits before it")
}

// Git stands in for git when the go command asks for the state of a checkout.
// CheckoutVariable has that.
type Git struct {
	Args []string // what follows "git"
}

func (*Git) verb() string        { return "git" }
func (*Git) flags(*flag.FlagSet) {}
func (v *Git) rest() *[]string   { return &v.Args }

// CheckoutVariable is the environment variable that has a Checkout, as JSON.
const CheckoutVariable = "GOHULL_CHECKOUT"

// Arguments returns the command line of a verb, without the name of the program.
// Under the name git, the program is the verb Git.
func Arguments(argv []string) []string {
	if path.Base(argv[0]) == "git" {
		return Command(&Git{Args: argv[1:]})[1:]
	}
	return argv[1:]
}

// Objects has packages compiled by the go command, and leaves the objects of
// all of them, and of what they depend on, in Out as a pack.
type Objects struct {
	Start
	List    string   // file that names the packages, one a line; empty when Args do
	Without []string // directories of packs whose objects are left out
	// Vet follows "go" in another command, for the same packages: "test". What vet
	// finds out about them, for the packages that import them, goes to the pack, too.
	Vet []string
	// Parts is for a group: List is a MembersFile, a SmallFile next to it is unpacked to Source, and
	// each part has a pack of its own, in its PartDir.
	Parts bool
	Args  []string // what follows "go": "list", "-export", …
}

func (*Objects) verb() string      { return "objects" }
func (v *Objects) rest() *[]string { return &v.Args }

func (v *Objects) flags(fs *flag.FlagSet) {
	v.Start.flags(fs)
	fs.StringVar(&v.List, "list", v.List, "file that names the packages")
	fs.Var((*list)(&v.Without), "without", "packs whose objects are left out")
	fs.Var((*list)(&v.Vet), "vet", "command that vets the packages")
	fs.BoolVar(&v.Parts, "parts", v.Parts, "make a pack for each part of a group")
}

// Record stands between the go command and Cache, as its GOCACHEPROG. What Cache
// does not have comes from Packs and Heads. Record writes to File which objects the go
// command asks for.
type Record struct {
	File  string   // empty for none
	Packs []string // directories of packs
	Heads []string // the same, of whose packages nothing is linked
}

func (*Record) verb() string    { return "record" }
func (*Record) rest() *[]string { return nil }

func (v *Record) flags(fs *flag.FlagSet) {
	fs.StringVar(&v.File, "file", v.File, "file to write to")
	fs.Var((*list)(&v.Packs), "packs", "packs to serve from")
	fs.Var((*list)(&v.Heads), "heads", "packs to serve from, except for what only the linker reads")
}
