package gohull

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	fenced  = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	inline  = regexp.MustCompile("`[^`\n]*`")
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
)

// pages returns the Markdown files of the repository that are ours.
func pages(t *testing.T) []string { return files(t, ".md") }

// TestLinks checks that each relative link leads to a file, and that what
// follows a # is a heading there.
func TestLinks(t *testing.T) {
	for _, page := range pages(t) {
		text := inline.ReplaceAllString(fenced.ReplaceAllString(read(t, page), ""), "")
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(m[1], ":") {
				checkLink(t, page, m[1])
			}
		}
	}
}

func checkLink(t *testing.T, page, to string) {
	t.Helper()
	name, anchor, _ := strings.Cut(to, "#")
	file := page
	if name != "" {
		file = path.Join(path.Dir(page), name)
	}
	if _, err := os.Stat(filepath.FromSlash(file)); err != nil {
		t.Errorf("%s: the link %s leads to a missing file", page, to)
		return
	}
	if anchor != "" && !anchors(read(t, file))[anchor] {
		t.Errorf("%s: the link %s: %s has no such heading", page, to, file)
	}
}

// anchors returns the names that GitHub gives to the headings of a page.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		all[strings.Map(anchorRune, m[1])] = true
	}
	return all
}

func anchorRune(r rune) rune {
	switch {
	case r == ' ':
		return '-'
	case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
		return unicode.ToLower(r)
	}
	return -1
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
