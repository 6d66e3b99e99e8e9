package checks

import (
	"path"
	"path/filepath"
	"slices"

	"github.com/gohull/gohull/llb/tool/gocmd"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// modList is the go.mod files of a project.
type modList []*modfile.File

func readMods(source string, dirs []string) (modList, error) {
	var all modList
	for _, dir := range dirs {
		name := path.Join(dir, "go.mod")
		data, err := read(source, name)
		if err != nil {
			return nil, err
		}
		f, err := modfile.Parse(name, data, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// has reports whether a module is one of the project's own.
func (l modList) has(modulePath string) bool { return l.folder(modulePath) != "" }

// replaced is what is downloaded for a module; false for a folder in its
// place, which has no checksum.
func (l modList) replaced(mod *modfile.File, m module.Version) (module.Version, bool) {
	for _, r := range mod.Replace {
		if r.Old.Path == m.Path && (r.Old.Version == "" || r.Old.Version == m.Version) {
			return r.New, r.New.Version != ""
		}
	}
	return m, true
}

// alone runs a command of `go mod` that knows of no workspace. Modules of the
// project that nobody publishes take their own place for that time.
func (l modList) alone(s gocmd.Step, mod *modfile.File, command string) (code int, err error) {
	name := mod.Syntax.Name
	sums, err := read(s.Source, path.Join(path.Dir(name), "go.sum"))
	if err != nil {
		return 0, err
	}
	stand, err := l.unpublished(mod, statements(sums))
	if err != nil {
		return 0, err
	}
	if err := edit(s.Source, name, replacing(stand)); err != nil {
		return 0, err
	}
	s.Dir = filepath.Join(s.Source, path.Dir(name))
	s.Env = append(slices.Clone(s.Env), "GOWORK=off")
	if _, code, err = gocmd.Capture(s, []string{"mod", command}); code != 0 || err != nil {
		return code, err
	}
	return 0, edit(s.Source, name, dropping(stand))
}

// unpublished are those of the project's own modules that a go.mod requires
// and that go.sum does not know, by path, with their folders relative to its
// own.
func (l modList) unpublished(mod *modfile.File, sums statementList) (map[string]string, error) {
	found := map[string]string{}
	for _, r := range mod.Require {
		needed, ok := l.replaced(mod, r.Mod)
		_, isKnown := sums.about(needed.Path + " " + needed.Version + "/go.mod")
		if !ok || isKnown || !l.has(needed.Path) {
			continue
		}
		rel, err := filepath.Rel(path.Dir(mod.Syntax.Name), l.folder(needed.Path))
		if err != nil {
			return nil, err
		}
		found[needed.Path] = "./" + filepath.ToSlash(rel) // "./../b" is a folder as well
	}
	return found, nil
}

// folder is that of one of the project's own modules.
func (l modList) folder(modulePath string) string {
	for _, f := range l {
		if f.Module != nil && f.Module.Mod.Path == modulePath {
			return path.Dir(f.Syntax.Name)
		}
	}
	return ""
}

// edit changes a go.mod, unless nothing is to be changed.
func edit(source, name string, change func(*modfile.File) (bool, error)) error {
	data, err := read(source, name)
	if err != nil {
		return err
	}
	f, err := modfile.Parse(name, data, nil)
	if err != nil {
		return err
	}
	changed, err := change(f)
	if err != nil || !changed {
		return err
	}
	f.Cleanup()
	data, err = f.Format()
	if err != nil {
		return err
	}
	return write(source, name, data)
}

// replacing puts folders in the place of modules, as a workspace does.
func replacing(stand map[string]string) func(*modfile.File) (bool, error) {
	return func(f *modfile.File) (bool, error) {
		for modulePath, dir := range stand {
			if err := f.AddReplace(modulePath, "", dir, ""); err != nil {
				return false, err
			}
		}
		return len(stand) > 0, nil
	}
}

// dropping undoes replacing.
func dropping(stand map[string]string) func(*modfile.File) (bool, error) {
	return func(f *modfile.File) (bool, error) {
		for modulePath := range stand {
			if err := f.DropReplace(modulePath, ""); err != nil {
				return false, err
			}
		}
		return len(stand) > 0, nil
	}
}
