// Package spec reads the file a user writes: YAML bytes become a Spec, in
// which every value knows its place in the file.
//
// The file is one YAML mapping, or nothing at all. Its keys, what each one
// means and what holds without it are in the tables of table.go; Reference
// lists them. Reading is strict: a key that is not known or written twice, a
// value of another type, a second document, a merge key, a tag are errors.
// Parse reports all of them at once. The lock beside it is read as strictly.
package spec

import (
	"slices"
	"time"

	"github.com/gohull/gohull/frontend/diag"
)

// Spec is a decoded file. A value that the user did not write has a zero
// range; the planner fills in the default.
type Spec struct {
	File      string // the name it was parsed under: "gohull.yaml"
	Main      []String
	Go        String // "1.26.8"
	Toolchain String // "image", "module" or an image reference
	Base      String // "scratch", "alpine", "distroless" or an image reference
	Build     Build
	Modules   Modules
	Run       Run
	Checks    []String // "tidy", "vendor", "verify", "vet", "test", "generate" or "vuln"
	Test      Test
	Generate  *Generate // nil when it was not written
	Image     Image
	Vuln      Vuln
	Debug     Debug
	Cache     String // "auto", "mount" or "pack"

	// Name is the image's below Images, empty for the file's top level.
	Name String
	// Images are those of a file that makes several. Each holds what the top
	// level says, with its own keys over that, and has no Images itself.
	Images []*Spec
}

// Find gives what holds for the image of a name; for that without one, the
// top level. It is nil when there is no such image.
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

// Each gives what holds for each image: the top level itself, or Images.
func (s *Spec) Each() []*Spec {
	if len(s.Images) == 0 {
		return []*Spec{s}
	}
	return s.Images
}

// Build is how the packages are compiled, in the words of `go help build`.
type Build struct {
	Tags     []String
	Ldflags  String // "-s -w", split into arguments as the go command does
	Gcflags  String
	Asmflags String
	Env      []Pair // of the go command, in all steps
	Race     Bool
	Cgo      Bool
	Pgo      String // "auto", "off" or a file of the context
}

// Modules is where dependencies come from.
type Modules struct {
	Mode    String   // "mod" or "vendor"; empty: as the go command decides
	Proxy   String   // GOPROXY
	Private []String // GOPRIVATE's patterns
	Sumdb   String   // GOSUMDB
}

// Test is how the tests are run, in the words of `go help testflag`.
type Test struct {
	Packages []String // "./...", "./internal/store"; empty for all
	Run      String
	Short    Bool
	Race     Bool
	Count    int // 0 for Go's own default
	Timeout  time.Duration
	Files    []String // of the context, beside the source and testdata
}

// Generate is which generators are run, before the build or by the check of
// that name.
type Generate struct {
	Packages []String // "./...", "./api"; empty for all
	Files    []String // of the context, that generators read elsewhere than below their folders
	At       diag.Range
}

// Image is what an image is called where it is pushed, and what is said of it
// there.
type Image struct {
	Name        String   // "registry.example/acme/server", without a tag
	Tags        []String // each may name stamps
	Annotations []Pair
}

// Vuln is how the check vuln looks for vulnerabilities.
type Vuln struct {
	Version  String   // of govulncheck: "v1.8.0"; empty for one that fits the toolchain
	Database String   // "https://vuln.example"
	Ignore   []String // "GO-2024-1234"
}

// Debug is how the target debug starts the program.
type Debug struct {
	Version  String // of Delve: "v1.27.2"; empty for one that fits the toolchain
	Port     int    // 0 for the default
	Continue Bool
}

// Run is the image's config, as the Dockerfile instructions of these names
// mean it.
type Run struct {
	Entrypoint  []String
	Args        []String
	Env         []Pair
	Workdir     String
	User        String // "nonroot", "root", "1000" or "1000:1000"
	Expose      []Port
	Volumes     []String
	Files       []File
	Labels      []Pair
	StopSignal  String
	Healthcheck *Healthcheck
}

// String is a string and where it was written.
type String struct {
	Value string
	At    diag.Range
}

// IsSet reports whether the user wrote it.
func (s String) IsSet() bool { return !s.At.IsZero() }

// Bool is a boolean and where it was written.
type Bool struct {
	Value bool
	At    diag.Range
}

// Pair is a key of a mapping and its value, in the order of the file.
type Pair struct {
	Key, Value String
}

// Port is a port that the image exposes.
type Port struct {
	Number   int    // 1 to 65535
	Protocol string // "tcp", "udp" or "sctp"
	At       diag.Range
}

// File is a file or folder of the context that the image holds as well.
type File struct {
	From String // relative to the context
	To   String // absolute, in the image
	At   diag.Range
}

// Healthcheck is the image's health check; zero durations and retries leave
// the engine's own defaults.
type Healthcheck struct {
	Test        []String // argv in the image; never a shell
	Disable     bool     // written as `healthcheck: none`
	Interval    time.Duration
	Timeout     time.Duration
	StartPeriod time.Duration
	Retries     int
	At          diag.Range
}
