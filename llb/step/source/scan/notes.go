package scan

import (
	"cmp"
	"go/build"
	"go/token"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/source/gofiles"
)

// imported is an import and its place.
type imported struct {
	path      string
	line, col int
}

// remedies are packages that bring along what a root file system does not have, by
// the kind of note that they make needless.
var remedies = map[string]string{
	"time/tzdata":                            step.NoteZones,
	"golang.org/x/crypto/x509roots/fallback": step.NoteCertificates,
}

// tlsPackages are those of the standard library that look for certificates.
var tlsPackages = []string{"crypto/tls", "net/http"}

// stubs are packages of other modules that compile without cgo and then fail
// when they are used.
var stubs = []string{"github.com/mattn/go-sqlite3", "gorm.io/driver/sqlite"}

// notes finds what else there is to say about the files of a package.
type notes struct {
	fsys    fs.FS
	verb    step.Scan
	match   *matcher
	withCgo *matcher // of the same build with cgo
	all     []step.Note
}

func newNotes(fsys fs.FS, v step.Scan, match *matcher) (*notes, error) {
	v.Cgo = true
	withCgo, err := newMatcher(v)
	return &notes{fsys: fsys, verb: v, match: match, withCgo: withCgo}, err
}

// read notes what the files of one package need; matching are those that are
// part of the build for certain.
func (n *notes) read(dir string, heads, matching []head) {
	if !n.match.cgo {
		n.cgo(heads)
	}
	n.embed(dir, matching)
	for _, h := range matching {
		if !n.match.cgo {
			n.stub(h)
		}
		if slices.Contains(n.verb.Needs, step.NoteCertificates) {
			n.certificates(h)
		}
		if slices.Contains(n.verb.Needs, step.NoteZones) {
			n.zones(h)
		}
	}
}

func (n *notes) add(kind string, h head, at imported, text string) {
	n.all = append(n.all, step.Note{Kind: kind, File: h.file, Line: at.line, Col: at.col, Text: text})
}

// cgo notes the files that are left out because they import "C", unless
// others replace them when cgo is off.
func (n *notes) cgo(heads []head) {
	if !slices.ContainsFunc(heads, func(h head) bool { return h.cgo }) {
		return
	}
	var without []head
	for _, h := range heads {
		on, off := n.withCgo.isCertain(h), n.match.isCertain(h)
		switch {
		case off && !on:
			return
		case on && !off:
			without = append(without, h)
		}
	}
	for _, h := range without {
		if at := h.importOf("C"); at.line > 0 {
			n.add(step.NoteCgo, h, at, "")
		}
	}
}

func (n *notes) stub(h head) {
	if at := h.importOf(stubs...); at.line > 0 {
		n.add(step.NoteCgo, h, at, at.path)
	}
}

// importOf returns the first import of one of the packages, the zero value when
// there is none.
func (h head) importOf(paths ...string) imported {
	for _, i := range h.imports {
		if slices.Contains(paths, i.path) {
			return i
		}
	}
	return imported{}
}

func (n *notes) certificates(h head) {
	if at := h.importOf(tlsPackages...); at.line > 0 {
		n.add(step.NoteCertificates, h, at, at.path)
	}
}

// embed notes the //go:embed patterns that match nothing.
func (n *notes) embed(dir string, matching []head) {
	var files []fs.FileInfo
	for _, h := range matching {
		if h.importOf("embed").line == 0 {
			continue
		}
		if info, err := fs.Stat(n.fsys, h.file); err == nil {
			files = append(files, info)
		}
	}
	if files == nil {
		return
	}
	for pattern, places := range n.patterns(dir, files) {
		if n.matchesNothing(dir, pattern) {
			for _, p := range places {
				n.all = append(n.all, step.Note{Kind: step.NoteEmbed, File: p.Filename, Line: p.Line, Col: p.Column, Text: pattern})
			}
		}
	}
}

// patterns returns the //go:embed patterns of files of a directory.
func (n *notes) patterns(dir string, files []fs.FileInfo) map[string][]token.Position {
	c := build.Context{
		Compiler:    "gc",
		UseAllFiles: true, // files holds no others
		JoinPath:    path.Join,
		IsDir:       func(string) bool { return true },
		HasSubdir:   func(string, string) (string, bool) { return "", false },
		ReadDir:     func(string) ([]fs.FileInfo, error) { return files, nil },
		OpenFile:    func(name string) (io.ReadCloser, error) { return open(n.fsys, name) },
	}
	// What is wrong with a file, the compiler says better.
	pkg, _ := c.ImportDir(dir, 0)
	return pkg.EmbedPatternPos
}

// matchesNothing reports whether a pattern has no file to embed. One that is
// malformed is the compiler's to report.
func (n *notes) matchesNothing(dir, pattern string) bool {
	glob := strings.TrimPrefix(pattern, "all:")
	if !fs.ValidPath(glob) {
		return false
	}
	matches, err := fs.Glob(n.fsys, path.Join(gofiles.Literal(dir), glob))
	return err == nil && !slices.ContainsFunc(matches, n.holdsFile)
}

func (n *notes) holdsFile(name string) bool {
	found := false
	err := fs.WalkDir(n.fsys, name, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			found = true
			return fs.SkipAll
		}
		return err
	})
	return found || err != nil
}

// reach says which main packages each note is part of, and drops the notes
// that are of none.
func (n *notes) reach(g graph) []step.Note {
	if n.all == nil {
		return nil
	}
	programs := g.programs()
	var out []step.Note
	for _, note := range n.all {
		for _, p := range programs {
			if p.dirs[path.Dir(note.File)] && !p.remedies[note.Kind] {
				note.Mains = append(append(note.Mains, p.dir), g.alias[p.dir]...)
			}
		}
		slices.Sort(note.Mains)
		if note.Mains != nil {
			out = append(out, note)
		}
	}
	slices.SortFunc(out, func(a, b step.Note) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	return out
}
