package step

// Facts is what a scan found in the build context, as JSON in FactsFile.
type Facts struct {
	Packages []Package `json:"packages"`        // by Dir
	Tests    []TestDir `json:"tests,omitempty"` // by Dir
	Modules  []string  `json:"modules"`         // directories that hold a go.mod, "." for the root; sorted
	Files    []File    `json:"files,omitempty"` // those that were asked for, in that order
	Notes    []Note    `json:"notes,omitempty"` // by file and line
	Graph    []Node    `json:"graph,omitempty"` // of packages, if a Scan asked for it; by Dir
}

// Node is a package with what it most likely imports of the context.
type Node struct {
	Dir     string   `json:"dir"`
	Main    bool     `json:"main,omitempty"`
	Imports []string `json:"imports,omitempty"` // directories, sorted
	Profile bool     `json:"profile,omitempty"` // of a main package: whether it has a default.pgo
}

// Package is a directory with Go files that are not tests, in any of the
// module's directories that `go list ./...` would look into, or one that a Scan
// asked for by name.
type Package struct {
	Dir    string `json:"dir"`              // relative to the context, "." for the root
	Module string `json:"module"`           // the directory of the go.mod it belongs to; empty when there is none above it
	Name   string `json:"name,omitempty"`   // of its package clause; empty when no file matches
	Reason string `json:"reason,omitempty"` // why no file matches, or why the clause cannot be read
	At     string `json:"at,omitempty"`     // file and line of Name: "cmd/api/main.go:3"
	Named  bool   `json:"named,omitempty"`  // whether it is there because it was asked for by name
}

// TestDir is a directory whose only Go files are tests, in any of the module's
// directories that `go list ./...` would look into.
type TestDir struct {
	Dir    string `json:"dir"`              // relative to the context, "." for the root
	Module string `json:"module,omitempty"` // as of a Package
}

// File is a path of the context that a Scan asked for by name, or by a pattern.
type File struct {
	Path    string `json:"path"`              // as asked
	Kind    string `json:"kind,omitempty"`    // KindFile or KindDir; empty when there is none
	Escapes bool   `json:"escapes,omitempty"` // whether a symlink on the way leaves the context
	Link    string `json:"link,omitempty"`    // the symlink that does
	Target  string `json:"target,omitempty"`  // where it points

	UID   int     `json:"uid,omitempty"`   // of a directory of an image
	GID   int     `json:"gid,omitempty"`   // of a directory of an image
	Mode  int     `json:"mode,omitempty"`  // as chmod takes it, if the Scan asked for modes
	Below []Inode `json:"below,omitempty"` // of a directory: what is below it, relative to it, parents first
	AccountLines

	// Matches are what a pattern matches. It has nothing else.
	Matches []File `json:"matches,omitempty"`
}

// Fetched is a toolchain or a program that came as a module.
type Fetched struct {
	Version string `json:"version"` // "1.26.8", "v1.2.3"
	Sum     string `json:"sum"`     // of the module, as in go.sum: "h1:…"
}

// Note is a place in the project's Go source that a user may want to know
// about.
type Note struct {
	Kind  string   `json:"kind"`
	File  string   `json:"file"` // relative to the context
	Line  int      `json:"line"`
	Col   int      `json:"col"`
	Text  string   `json:"text,omitempty"` // what is there: an import, a call, a pattern
	Mains []string `json:"mains"`          // directories of the main packages that it is part of; sorted
}

// Kinds of notes.
const (
	// NoteCgo is, while cgo is off, a file that imports "C" and that no other
	// file stands in for, or an import that then is nothing but a stub.
	NoteCgo          = "cgo"
	NoteEmbed        = "embed"        // a //go:embed pattern that matches nothing
	NoteCertificates = "certificates" // an import that looks for CA certificates; noted when a Scan asks for it
	NoteZones        = "zones"        // a call that looks for time zones; noted when a Scan asks for it
)
