package objects

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// Begin adds the objects to a GOCACHE that a step begins with.
func Begin(gocache string, s step.Start, log io.Writer) error {
	packs := slices.Clone(s.Packs)
	if len(s.Seeds) > 0 {
		i := slices.IndexFunc(s.Seeds, func(dir string) bool { return !missing(dir) })
		if i < 0 {
			return fmt.Errorf("the build context gocache has no %s, and none for this platform in a directory of its own; make one with --target gocache", IndexFile)
		}
		packs = append(packs, s.Seeds[i])
	}
	for _, dir := range packs {
		n, err := Unpack(gocache, dir)
		if err != nil {
			return err
		}
		if n > 0 {
			fmt.Fprintf(log, "unpacked %d files of compiled packages\n", n)
		}
	}
	return nil
}

// Job is a step that packs objects.
type Job struct {
	Step  gocmd.Step
	Cache string // GOCACHE
	Self  string // this program, which the go command runs with the verb record
}

// Collect runs the verb and returns the exit code of the go command, which has
// printed itself what is wrong. Packages that do not compile have no objects,
// which is no error here: the step that needs them reports it.
func Collect(j Job, v step.Objects) (code int, err error) {
	s := j.Step
	if err := Begin(j.Cache, v.Start, s.Stderr); err != nil {
		return 0, err
	}
	packages, err := listed(v.List)
	if err != nil {
		return 0, err
	}
	actions := filepath.Join(s.Temp, "actions")
	if err := os.MkdirAll(s.Temp, 0o755); err != nil {
		return 0, err
	}
	record := step.Command(&step.Record{File: actions})
	record[0] = j.Self
	s.Env = append(slices.Clone(s.Env), "GOCACHEPROG="+strings.Join(record, " "))
	if len(packages) > 0 || v.List == "" {
		if _, code, err := gocmd.Capture(s, naming(v, packages)); code != 0 || err != nil {
			return code, err
		}
	}
	p := Pack{Cache: j.Cache, Actions: actions, Without: v.Without}
	n, err := p.Write(s.Out)
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(s.Stderr, "packed what %d actions gave\n", n)
	return 0, mtime.SetAll(s.Out, 0)
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
