package tool

import "flag"

// Start is the objects that a step begins with: those of packs are added to
// Cache, if they have not been before.
type Start struct {
	Packs []string // folders of packs, other steps' Outs
	Seeds []string // folders below Seed; one of them has to hold a pack
}

func (s *Start) flags(fs *flag.FlagSet) {
	fs.Var((*list)(&s.Packs), "packs", "packs to begin with")
	fs.Var((*list)(&s.Seeds), "seeds", "folders of which one has a pack to begin with")
}

// Go runs a command of the go command and shows its progress. When it fails,
// the positions it printed go to Report as a Failure. Times below Out are
// set to Epoch.
type Go struct {
	Epoch int64
	Start
	Args []string // what follows "go": "build", "-o", …
}

func (*Go) verb() string      { return "go" }
func (v *Go) rest() *[]string { return &v.Args }

func (v *Go) flags(fs *flag.FlagSet) {
	fs.Int64Var(&v.Epoch, "epoch", v.Epoch, "modification time")
	v.Start.flags(fs)
}

// Objects has packages compiled by the go command, and leaves the objects of
// all of them, and of what they depend on, in Out as a pack.
type Objects struct {
	Start
	List    string   // file that names the packages, one a line; empty when Args do
	Without []string // directories of packs whose objects are left out
	Args    []string // what follows "go": "list", "-export", …
}

func (*Objects) verb() string      { return "objects" }
func (v *Objects) rest() *[]string { return &v.Args }

func (v *Objects) flags(fs *flag.FlagSet) {
	v.Start.flags(fs)
	fs.StringVar(&v.List, "list", v.List, "file that names the packages")
	fs.Var((*list)(&v.Without), "without", "packs whose objects are left out")
}

// Record stands between the go command and Cache, as its GOCACHEPROG, and
// writes to File which objects it asks for.
type Record struct {
	File string
}

func (*Record) verb() string    { return "record" }
func (*Record) rest() *[]string { return nil }

func (v *Record) flags(fs *flag.FlagSet) {
	fs.StringVar(&v.File, "file", v.File, "file to write to")
}
