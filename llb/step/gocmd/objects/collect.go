package objects

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// Serve returns a step whose go command gets the objects that it begins with out of
// packs, one at a time, and links nothing. A seed of an earlier release, whose index has no
// places, is unpacked.
func Serve(s gocmd.Step, gocache string, start step.Start) (gocmd.Step, error) {
	return serve(s, gocache, start.Seeds, step.Record{Heads: start.Packs})
}

// serve returns a step whose go command has a GOCACHEPROG, if there is anything to
// do for it.
func serve(s gocmd.Step, gocache string, seeds []string, v step.Record) (gocmd.Step, error) {
	seed, err := findSeed(seeds)
	switch {
	case err != nil:
		return s, err
	case seed != "" && indexed(seed):
		v.Packs = append(slices.Clone(v.Packs), seed)
	case seed != "":
		if err := unpackAll(gocache, []string{seed}, s.Stderr); err != nil {
			return s, err
		}
	}
	packs := len(v.Packs) + len(v.Heads)
	if packs == 0 && v.File == "" {
		return s, nil
	}
	if packs > 0 {
		fmt.Fprintf(s.Stderr, "starting from %d packs\n", packs)
	}
	record := step.Command(&v)
	record[0] = s.Self
	s.Env = append(slices.Clone(s.Env), "GOCACHEPROG="+strings.Join(record, " "))
	return s, nil
}

// recording returns what a step that packs objects starts from. It links nothing, so heads
// will do of packs whose objects are not packed again.
func recording(v step.Objects, actions string) step.Record {
	r := step.Record{File: actions}
	for _, pack := range v.Start.Packs {
		if v.Parts || slices.Contains(v.Without, pack) {
			r.Heads = append(r.Heads, pack)
		} else {
			r.Packs = append(r.Packs, pack)
		}
	}
	return r
}

// Begin adds the objects to a GOCACHE that a step begins with.
func Begin(gocache string, s step.Start, log io.Writer) error {
	packs, err := withParts(s.Packs)
	if err != nil {
		return err
	}
	seed, err := findSeed(s.Seeds)
	if err != nil {
		return err
	}
	if seed != "" {
		packs = append(packs, seed)
	}
	return unpackAll(gocache, packs, log)
}

// findSeed returns the first of some directories that has a pack; none of no
// directories.
func findSeed(dirs []string) (string, error) {
	i := slices.IndexFunc(dirs, func(dir string) bool { return !missing(dir) })
	switch {
	case i >= 0:
		return dirs[i], nil
	case len(dirs) > 0:
		return "", fmt.Errorf("the build context gocache has no %s, and none for this platform in a directory of its own; make one with --target gocache", IndexFile)
	}
	return "", nil
}

// unpackAll unpacks packs.
func unpackAll(gocache string, packs []string, log io.Writer) error {
	files := 0
	for _, dir := range packs {
		n, err := Unpack(gocache, dir)
		if err != nil {
			return err
		}
		files += n
	}
	if files > 0 {
		fmt.Fprintf(log, "unpacked %d files of compiled packages from %d packs\n", files, len(packs))
	}
	return nil
}

// withParts returns directories of packs, with those of its parts instead of the
// directory of a group.
func withParts(dirs []string) ([]string, error) {
	var all []string
	for _, dir := range dirs {
		parts, err := os.ReadDir(filepath.Join(dir, step.PartsDir))
		if errors.Is(err, fs.ErrNotExist) {
			all = append(all, dir)
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, p := range parts {
			all = append(all, filepath.Join(dir, step.PartsDir, p.Name()))
		}
	}
	return all, nil
}

// Job is a step that packs objects.
type Job struct {
	Step  gocmd.Step
	Cache string // GOCACHE
}

// Collect runs the verb and returns the exit code of the go command, which has
// printed itself what is wrong. Packages that do not compile have no objects,
// which is no error here: the step that needs them reports it.
func Collect(j Job, v step.Objects) (code int, err error) {
	s := j.Step
	if err := os.MkdirAll(s.Temp, 0o755); err != nil {
		return 0, err
	}
	if j.Step, err = serve(s, j.Cache, v.Start.Seeds, recording(v, filepath.Join(s.Temp, actionsFile))); err != nil {
		return 0, err
	}
	collect := collectAll
	if v.Parts {
		collect = collectParts
	}
	if code, err := collect(j, v); code != 0 || err != nil {
		return code, err
	}
	return 0, mtime.SetAll(s.Out, 0)
}

// actionsFile is the file that Record writes to, in the step's Temp.
const actionsFile = "actions"

// collectAll makes one pack of everything that the go command asks for.
func collectAll(j Job, v step.Objects) (code int, err error) {
	s := j.Step
	packages, err := listed(v.List)
	if err != nil {
		return 0, err
	}
	if len(packages) > 0 || v.List == "" {
		if _, code, err := gocmd.Capture(s, naming(v, append(packages, ofTests(v)...))); code != 0 || err != nil {
			return code, err
		}
		if err := vet(s, v, packages); err != nil {
			return 0, err
		}
	}
	p := Pack{Cache: j.Cache, Actions: filepath.Join(s.Temp, actionsFile), Without: v.Without}
	n, err := p.Write(s.Out)
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(s.Stderr, "packed what %d actions gave\n", n)
	return 0, nil
}

// vet has packages vetted as the dependencies of a package that imports them, which
// is where vet wants facts about them. What is wrong with them is no error here.
func vet(s gocmd.Step, v step.Objects, packages []string) error {
	if len(v.Vet) == 0 {
		return nil
	}
	if filepath.Base(v.List) != step.StandardFile {
		_, _, _, err := gocmd.Output(s, append(slices.Clone(v.Vet), packages...))
		return err
	}
	out, _, _, err := gocmd.Output(s, append([]string{"list", "-e", "-find", "-f", "{{if not .Error}}{{.ImportPath}}{{end}}", "--"}, packages...))
	if err != nil {
		return err
	}
	s.Dir = filepath.Join(s.Temp, "importing")
	if err := importing(s.Dir, strings.Fields(string(out))); err != nil {
		return err
	}
	_, _, _, err = gocmd.Output(s, append(slices.Clone(v.Vet), "."))
	return err
}

// testMain is what the program of a test imports in addition to what its files do. What has
// coverage in its name, it imports if it counts which lines run.
var testMain = []string{"internal/coverage/cfile", "os", "reflect", "runtime/coverage", "testing", "testing/internal/testdeps"}

// ofTests returns packages of the standard library that no file imports: those of
// the programs of tests. They go with other modules if there are any, because all groups
// of tests start from that pack; else with the standard library.
func ofTests(v step.Objects) []string {
	forTests := len(v.Vet) > 0 && v.Vet[0] == "test"
	if forTests && slices.Contains([]string{step.StubsFile, step.StandardFile}, filepath.Base(v.List)) {
		return testMain
	}
	return nil
}

// importing makes a module with a package that imports others.
func importing(dir string, packages []string) error {
	text := "package importing\n"
	for _, importPath := range packages {
		text += "\nimport _ " + strconv.Quote(importPath)
	}
	return errors.Join(
		os.MkdirAll(dir, 0o755),
		os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module importing\n"), 0o644),
		os.WriteFile(filepath.Join(dir, "importing.go"), []byte(text+"\n"), 0o644),
	)
}

// naming returns the command line for packages that a file names. They come from
// the project's source: none is taken for a flag.
func naming(v step.Objects, packages []string) []string {
	if v.List == "" {
		return v.Args
	}
	return slices.Concat(v.Args, []string{"--"}, packages)
}

// listed returns the packages that a file names.
func listed(file string) ([]string, error) {
	if file == "" {
		return nil, nil
	}
	data, err := regular.ReadFile(file, regular.Text)
	return strings.Fields(string(data)), err
}
