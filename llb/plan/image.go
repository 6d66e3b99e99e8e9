package plan

import (
	"slices"
	"time"
)

// Image is what one platform gets.
type Image struct {
	Platform     Platform
	Name         string    // of the step that puts it together
	At           []Span    // the lines of the spec that ask for the base
	Base         *ImageRef // nil for scratch
	Compile      Compile
	Packages     *Packages     // of the base's distribution; nil if the base has all that is wanted
	Debugger     *Program      // nil when nobody is going to debug it
	Accounts     *Accounts     // nil if the base's users and groups stay as they are
	Programs     []Program     // of other modules
	Dirs         *Layer        // directories that the spec names and the base lacks; nil for none
	Files        []Layer       // from the context
	Program      *Layer        // puts the binaries into the image; nil if they are a layer already
	Capabilities *Capabilities // nil for a program without any
	Config       Config
	// Annotations are those of its OCI manifest.
	Annotations map[string]string
	// Dynamic says that the binaries are taken for dynamically linked, as with
	// cgo. Otherwise only the compile shows whether they are.
	Dynamic   bool
	Linker    *Linker   // nil if a C compiler names the dynamic linker
	Libraries Libraries // of a dynamically linked binary

	// Outputs other than the image.
	Binaries     Binaries
	Objects      Objects // what Compile is made of
	SBOM         SBOM
	Compilers    []Packages // that C is compiled with, for this platform and in checks
	Reproduction Reproduction
}

// All returns the executables of the image that the spec names, those of the
// project first.
func (img Image) All() []Binary {
	all := slices.Clone(img.Compile.Binaries)
	for _, p := range img.Programs {
		all = append(all, p.Binary)
	}
	return all
}

// Place returns where the image has a binary: its path may go through links of the
// base.
func (img Image) Place(b Binary) string {
	if img.Program != nil {
		for _, c := range img.Program.Copies {
			if "/"+c.From == b.Made {
				return c.To
			}
		}
	}
	return b.Path
}

// Layer is a layer of an image: files that are copied from elsewhere, symbolic
// links, and directories. A layer has no copies, or no links. All its paths are
// free of symbolic links: they are where the
// base's links lead.
type Layer struct {
	Step
	Download *Download // what is copied; without it and Image, it is from the build context or a step
	Image    *ImageRef // that has what is copied
	Copies   []Copy
	Links    []Link
	// UID and GID are those of the links and of what is copied. Mode is that of
	// what is copied; without it, everybody may read it.
	UID, GID   int
	Mode       *int // as chmod takes it
	KeepModes  bool // what is copied has its own modes
	KeepOwners bool // and its own owners
	// Dirs are the directories that the layer makes, or that lie on the way to
	// the rest of it, as the image has them. Each comes after its parent.
	Dirs  []Dir
	Epoch int64 // modification time of what is copied, and of the directories
}

// Special reports whether a directory has another owner or mode than a copy
// gives it. A copy with an owner or a mode gives them to the directories on the
// way as well.
func (l Layer) Special() bool {
	if len(l.Dirs) > 0 && (l.Mode != nil || l.UID != 0 || l.GID != 0) {
		return true
	}
	return slices.ContainsFunc(l.Dirs, func(d Dir) bool { return d.Mode != 0o755 || d.UID != 0 || d.GID != 0 })
}

// Download is a file that the daemon downloads.
type Download struct {
	URL  string
	Sum  string // SHA-256, in hexadecimal
	Name string // that the file gets
	// Unpack says that the file is an archive, and that its content is what is
	// copied.
	Unpack bool
}

// Copy puts a file, or what a directory holds, into the image.
type Copy struct {
	From    string   // relative to what is copied from
	To      string   // absolute
	Exclude []string // patterns, as of an ignore file, for what below From is not copied
	Without []string // paths below From that are not copied
}

// Link is a symbolic link of the image.
type Link struct {
	Path   string // absolute
	Target string // as it is written
}

// Dir is a directory of the image.
type Dir struct {
	Path     string // absolute
	Mode     int    // as chmod takes it: 01777
	UID, GID int
}

// Accounts adds users and groups to those of the base.
type Accounts struct {
	Step
	// Where the image has the files, without symbolic links. One that gets no line
	// is empty.
	Passwd, Group, Shadow, Gshadow string
	Users                          []string // lines of passwd
	Groups                         []string // lines of group; for one that the base has, with the members to add
	Dirs                           []Dir    // on the way to the files, as the image has them
	Epoch                          int64    // modification time of the files and directories
}

// Capabilities gives the file of a program capabilities.
type Capabilities struct {
	Step
	Path  string   // of the program, where the image has it
	Names []string // "NET_BIND_SERVICE"
	Epoch int64    // modification time of the layer's files
}

// Rootfs makes what programs expect of a root file system.
type Rootfs struct {
	Step
	Epoch int64 // modification time of all its files
}

// Look finds what a base has where something of the image goes, or what another
// image or an archive has that is copied. It runs before there is a plan, because
// the plan depends on what it finds.
type Look struct {
	Step
	Base     ImageRef
	Packages *Packages // added to the base; nil for none
	Download *Download // an archive to look into, instead of Base
	Paths    []string  // as of step.Look
}

// Linker finds the dynamic linker of an image, for binaries that Go's own
// linker makes.
type Linker struct {
	Step
	Arch string // "amd64"
}

// Libraries checks that an image has the libraries that a Compile's binaries
// need.
type Libraries struct {
	Step
	Image string // what it is called: "docker.io/library/alpine:3.22"
	Path  string // its LD_LIBRARY_PATH
	Cgo   bool   // whether C is linked in
}

// SBOM lists what an image is made of.
type SBOM struct {
	Step
	Epoch int64  // time of the document
	Image string // what the image is called: "server"
	Base  string // what it starts from, with its digest if it has one; empty for scratch
}

// Binaries lays out what a Compile made, to be taken out of the build.
type Binaries struct {
	Step
	Epoch int64 // modification time of all files
}

// Config is the image config, as the OCI image specification and Docker's
// extension of it define its fields.
type Config struct {
	Created     time.Time
	User        string
	Entrypoint  []string
	Cmd         []string
	Env         []string // "KEY=value", in the order of the base and then the spec
	WorkingDir  string
	Expose      []string // "8080/tcp"
	Volumes     []string
	Labels      map[string]string
	StopSignal  string
	Healthcheck *Healthcheck
	BaseHistory []History
	History     []History // of the layers that are added to the base's
}

// Healthcheck is how an engine finds out whether a container works.
type Healthcheck struct {
	Test                           []string // "NONE", or "CMD" and an argv
	Interval, Timeout, StartPeriod time.Duration
	StartInterval                  time.Duration
	Retries                        int
}

// History says how a layer, or a change of the config, came to be.
type History struct {
	Created    *time.Time
	CreatedBy  string
	Author     string
	Comment    string
	EmptyLayer bool
}
