package tests

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gohull/gohull/llb/step"
)

var (
	// logged is a line that a test prints through its testing.T, with the file
	// of its package that it stands in.
	logged = regexp.MustCompile(`^ +([^\s:/]+\.go):([0-9]+): (.*)$`)
	// frame is a line of a stack trace.
	frame = regexp.MustCompile(`^\t(/\S+\.go):([0-9]+)( |$)`)
	// missing is what Go says of a file that may be one of the build context, with its name.
	missing = regexp.MustCompile(`\b(?:open|stat|lstat|chdir) ([^/\s]\S*|` + regexp.QuoteMeta(step.Source) + `/\S+): no such file or directory`)
	// framed are the lines that the testing package prints around a test.
	framed = regexp.MustCompile(`^\s*(=== |--- |FAIL\b)`)
)

// messages returns what a failed test said, each with its place, and what
// followed it, indented. dirs are the directories of packages.
func (t result) messages(dirs map[string]string) []string {
	dir, lines := dirs[t.pkg], t.lines()
	all := t.races(lines, dirs)
	told := len(all) > 0
	indent := ""
	for _, line := range lines {
		if m := logged.FindStringSubmatch(line); m != nil {
			if told && m[3] == raceDetected {
				continue
			}
			name := filepath.Join(dir, m[1])
			all = append(all, fmt.Sprintf("%s:%s: %s: %s", name, m[2], t.test, m[3]))
			indent = line[:strings.Index(line, m[1])] + "    "
			continue
		}
		if text, ok := strings.CutPrefix(line, indent); ok && indent != "" {
			all = append(all, "\t"+text)
		}
	}
	return all
}

// whole returns all that a test said without a place, at the one where it panicked
// if it did.
func (t result) whole(dir string) []string {
	name := t.test
	if name == "" {
		name = t.pkg
	}
	lines := t.lines()
	head := "go: " + name + " failed"
	if i := panicking(lines); i >= 0 {
		head = "go: " + name + ": " + lines[i]
		for _, line := range lines[i:] {
			if m := frame.FindStringSubmatch(line); m != nil && dir != "" && strings.HasPrefix(m[1], dir+"/") {
				return []string{fmt.Sprintf("%s:%s: %s: %s", m[1], m[2], name, lines[i])}
			}
		}
	}
	all := []string{head}
	for _, line := range lines {
		all = append(all, "\t"+line)
	}
	return all
}

func panicking(lines []string) int {
	for i, line := range lines {
		if strings.HasPrefix(line, "panic: ") {
			return i
		}
	}
	return -1
}

// lines returns the output without what the testing package puts around it.
func (t result) lines() []string {
	var lines []string
	for line := range strings.Lines(strings.Join(t.output, "")) {
		line = strings.TrimRight(line, "\n")
		if line != "" && !framed.MatchString(line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// listable reports whether a line is about a missing file that `test.files` may bring. Tests
// have what is in the testdata of their package anyway, unless an ignore file hides it.
func listable(line string) bool {
	found := missing.FindStringSubmatch(line)
	return found != nil && !strings.HasPrefix(found[1], "testdata/")
}
