package vuln

import (
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/internal/regular"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// modules are the versions of each module that a project may have: at least
// those that it has. One that is not a version stands for any.
type modules map[string][]string

const (
	standard = "stdlib"    // the database's name of the standard library
	command  = "toolchain" // and of the go command
)

// readModules reads all go.mod and go.sum files of a directory. A go.sum has more
// modules than are in the build, and every one that is.
func readModules(dir, goVersion string) (modules, error) {
	release := "v" + goVersion
	if semver.Canonical(release) != release {
		release = "" // "1.26" is any of its releases
	}
	m := modules{standard: {release}, command: {release}}
	err := filepath.WalkDir(dir, func(file string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := regular.ReadFile(file, regular.Text)
		if err != nil {
			return err
		}
		switch path.Base(file) {
		case gomod.ModFile:
			return m.addMod(file, data)
		case gomod.WorkFile:
			return m.addWork(file, data)
		case "go.sum", "go.work.sum":
			m.addSums(string(data))
		}
		return nil
	})
	return m, err
}

// addMod adds what a go.mod names. Its own module has no version, and neither
// has one that a directory replaces.
func (m modules) addMod(name string, data []byte) error {
	f, err := gomod.ParseAny(name, data)
	if err != nil {
		return err
	}
	if f.Module != nil {
		m.add(f.Module.Mod.Path, "")
	}
	for _, r := range f.Require {
		m.add(r.Mod.Path, r.Mod.Version)
	}
	m.addReplaced(f.Replace)
	return nil
}

// addWork adds what the lines of a go.work put instead of modules.
func (m modules) addWork(name string, data []byte) error {
	f, _, err := gomod.ParseWork(name, data)
	if err != nil {
		return err
	}
	m.addReplaced(f.Replace)
	return nil
}

// addReplaced adds both sides of each line, whichever of the lines hold: the
// code is that of the one, and may be a fork of the other.
func (m modules) addReplaced(lines []*modfile.Replace) {
	for _, r := range lines {
		m.add(r.Old.Path, r.New.Version)
		m.add(r.New.Path, r.New.Version)
	}
}

func (m modules) addSums(text string) {
	for line := range strings.Lines(text) {
		if fields := strings.Fields(line); len(fields) == 3 {
			m.add(fields[0], strings.TrimSuffix(fields[1], "/go.mod"))
		}
	}
}

func (m modules) add(modulePath, version string) {
	if !slices.Contains(m[modulePath], version) {
		m[modulePath] = append(m[modulePath], version)
	}
}
