// Package guide reads what a page of the documentation tells its readers to do:
// the shell commands and the files in its fenced blocks. Tests run them.
//
// An HTML comment before a block says what a reader does not need to see:
//
//	<!-- in examples/hello -->    the blocks from here on run in a copy of this directory
//	<!-- in an empty directory -->
//	<!-- file Dockerfile -->      the block is the content of this file
//	<!-- fails -->                the last command of the block fails
//	<!-- needs cosign -->         the block runs only where there is this program
//	<!-- not run: needs GitHub -->
//
// Blocks that are marked "sh" are commands. In blocks that are marked
// "console", the lines that begin with "$ " are commands, and the others are
// what they print. An ellipsis (…) stands for any text.
package guide

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// Pages returns the pages with commands for readers, relative to the
// repository. Reference pages that are generated, decisions and rules are none:
// other tests compare those.
func Pages(repo string) ([]string, error) {
	var all []string
	for _, pattern := range []string{"*.md", "docs/*.md", "examples/*/*.md"} {
		files, err := filepath.Glob(filepath.Join(repo, pattern))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			page, err := filepath.Rel(repo, file)
			if err != nil {
				return nil, err
			}
			if page != "docs/coverage.md" {
				all = append(all, filepath.ToSlash(page))
			}
		}
	}
	return all, nil
}

// Block is a fenced block of a page, with what the comment before it says.
type Block struct {
	Line     int    // of the block's first line, from 1
	Language string // "sh", "console", "yaml"
	Text     string
	In       string // the directory that blocks run in from here on; "." is an empty one
	File     string // the file whose content it is
	Fails    bool
	Needs    string // a program; "docker" is a Docker Engine
	NotRun   string // the reason
}

var (
	fence   = regexp.MustCompile("^( *)```(.*)$")
	comment = regexp.MustCompile(`^ *<!-- (.*) -->$`)
)

// Parse returns the fenced blocks of a page, or all its mistakes.
func Parse(name string, page []byte) ([]Block, []error) {
	p := parser{name: name}
	for i, line := range strings.Split(string(page), "\n") {
		p.line(i+1, line)
	}
	if p.open {
		p.errorf(p.now.Line-1, "the block has no end")
	}
	return p.blocks, p.errors
}

type parser struct {
	name   string
	blocks []Block
	errors []error
	next   Block // what comments say of the next block
	now    Block
	open   bool
	indent string
}

func (p *parser) errorf(line int, format string, args ...any) {
	p.errors = append(p.errors, fmt.Errorf("%s:%d: "+format, append([]any{p.name, line}, args...)...))
}

func (p *parser) line(n int, line string) {
	m := fence.FindStringSubmatch(line)
	switch {
	case m != nil && !p.open:
		p.begin(n, m[1], m[2])
	case m != nil:
		p.end()
	case p.open:
		p.now.Text += strings.TrimPrefix(line, p.indent) + "\n"
	case comment.MatchString(line):
		p.directive(n, comment.FindStringSubmatch(line)[1])
	case strings.TrimSpace(line) != "" && p.next != (Block{}):
		p.errorf(n, "the comment for a block is followed by other text")
		p.next = Block{}
	case strings.HasPrefix(line, "    $ "), strings.HasPrefix(line, "    docker "):
		p.errorf(n, "commands are in a block that begins with ```sh or ```console")
	}
}

func (p *parser) begin(n int, indent, language string) {
	p.now, p.next, p.open, p.indent = p.next, Block{}, true, indent
	p.now.Line, p.now.Language = n+1, language
}

func (p *parser) end() {
	p.open = false
	b := p.now
	if b.Fails && !b.Shell() {
		p.errorf(b.Line, "a block that fails has to be sh or console, and this one is %q", b.Language)
	}
	p.blocks = append(p.blocks, b)
}

// directive reads a comment. Other comments, such as the borders of generated
// parts, mean nothing here.
func (p *parser) directive(n int, text string) {
	word, rest, _ := strings.Cut(text, " ")
	switch {
	case text == "in an empty directory":
		p.next.In = "."
	case word == "in":
		p.next.In = rest
	case word == "file":
		p.next.File = rest
	case text == "fails":
		p.next.Fails = true
	case word == "needs":
		p.next.Needs = rest
	case strings.HasPrefix(text, "not run: "):
		p.next.NotRun = strings.TrimPrefix(text, "not run: ")
	case word == "not", word == "fail":
		p.errorf(n, "unknown comment %q; write <!-- fails --> or <!-- not run: REASON -->", text)
	}
}

// Shell reports whether the block has commands.
func (b Block) Shell() bool { return b.Language == "sh" || b.Language == "console" }

// Runs reports whether a test does something with the block.
func (b Block) Runs() bool { return b.NotRun == "" && (b.Shell() || b.File != "") }

// Commands returns the commands of a block as lines of a shell.
func (b Block) Commands() string {
	if b.Language != "console" {
		return b.Text
	}
	var all strings.Builder
	more := false // the last command goes on in the next line
	for line := range strings.Lines(b.Text) {
		command, ok := strings.CutPrefix(line, "$ ")
		if ok || more {
			command = strings.TrimPrefix(command, "> ")
			all.WriteString(command)
			more = strings.HasSuffix(command, "\\\n") || strings.HasSuffix(command, "|\n")
		}
	}
	return all.String()
}

// Output returns what the commands print according to the page.
func (b Block) Output() []string {
	if b.Language != "console" {
		return nil
	}
	var all []string
	more := false
	for line := range strings.Lines(b.Text) {
		if more || strings.HasPrefix(line, "$ ") {
			more = strings.HasSuffix(line, "\\\n") || strings.HasSuffix(line, "|\n")
			continue
		}
		all = append(all, strings.TrimSuffix(line, "\n"))
	}
	return all
}
