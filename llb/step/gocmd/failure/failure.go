// Package failure reads what the go command prints when it fails.
//
// The output is a list of blocks. A block begins with a line that is not
// indented, and indented lines belong to it:
//
//	# example.com/m/lib                        the package of what follows
//	lib/lib.go:6:26: too many return values    an error and its place
//		have (number)
//	go: example.com/dep@v1.9.0: reading …      an error of a module
//	runtime.main_main·f: function main is …    an error of the linker
//
// Errors of modules get the place of their line in go.mod.
package failure

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/internal/visible"
	"github.com/gohull/gohull/llb/step"
)

// Place is where the go command ran.
type Place struct {
	Source string // absolute path of the build context
	Dir    string // the directory it ran in, relative to the context
	Mod    Mod    // of the main module
	Given  Given
	// Modules are the directories of the project's modules, by their paths.
	Modules map[string]string
	// Line reads a line of a file of the context; nil when nothing can be read.
	Line func(file string, line int) string
}

// own finds the directory of a package whose path begins with that of a module
// of the project, and reports whether there is such a module.
func (at Place) own(importPath string) (dir string, ok bool) {
	var modules []gomod.Module
	for modulePath, dir := range at.Modules {
		modules = append(modules, gomod.Module{Path: modulePath, Dir: dir})
	}
	if _, known := at.Modules[at.Mod.path]; !known && at.Mod.path != "" {
		modules = append(modules, gomod.Module{Path: at.Mod.path, Dir: path.Dir(at.Mod.file)})
	}
	places := gomod.Places(modules, importPath)
	if len(places) == 0 {
		return "", false
	}
	return places[0].Dir, true
}

// messageLimit is how many bytes of a message are kept.
const messageLimit = 4 << 10

// Parse returns the errors in the output, in its order and without repeats.
// Output with nothing that it knows becomes one error without a place.
func Parse(output string, at Place) []step.Error {
	p := parser{at: at}
	for _, b := range blocks(output) {
		p.block(b)
	}
	if len(p.errors) == 0 && len(p.others) > 0 {
		p.add(step.Error{Message: strings.Join(p.others, "\n")})
	}
	return p.errors
}

// block is a line and the indented lines after it.
type block struct {
	head string
	rest []string
}

// text returns all lines of the block, with head as the first one.
func (b block) text(head string) string {
	return strings.Join(append([]string{head}, b.rest...), "\n")
}

func blocks(output string) []block {
	var all []block
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, " \t\r\n")
		indented := strings.HasPrefix(line, "\t") || strings.HasPrefix(line, " ")
		switch {
		case line == "" || excerpt.MatchString(line):
		case indented && len(all) > 0:
			last := &all[len(all)-1]
			last.rest = append(last.rest, line)
		default:
			all = append(all, block{head: line})
		}
	}
	return all
}

// excerpt is a line of source that a C compiler shows, or the caret below.
var excerpt = regexp.MustCompile(`^ +[0-9]* \|`)

type parser struct {
	at     Place
	pkg    string // of the last "# package" line; empty outside of it
	errors []step.Error
	others []string // lines that mean an error only when nothing else does
}

var (
	noise    = regexp.MustCompile(`^(go: (downloading|finding|found|extracting|added|upgraded|downgraded) |exit status |FAIL\b|ok  |compilation terminated\.)`)
	around   = regexp.MustCompile(`/link: running \S+ failed: |\$WORK/\S+/exe/a\.out |^collect2: error: |: in function `) // the errors of C's linker
	position = regexp.MustCompile(`^(?:vet: |go: )?([^\s:][^:]*\.[a-zA-Z]+):([0-9]+)(?::([0-9]+))?: (.+)$`)
)

func (p *parser) block(b block) {
	switch {
	case noise.MatchString(b.head) || strings.HasSuffix(b.head, ": too many errors"):
	case strings.HasPrefix(b.head, "# "):
		p.pkg = strings.TrimPrefix(b.head, "# ")
	case around.MatchString(b.head):
		p.others = append(p.others, b.text(b.head))
	case usage.MatchString(b.head):
		p.misused(usage.FindStringSubmatch(b.head)[1])
	case strings.HasPrefix(b.head, "note: "):
		p.note(b.head)
	case position.MatchString(b.head):
		p.positioned(b)
	case strings.HasPrefix(b.head, "go: errors parsing "):
	case strings.HasPrefix(b.head, "go: inconsistent vendoring"):
		p.vendoring(b)
	case strings.HasPrefix(b.head, "go: "):
		p.module(b, strings.TrimPrefix(b.head, "go: "))
	case strings.HasPrefix(b.head, "verifying "):
		p.module(b, b.head)
	case strings.HasPrefix(b.head, "package "):
		p.imports(b)
	case p.pkg != "":
		p.add(step.Error{Message: b.text(p.pkg + ": " + b.head)})
	default:
		p.others = append(p.others, b.text(b.head))
	}
}

// usage is the head of the page that a tool prints instead of working.
var usage = regexp.MustCompile(`^usage: (link|compile|asm) \[options\]`)

// toolKeys are the keys of the spec that have the flags of a tool.
var toolKeys = map[string]string{"link": "build.ldflags", "compile": "build.gcflags", "asm": "build.asmflags"}

// misused adds which key the error before is about, instead of the page.
func (p *parser) misused(tool string) {
	n := len(p.errors)
	if key := "; see the key " + toolKeys[tool]; n > 0 && !strings.HasSuffix(p.errors[n-1].Message, key) {
		p.errors[n-1].Message = visible.Cut(p.errors[n-1].Message+key, messageLimit)
	}
}

// note adds what the go command remarks about the errors before.
func (p *parser) note(line string) {
	if n := len(p.errors); n > 0 {
		p.errors[n-1].Message = visible.Cut(p.errors[n-1].Message+"\n"+line, messageLimit)
	}
}

// positioned adds an error that names its place. One that is about a module
// as a whole moves to go.mod: it has the place of any import of it.
func (p *parser) positioned(b block) {
	m := position.FindStringSubmatch(b.head)
	message := gitWords(b.text(m[4]))
	if own, ok := p.ownImport(m, message); ok {
		message = own
	} else if moduleFailure.MatchString(message) {
		if e, ok := p.at.Mod.locate(message); ok {
			p.add(e)
			return
		}
	}
	e := step.Error{File: p.at.file(m[1]), Message: message}
	if e.File != "" {
		e.Line, _ = strconv.Atoi(m[2])
		e.Col, _ = strconv.Atoi(m[3])
	}
	p.add(e)
}

// ownImport rewords a look-up that the go command made for the sake of a
// package of the project: it is missing, so that any module might have it.
// Only the line of the import tells.
func (p *parser) ownImport(place []string, message string) (string, bool) {
	if !lookup.MatchString(message) || p.at.Line == nil {
		return "", false
	}
	line, _ := strconv.Atoi(place[2])
	found := quoted.FindStringSubmatch(p.at.Line(p.at.file(place[1]), line))
	if found == nil {
		return "", false
	}
	if _, own := p.at.own(found[1]); !own {
		return "", false
	}
	return unprovidedWords + found[1], true
}

var (
	lookup = regexp.MustCompile(`: (module lookup disabled by GOPROXY=off|missing go\.sum entry for go\.mod file)`)
	quoted = regexp.MustCompile("[\"`]([^\"`]+)[\"`]")
)

// IsModule reports whether a message says that a module could not be had, as
// against what is wrong with the source.
func IsModule(message string) bool { return moduleFailure.MatchString(message) || IsGit(message) }

// IsGit reports whether a message says that there is no git, which is needed
// for a module.
func IsGit(message string) bool { return strings.HasPrefix(message, "unable to resolve git version: ") }

// moduleFailure is a message that says a module could not be had.
var moduleFailure = regexp.MustCompile(`^(\S+@v\S+( \(replaced by \S+\))?: |reading \S+/go\.mod at revision \S+: )`)

// file returns the name of a file relative to the context, or its absolute path
// outside of it. It is empty for one of the go command's own temporary files.
func (at Place) file(name string) string {
	if strings.HasPrefix(name, "$WORK") || strings.HasPrefix(name, "<") {
		return ""
	}
	if !path.IsAbs(name) {
		name = path.Join(at.Source, at.Dir, name)
	}
	name = path.Clean(name)
	if rel, ok := strings.CutPrefix(name, strings.TrimSuffix(at.Source, "/")+"/"); ok {
		return rel
	}
	return name
}

// imports adds an error about a package that is reached from another. The
// last line may tell the place of the import.
func (p *parser) imports(b block) {
	if n := len(b.rest); n > 0 && position.MatchString(strings.TrimSpace(b.rest[n-1])) {
		p.positioned(block{head: strings.TrimSpace(b.rest[n-1])})
		return
	}
	p.add(step.Error{Message: b.text(b.head)})
}

// vendoring adds an error for each module that vendor/modules.txt and go.mod
// tell differently.
func (p *parser) vendoring(b block) {
	for _, line := range b.rest {
		line = strings.TrimSpace(line)
		if !strings.Contains(line, "vendor/modules.txt") {
			continue
		}
		message := "inconsistent vendoring: " + line + "; run: go mod vendor"
		e, _ := p.at.Mod.locate(message)
		e.Message = message
		p.add(e)
	}
}

// module adds an error that the go command has no place for.
func (p *parser) module(b block, head string) {
	message := gitWords(b.text(head))
	e, _ := p.at.Mod.locate(message)
	e.Message = message
	p.add(e)
}

func (p *parser) add(e step.Error) {
	e.Message = visible.Cut(p.at.Given.hinted(reworded(p.at.imported(e.Message))), messageLimit)
	e.Missing = p.at.missing(e)
	same := func(o step.Error) bool {
		return o.File == e.File && o.Line == e.Line && o.Col == e.Col && o.Message == e.Message
	}
	if !slices.ContainsFunc(p.errors, same) {
		p.errors = append(p.errors, e)
	}
}
