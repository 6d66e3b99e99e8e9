package check

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// vendor is the directory that has the packages of other modules, in that of the
// project.
const vendor = "vendor"

// Vendor runs the verb and returns an exit code.
func Vendor(s gocmd.Step, v step.Vendor) (code int, err error) {
	command := "mod"
	if v.Work {
		command = "work"
	}
	out, own := s.Temp, path.Join(s.Below(), vendor)
	if v.Fix {
		out = s.Out
	}
	out = filepath.Join(out, own)
	if _, code, err = gocmd.Capture(s.Online(), []string{command, "vendor", "-o", out}); code != 0 || err != nil {
		return code, err
	}
	if v.Fix {
		return 0, mtime.SetAll(s.Out, 0)
	}
	found, err := vendored(s.Source, own, out)
	if err != nil {
		return 0, err
	}
	return report(s, "go "+command+" vendor", found, fixing("vendor"))
}

// vendored compares a vendor directory of the context with what it has to be.
func vendored(source, own, want string) ([]finding, error) {
	before, err := contents(filepath.Join(source, own))
	if err != nil {
		return nil, err
	}
	after, err := contents(want)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(before)
	maps.Copy(all, after)
	var found []finding
	for _, name := range slices.Sorted(maps.Keys(all)) {
		old, isThere := before[name]
		now, isWanted := after[name]
		switch f := (finding{path.Join(own, name), 1, ""}); {
		case !isThere:
			f.message = "the file is missing"
			found = append(found, f)
		case !isWanted:
			f.message = "the file is not needed"
			found = append(found, f)
		case !bytes.Equal(old, now):
			f.line = firstDifference(old, now)
			f.message = "the file is not that of its module"
			found = append(found, f)
		}
	}
	return found, nil
}

// contents reads all files of a directory. One that is not there has none.
func contents(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && name == ".":
			return nil
		case err != nil || e.IsDir():
			return err
		case !e.Type().IsRegular():
			files[name] = []byte(fmt.Sprint(e.Type())) // which no module has
			return nil
		}
		files[name], err = regular.ReadFile(filepath.Join(dir, name), regular.Text)
		return err
	})
	return files, err
}

// firstDifference returns the first line that two texts do not share.
func firstDifference(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return 1 + bytes.Count(a[:n], []byte("\n"))
}
