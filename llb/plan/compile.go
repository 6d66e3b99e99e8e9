package plan

// Compile runs `go build` once, for one platform.
type Compile struct {
	Step
	Epoch    int64
	Start    Start
	Checkout *Checkout // what programs say about it; nil for nothing
	Toolexec *Toolexec // runs Go's tools; nil for none
	Args     []string  // of the go command: "build", "-trimpath", …
	Binaries []Binary
}

// Toolexec is a tool of go.mod that runs Go's compiler and linker in a Compile. A
// step of its own builds it, once for all platforms.
type Toolexec struct {
	Step
	Name    string   // of its program: "instrument"
	Sources Sources  // of the tool alone
	Args    []string // of the go command: "build", …
}

// Checkout is the state of the checkout that programs are built from.
type Checkout struct {
	Commit   string   // in hexadecimal
	Time     int64    // of the commit, in seconds since 1970
	Modified bool     // whether files differ from the commit
	Tags     []string // of the commit, as far as known: "v1.2.3"
	Before   []string // of commits before it, as far as known
}

// Binary is an executable that a Compile or a Program makes.
type Binary struct {
	Package string // "./cmd/api", "github.com/acme/tool/cmd/tool@v1.2.3"
	Made    string // where the step leaves it: "/usr/local/bin/api"
	Path    string // in the image: "/manager"
	Ldflags string // for it alone, as of the go command: "./cmd/api=-s -w"; empty for those of all
}

// Start is what is compiled before a step begins.
type Start struct {
	Packs  []Objects   // each without the objects of those before it
	Groups []PackGroup // of the project's own packages, each after those that it uses
	Seed   *Seed       // nil when no build context brings objects
}

// PackGroup compiles a group of the project's packages, for others to start from. It
// starts from the packs of its Start, and from parts of groups before it.
type PackGroup struct {
	Step
	Name string   // as step.GroupDir takes it
	Uses []Part   // of groups before it
	Vet  []string // as of Objects
	Args []string // of the go command: "list", "-export", …
}

// Part is some packages of a group.
type Part struct {
	Group int    // in the order of a Start
	Name  string // as step.PartDir takes it
}

// Seed is a build context that holds a pack, or one in a directory for each
// platform.
type Seed struct {
	Context string   // its name
	Dirs    []string // where the pack may be, below it
}

// Objects compiles packages for one platform, for others to start from. They
// are packages of the same Sources as those of the step that starts from them.
type Objects struct {
	Step
	Of      Origin
	Start   Start
	Without []Objects // packs whose objects this one leaves out; those of Start come first
	OfImage bool      // whether the packages are those of an image, for a step of a check
	Vet     []string  // of another go command, for facts of vet: "test", …; nil for none
	Args    []string  // of the go command: "list", "-export", …
}

// Origin is where the packages of a pack come from.
type Origin int

// The origins of packages.
const (
	OfSource   Origin = iota // all that the binaries are made of
	OfModules                // other modules, as far as the source imports them
	OfStandard               // the standard library, as far as the source imports it itself
	OfPrograms               // the programs that generators are, and all that these are made of
)

// Program is a program of a module that is no part of the project, built by
// the same toolchain: a debugger, or what runs in a check.
type Program struct {
	Step
	Args []string // of the go command: "install", "-trimpath", …
	Binary
	Sum string // of its module, "h1:…"; empty when no lock tells
	Git bool   // whether its module may be fetched with git, from a private host
	In  *Layer // puts it into the image; nil if it is a layer already, or no part of an image
}

// Reproduction compiles an image's binaries twice, each time from nothing,
// and compares them.
type Reproduction struct {
	Step
	Rounds [2]Compile
}
