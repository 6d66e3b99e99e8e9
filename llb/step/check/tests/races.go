package tests

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// raceDetected is what the testing package says, at a line of its own, of a
// test in which the race detector found something.
const raceDetected = "race detected during execution of test"

// A report of the race detector:
//
//	WARNING: DATA RACE
//	Read at 0x00c00001c0f8 by goroutine 9:
//	  example.com/m.F.func1()
//	      /src/f.go:7 +0x33
//
//	Previous write at 0x00c00001c0f8 by goroutine 8:
//	  …
//	==================
const raceReport = "WARNING: DATA RACE"

var (
	accessHead = regexp.MustCompile(`^(\S.*) at 0x[0-9a-f]+ by .*:$`)
	raceFrame  = regexp.MustCompile(`^ {6}(/\S+\.go):([0-9]+)( |$)`)
)

// access is one of the two of a race.
type access struct{ kind, file, line string }

// races returns the reports of the race detector, each at the line of the
// project that it names first.
func (t result) races(lines []string, dirs map[string]string) []string {
	var all []string
	for i, line := range lines {
		if line != raceReport {
			continue
		}
		found := readRace(lines[i+1:], dirs)
		if len(found) != 2 {
			continue
		}
		a, b := found[0], found[1]
		other := filepath.Base(b.file)
		if rel, err := filepath.Rel(dirs[t.pkg], b.file); err == nil {
			other = rel
		}
		all = append(all, fmt.Sprintf("%s:%s: %s: data race: %s here, %s at %s:%s", a.file, a.line, t.test, a.kind, b.kind, other, b.line))
	}
	return all
}

// readRace reads a report up to the part about the goroutines.
func readRace(lines []string, dirs map[string]string) []access {
	own := map[string]bool{}
	for _, dir := range dirs {
		own[dir] = true
	}
	var found []access
	for _, line := range lines {
		if strings.HasPrefix(line, "====") || strings.HasPrefix(line, "Goroutine ") {
			break
		}
		if m := accessHead.FindStringSubmatch(line); m != nil {
			found = append(found, access{kind: strings.ToLower(m[1])})
		}
		m := raceFrame.FindStringSubmatch(line)
		if m == nil || len(found) == 0 {
			continue
		}
		last := &found[len(found)-1]
		if last.file == "" || !own[filepath.Dir(last.file)] && own[filepath.Dir(m[1])] {
			last.file, last.line = m[1], m[2]
		}
	}
	return found
}
