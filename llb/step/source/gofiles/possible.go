package gofiles

import (
	"go/build"
	"go/build/constraint"
	"io"
	"regexp"
	"strings"
)

// Filter tells the files that may be part of a build from those that
// cannot be, without the toolchain and the environment that decide the rest.
type Filter struct {
	platforms []platform
	anyGo     bool // no release tag is known
}

// NewFilter makes the filter of a build.
func NewFilter(b Build) (*Filter, error) {
	contexts, err := b.contexts()
	if err != nil {
		return nil, err
	}
	f := &Filter{anyGo: b.Go == ""}
	for _, c := range contexts {
		f.platforms = append(f.platforms, platform{context: c, known: map[string]bool{}})
	}
	return f, nil
}

// Names reports whether the name alone lets a file be part of the build: it
// is of a language that the go command knows, and not of another platform.
func (f *Filter) Names(name string) bool {
	for _, p := range f.platforms {
		if p.names(name) {
			return true
		}
	}
	return false
}

// Possible reports whether a file may be part of the build on one of the
// platforms. A file with constraints that cannot be read may be; object files
// have none.
func (f *Filter) Possible(name string, text io.Reader) bool {
	v, err := f.Match(name, text)
	return v.Possible || err != nil
}

// Match is what can be said of a file: nobody but the toolchain knows all the
// tags that hold.
type Match struct {
	Possible bool // it may be part of the build on one of the platforms
	Certain  bool // it is, whatever the toolchain and the environment
}

// Match matches a file. An error is one of its constraints.
func (f *Filter) Match(name string, text io.Reader) (m Match, err error) {
	var list []constraint.Expr
	if !strings.HasSuffix(name, ".syso") {
		if list, err = constraints(text); err != nil {
			return Match{}, err
		}
	}
	for _, p := range f.platforms {
		if !p.names(name) {
			continue
		}
		v := f.all(p, list)
		m.Possible = m.Possible || v.maybe
		m.Certain = m.Certain || !v.maybeNot
	}
	return m, nil
}

// all returns the verdict on expressions that must all hold.
func (f *Filter) all(p platform, list []constraint.Expr) verdict {
	all := verdict{maybe: true}
	for _, x := range list {
		v := f.eval(p, x)
		all = verdict{all.maybe && v.maybe, all.maybeNot || v.maybeNot}
	}
	return all
}

// verdict is what is known about an expression: both are true for one that
// cannot be decided.
type verdict struct{ maybe, maybeNot bool }

func (f *Filter) eval(p platform, x constraint.Expr) verdict {
	switch x := x.(type) {
	case *constraint.AndExpr:
		l, r := f.eval(p, x.X), f.eval(p, x.Y)
		return verdict{l.maybe && r.maybe, l.maybeNot || r.maybeNot}
	case *constraint.OrExpr:
		l, r := f.eval(p, x.X), f.eval(p, x.Y)
		return verdict{l.maybe || r.maybe, l.maybeNot && r.maybeNot}
	case *constraint.NotExpr:
		v := f.eval(p, x.X)
		return verdict{v.maybeNot, v.maybe}
	case *constraint.TagExpr:
		return f.tag(p, x.Tag)
	}
	return verdict{true, true}
}

func (f *Filter) tag(p platform, tag string) verdict {
	if p.holds(tag) && !f.isRelease(tag) {
		return verdict{maybe: true}
	}
	return verdict{maybe: f.isOpen(p, tag), maybeNot: true}
}

var release = regexp.MustCompile(`^go1\.[0-9]+$`)

// isRelease reports whether tag depends on a Go version that nobody knows.
func (f *Filter) isRelease(tag string) bool { return f.anyGo && release.MatchString(tag) }

// isOpen reports whether a tag may hold although nothing says so: the
// toolchain, GOEXPERIMENT, GOFIPS140, GOAMD64 and similar variables, or a build flag
// decide about it.
func (f *Filter) isOpen(p platform, tag string) bool {
	switch tag {
	case "race", "msan", "asan", "boringcrypto":
		return true
	}
	return strings.HasPrefix(tag, "goexperiment.") || strings.HasPrefix(tag, "fips140v") ||
		strings.HasPrefix(tag, p.context.GOARCH+".") || f.isRelease(tag)
}

// platform answers for one platform, by asking go/build about files that
// hold nothing but the question.
type platform struct {
	context build.Context
	known   map[string]bool // answers about tags
}

func (p platform) names(name string) bool { return p.matches(name, "package p\n") }

func (p platform) holds(tag string) bool {
	answer, ok := p.known[tag]
	if !ok {
		answer = p.matches("f.go", "//go:build "+tag+"\n\npackage p\n")
		p.known[tag] = answer
	}
	return answer
}

func (p platform) matches(name, text string) bool {
	c := p.context
	c.OpenFile = func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}
	ok, err := c.MatchFile("", name)
	return ok && err == nil
}
