package gohull

import (
	"go/scanner"
	"go/token"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// replaced are words and phrases that our texts do not use, and what to write.
var replaced = []struct {
	pattern *regexp.Regexp
	write   string
}{
	{words(`folders?`), "directory"},
	{words(`processors?`), "architecture, or CPU"},
	{words(`besides?`), "next to, in addition to, alongside"},
	{words(`kin`), "and similar"},
	{words(`the likes of`), "and similar"},
	{words(`(hold|holds|held|holding)( \S+){0,8}? against`), "compare … with, check … against"},
	{words(`(in|take|takes|took|taking) (the|its|their) place( of)?`), "instead of, replaces"},
	{words(`near miss(es)?`), "closest match"},
	{words(`likewise`), "also"},
	{words(`who(so)?ever`), "anyone who, if you"},
	{words(`lacking`), "missing"},
	{words(`(is|are|be) told`), "the message says, is reported"},
	{words(`that there (is|are) not`), "missing, unknown"},
}

// words matches a pattern between the borders of words, in any case. A space
// also matches the end of a line.
func words(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(` + strings.ReplaceAll(pattern, " ", `\s+`) + `)\b`)
}

// finding is a word that is to be replaced.
type finding struct {
	line        int
	word, write string
}

// wordsOf finds words in a text that begins at a line of its file.
func wordsOf(text string, line int) []finding {
	var all []finding
	for _, r := range replaced {
		for _, at := range r.pattern.FindAllStringIndex(text, -1) {
			word := strings.Join(strings.Fields(strings.ReplaceAll(text[at[0]:at[1]], "//", "")), " ")
			all = append(all, finding{line + strings.Count(text[:at[0]], "\n"), word, r.write})
		}
	}
	return all
}

// TestWordsOfPages checks the prose of the Markdown pages. Code, and what
// TestDocs and TestRulePages generate from Go code, is not prose.
func TestWordsOfPages(t *testing.T) {
	for _, page := range pages(t) {
		for _, f := range wordsOf(prose(read(t, page)), 1) {
			t.Errorf("%s:%d: %q: write %s instead", page, f.line, f.word, f.write)
		}
	}
}

var generatedPart = regexp.MustCompile(`(?s)<!-- begin \w+ -->.*?<!-- end \w+ -->`)

// prose returns a page with blanks for what is code or generated, on the same
// lines.
func prose(text string) string {
	for _, r := range []*regexp.Regexp{generatedPart, fenced, regexp.MustCompile(`(?m)^(    |\t).*$`), inline} {
		text = r.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat("\n", strings.Count(s, "\n")) })
	}
	return text
}

// TestWordsOfCode checks the comments, strings and identifiers of all Go files
// but this one.
func TestWordsOfCode(t *testing.T) {
	for _, name := range goFiles(t) {
		if name != "words_test.go" {
			for _, f := range wordsOfGo([]byte(read(t, name))) {
				t.Errorf("%s:%d: %q: write %s instead", name, f.line, f.word, f.write)
			}
		}
	}
}

// wordsOfGo finds words in the comments, strings and identifiers of a Go file.
func wordsOfGo(src []byte) []finding {
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(src))
	var s scanner.Scanner
	s.Init(file, src, nil, scanner.ScanComments)
	comments := commentGroups{}
	var all []finding
	for {
		pos, tok, text := s.Scan()
		line := file.Line(pos)
		switch tok {
		case token.EOF:
			return append(all, comments.end()...)
		case token.COMMENT:
			all = append(all, comments.add(text, line)...)
		case token.STRING:
			all = append(all, wordsOf(text, line)...)
		case token.IDENT:
			all = append(all, wordsOf(split(text), line)...)
		}
	}
}

// commentGroups joins the lines of a comment, so that a phrase is found that
// goes over two of them.
type commentGroups struct {
	text        string
	first, last int // lines
}

// add takes one more comment and returns what was found in those before it, if
// it does not continue them.
func (g *commentGroups) add(text string, line int) []finding {
	if g.text != "" && line == g.last+1 {
		g.text, g.last = g.text+"\n"+text, line+strings.Count(text, "\n")
		return nil
	}
	found := g.end()
	*g = commentGroups{text, line, line + strings.Count(text, "\n")}
	return found
}

func (g *commentGroups) end() []finding {
	return wordsOf(strings.ReplaceAll(g.text, "\n//", "\n  "), g.first)
}

// split writes an identifier as words: "vulnFolder" as "vuln Folder".
func split(id string) string {
	var b strings.Builder
	for i, r := range id {
		if i > 0 && (unicode.IsUpper(r) || r == '_') {
			b.WriteByte(' ')
		}
		if r != '_' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// TestWordsAreFound has a file and a page with such words.
func TestWordsAreFound(t *testing.T) {
	const src = "package x\n\n// a is held\n// against b.\nvar vulnFolder = \"near miss\" // the place of\n"
	var got []string
	for _, f := range wordsOfGo([]byte(src)) {
		got = append(got, f.word)
	}
	if want := "Folder, near miss, held against"; strings.Join(got, ", ") != want {
		t.Errorf("found %s, want %s", strings.Join(got, ", "), want)
	}
	found := wordsOf(prose("`folder`\n```\nfolder\n```\nLikewise.\n"), 1)
	if len(found) != 1 || found[0].line != 5 {
		t.Errorf("found %v, want one word in line 5", found)
	}
}
