// Package spec reads the file a user writes: YAML bytes become a Spec, in
// which every value knows its place in the file.
//
// The file is one YAML mapping, or empty. The tables of table.go define its
// keys, their meaning and their defaults; Reference lists them. Reading is strict:
// unknown and repeated keys, values of another type, a second document, merge keys
// and tags are errors. Parse reports all of them at once. The lock is read in the
// same way.
package spec

import (
	"slices"
	"time"

	"github.com/gohull/gohull/frontend/diag"
)

// Spec is a decoded file. A value that the user did not write has a zero range;
// the planner uses the default instead.
type Spec struct {
	File      string // the name it was parsed under: "gohull.yaml"
	Main      []Main
	Programs  []Program // of other modules, which `main` names with a version
	Go        String    // "1.26.8"
	Toolchain Origin    // "image", "module" or an image reference; or a stage
	Base      Origin    // "scratch", "alpine", "distroless" or an image reference; or a stage
	Build     Build
	Modules   Modules
	Args      []Pair // build args of the project, and defaults of gohull's own
	Run       Run
	Checks    []String // "tidy", "vendor", "verify", "vet", "lint", "test", "generate" or "vuln"
	Test      Test
	Generate  []Generator // in the order in which they run
	Image     Image
	Lint      Lint
	Vuln      Vuln
	Debug     Debug
	Cache     String // "auto", "mount" or "pack"
	Stages    []Stage

	// Name is the image's name below Images; empty for the top level.
	Name String
	// Images are the images of a spec that has several. Each has what the top
	// level says, except for its own keys, and no Images.
	Images []*Spec
}

// Find returns what applies to the image with a name, or the top level for no
// name. It is nil if there is no such image.
func (s *Spec) Find(name string) *Spec {
	if name == "" {
		return s
	}
	i := slices.IndexFunc(s.Images, func(image *Spec) bool { return image.Name.Value == name })
	if i < 0 {
		return nil
	}
	return s.Images[i]
}

// Each returns what applies to each image: the top level itself, or Images.
func (s *Spec) Each() []*Spec {
	if len(s.Images) == 0 {
		return []*Spec{s}
	}
	return s.Images
}

// Mains returns the main packages that the spec names for each image.
func (s *Spec) Mains() [][]string {
	var all [][]string
	for _, image := range s.Each() {
		var mains []string
		for _, m := range image.Main {
			mains = append(mains, m.Package.Value)
		}
		all = append(all, mains)
	}
	return all
}

// Setting is a value and the key that has it.
type Setting struct {
	Key string // "build.ldflags"
	String
}

// Ldflags returns all linker flags: those of the project's programs in common, and
// those of single programs.
func (s *Spec) Ldflags() []Setting {
	all := []Setting{{"build.ldflags", s.Build.Ldflags}}
	for _, m := range s.Main {
		all = append(all, Setting{"main." + m.Package.Value + ".ldflags", m.Ldflags})
	}
	for _, p := range s.Programs {
		all = append(all, Setting{"main." + p.Key() + ".ldflags", p.Ldflags})
	}
	return all
}

// Main is a main package, and where its program goes in the image.
type Main struct {
	Package String // "./cmd/server"
	// To is a path, or a name in /usr/local/bin, or a directory with a slash at
	// its end: "/manager", "server", "/opt/bin/". It is not set for the name that
	// the go command gives, in /usr/local/bin.
	To      String
	Ldflags String // instead of those of Build
}

// Program is a main package of any module, which is built by itself.
type Program struct {
	Package String // "github.com/acme/tool/v2/cmd/tool"
	Version String // "v2.1.0"
	To      String // as of Main
	Ldflags String
	Tags    []String
}

// Place returns where the spec says where it goes, else where it names the package.
func (p Program) Place() diag.Range {
	if p.To.IsSet() {
		return p.To.At
	}
	return p.Package.At
}

// Key returns what `main` has: the package and its version.
func (p Program) Key() string { return p.Package.Value + "@" + p.Version.Value }

// Build says how packages are compiled, in the words of `go help build`.
type Build struct {
	Tags     []String
	Ldflags  String // "-s -w", split into arguments as the go command does
	Gcflags  String
	Asmflags String
	Env      []Pair // of the go command, in all steps
	Race     Bool
	Cgo      Cgo
	Packages []String // that C is compiled with: "libsqlite3-dev", "libpcap-dev=1.10.3-1"
	Pgo      String   // "auto", "off" or a file of the context
	Mode     String   // "exe" or "pie"
	Cover    Cover
	VCS      Bool
	Files    []String // of the context, that the compile reads in addition to the packages
	Toolexec []String // a tool of go.mod and its arguments: "orchestrion", "toolexec"
}

// Cgo says whether C code is compiled in.
type Cgo struct {
	Bool
	Static bool // whether C libraries are linked in, too
}

// Cover says whether programs count which lines run, in the words of `go help
// build`.
type Cover struct {
	On       Bool
	Packages []String // patterns of what is counted; empty for those of the main modules
}

// Modules says where dependencies come from.
type Modules struct {
	Mode    String   // "mod" or "vendor"; empty: as the go command decides
	Proxy   String   // GOPROXY
	Private []String // GOPRIVATE's patterns
	Sumdb   String   // GOSUMDB
}

// Test says how tests run, in the words of `go help testflag`.
type Test struct {
	Packages []String // "./...", "./internal/store"; empty for all
	Run      String
	Short    Bool
	Race     Bool
	Count    int // 0 for Go's own default
	Timeout  time.Duration
	Files    []String // of the context, in addition to the source and testdata
}

// Generator is a part of what is generated before the build, or compared by the
// check `generate`: the //go:generate lines of packages, or a command. Files of a
// stage are always put over the source.
type Generator struct {
	Stage    String   // name of a stage that has files; then there are only From and To
	From     String   // absolute in the stage: "/app/dist"
	To       String   // of the context, which gets the files: "web/dist"
	Packages []String // "./...", "./api"; without a command, empty means all
	Run      []String // the command: "go", "tool", "templ", "generate"
	Dir      String   // of the context, where the command runs
	Files    []String // of the context: what lines read outside their directories; all that the command reads, or empty for the whole context
	At       diag.Range
}

// Image is what an image is called in registries: each name has each tag.
type Image struct {
	Names       []String // "registry.example/acme/server", without a tag
	Tags        []String // each may name stamps
	Annotations []Pair
}

// Lint says which tools the check lint runs.
type Lint struct {
	Tools []Command
	Files []String // of the context, that tools read
}

// Command is a command line.
type Command struct {
	Args []String
	At   diag.Range
}

// Vuln says how the check vuln looks for vulnerabilities.
type Vuln struct {
	Version  String   // of govulncheck: "v1.8.0"; empty for one that fits the toolchain
	Database String   // "https://vuln.example"
	Ignore   []String // "GO-2024-1234"
}

// Debug says how the target debug starts the program.
type Debug struct {
	Version  String // of Delve: "v1.27.2"; empty for one that fits the toolchain
	Port     int    // 0 for the default
	Continue Bool
}

// Run is the image's config, in the words of the Dockerfile instructions.
type Run struct {
	Entrypoint   Entrypoint
	Args         []String
	Env          []Pair
	Workdir      String
	User         String // "nonroot", "root", "git:git" or "1000:1000"
	Users        []User
	Groups       []Group
	Packages     []String // of the base's distribution: "git", "tini=0.19.0-1"
	Repositories []Repository
	Capabilities []String // of the first program's file, as written: "NET_BIND_SERVICE", "cap_net_raw"
	Expose       []Port
	Volumes      []String
	Files        []File
	Labels       []Pair
	StopSignal   String
	Healthcheck  *Healthcheck
}

// Entrypoint is what a container starts.
type Entrypoint struct {
	Args []String // a program and its first arguments
	Word String   // instead of Args: "none", or "base" for the base's own
}

// String is a string and where it was written.
type String struct {
	Value string
	At    diag.Range
}

// IsSet reports whether the user wrote it.
func (s String) IsSet() bool { return !s.At.IsZero() }

// Origin is what the root of an image, or of a step, comes from: a word or a
// reference, or else a stage. It has a place in both cases.
type Origin struct {
	String
	Stage String // name of a stage
}

// Shown returns it for messages: "alpine", or "stage runtime".
func (o Origin) Shown() string {
	if o.Stage.IsSet() {
		return "stage " + o.Stage.Value
	}
	return o.Value
}

// Bool is a boolean and where it was written.
type Bool struct {
	Value bool
	At    diag.Range
}

// Pair is a key of a mapping and its value, in the order of the file.
type Pair struct {
	Key, Value String
}

// User is a user that the image has in addition to those of the base.
type User struct {
	Name   String
	UID    String   // "1000"
	Group  String   // name or number; not set for a group of the user's name and number
	Groups []String // more groups, by name or number
	Home   String
	Shell  String
	At     diag.Range
}

// Group is a group that the image has in addition to those of the base.
type Group struct {
	Name String
	GID  String // "1000"
	At   diag.Range
}

// Repository is where packages of a distribution come from, in addition to the
// repositories of the base, or instead of one of them.
type Repository struct {
	URL        String
	Mirrors    String   // address of the base's repository that it is fetched for
	Suite      String   // of Debian: "bookworm"
	Components []String // of Debian: "main"
	Key        String   // file of the context with the public key; not set for the base's keys
	At         diag.Range
}

// Port is a port that the image exposes.
type Port struct {
	Number   int    // 1 to 65535
	Protocol string // "tcp", "udp" or "sctp"
	At       diag.Range
}

// File is something that the image has at a path. Source says where it comes
// from.
type File struct {
	From    String   // relative to the context or, with Image, absolute there; may be a pattern: "web/static", "*.tmpl"
	Exclude []String // patterns, as of an ignore file: "**/*.map"
	URL     ByArch   // of a file, may name stamps
	SHA256  ByArch   // of the file at URL, in hexadecimal
	Image   String   // reference of an image that From is a path of
	Stage   String   // name of a stage that From is a path of
	Link    String   // the text of a symlink: "server", "/dev/stdout"
	To      String   // absolute, in the image
	Owner   String   // "git", "git:git", "1000" or "1000:1000"
	Mode    String   // octal: "0640"; or "keep", for the modes of the source
	At      diag.Range
}

// Healthcheck is the image's health check. Zero durations and retries mean the
// engine's defaults.
type Healthcheck struct {
	Test        []String // argv in the image; never a shell
	Disable     bool     // written as `healthcheck: none`
	Interval    time.Duration
	Timeout     time.Duration
	StartPeriod time.Duration
	Retries     int
	At          diag.Range
}
