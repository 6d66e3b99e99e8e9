package tests

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// Reports runs the verb: it makes the reports of all tests as if one command had
// run them. Nothing else tells whether any test could run, if those that fail
// are kept.
func Reports(s gocmd.Step, v step.TestReports) (code int, err error) {
	dir, err := reportsDir(s, true)
	if err != nil {
		return 0, err
	}
	out, p := &stream{log: io.Discard}, profile{packages: map[string]*strings.Builder{}}
	for _, group := range v.Groups {
		if err := join(filepath.Join(group, s.Below()), out, &p); err != nil {
			return 0, err
		}
	}
	if err := p.write(filepath.Join(dir, step.TestCover)); err != nil {
		return 0, err
	}
	r := newRun(out)
	if err := r.write(s, dir, out.text.Bytes()); err != nil {
		return 0, err
	}
	if !r.tested() && r.failed() {
		return 1, r.report(s, v.Args, "")
	}
	return 0, mtime.SetAll(s.Out, 0)
}

// join adds what a group left. Tests can write there as well, so nothing but a
// regular file is read.
func join(dir string, out io.Writer, p *profile) error {
	events, err := regular.ReadFile(filepath.Join(dir, step.TestEvents), regular.Text)
	if err != nil {
		return err
	}
	if _, err := out.Write(events); err != nil {
		return err
	}
	cover, err := regular.ReadFile(filepath.Join(dir, step.TestCover), regular.Text)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // Nothing compiled.
	}
	p.add(string(cover))
	return err
}

// profile is a coverage profile. Its first line says how it counts, and each other
// one is about a part of a file.
type profile struct {
	mode     string
	packages map[string]*strings.Builder // lines, by import path
}

func (p *profile) add(text string) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "mode: ") {
			p.mode = line
			continue
		}
		file, _, _ := strings.Cut(line, ":")
		pkg := filepath.Dir(file)
		if p.packages[pkg] == nil {
			p.packages[pkg] = &strings.Builder{}
		}
		p.packages[pkg].WriteString(line)
	}
}

// write writes the profile, unless it is empty.
func (p *profile) write(name string) error {
	if p.mode == "" {
		return nil
	}
	var text strings.Builder
	text.WriteString(p.mode)
	for _, pkg := range slices.Sorted(maps.Keys(p.packages)) {
		text.WriteString(p.packages[pkg].String())
	}
	return os.WriteFile(name, []byte(text.String()), 0o644)
}
