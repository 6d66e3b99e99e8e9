package check

import (
	"bytes"
	"fmt"
	"path"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
	"golang.org/x/mod/modfile"
)

// Tidy runs the verb and returns an exit code.
func Tidy(s gocmd.Step, v step.Tidy) (code int, err error) {
	mods, err := readMods(s, v.Modules)
	if err != nil {
		return 0, err
	}
	var found []finding
	for _, mod := range mods.files {
		files, code, err := mods.tidied(s, mod)
		if code != 0 || err != nil {
			return code, err
		}
		for _, f := range files {
			if v.Fix {
				err = write(s.Out, f.name, f.after)
			} else {
				found = append(found, f.differences()...)
			}
			if err != nil {
				return 0, err
			}
		}
	}
	if v.Fix {
		return 0, mtime.SetAll(s.Out, 0)
	}
	return report(s, "go mod tidy", found, fixing("tidy"))
}

// tidied returns what becomes of a module's files. They are left as they were:
// a report shows their lines.
func (l modList) tidied(s gocmd.Step, mod *modfile.File) (files []version, code int, err error) {
	dir := path.Dir(mod.Syntax.Name)
	for _, name := range []string{"go.mod", "go.sum"} {
		f := version{name: path.Join(dir, name)}
		if f.before, err = read(s.Source, f.name); err != nil {
			return nil, 0, err
		}
		files = append(files, f)
	}
	if code, err := l.alone(s, mod, "tidy"); code != 0 || err != nil {
		return nil, code, err
	}
	for i, f := range files {
		if files[i].after, err = read(s.Source, f.name); err != nil {
			return nil, 0, err
		}
		if err := write(s.Source, f.name, f.before); err != nil {
			return nil, 0, err
		}
	}
	return files, 0, nil
}

// version is a file before and after the go command had it. Nil is no file.
type version struct {
	name          string
	before, after []byte
}

// differences returns the lines of a go.mod or go.sum that become others. Order
// and empty lines are looked at only where nothing else differs.
func (v version) differences() []finding {
	if bytes.Equal(v.before, v.after) {
		return nil
	}
	before, after := statements(v.before), statements(v.after)
	var found []finding
	for _, old := range before {
		if after.has(old.text) {
			continue
		}
		f := finding{v.name, old.line, fmt.Sprintf("%q is not needed", old.text)}
		if now, ok := after.about(old.subject); ok && !before.has(now.text) {
			f.message = fmt.Sprintf("found %q, wanted %q", old.text, now.text)
		}
		found = append(found, f)
	}
	line := 1
	for _, now := range after {
		if old, ok := before.about(now.subject); ok {
			line = old.line
			continue
		}
		found = append(found, finding{v.name, line, fmt.Sprintf("%q is missing", now.text)})
	}
	if found == nil {
		found = []finding{{v.name, 1, "its lines are in another order, or formatted otherwise"}}
	}
	return found
}
