package check

import (
	"path"
	"path/filepath"
	"slices"

	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/step/gocmd"
	"golang.org/x/mod/modfile"
)

// modList is the go.mod files of a project, and what they replace.
type modList struct {
	files    []*modfile.File
	replaced gomod.Replacements
}

// readMods reads the modules of a project, and the go.work in its directory.
func readMods(s gocmd.Step, dirs []string) (modList, error) {
	var l modList
	for _, dir := range dirs {
		name := path.Join(dir, gomod.ModFile)
		data, err := read(s.Source, name)
		if err != nil {
			return l, err
		}
		f, _, err := gomod.Parse(name, data)
		if err != nil {
			return l, err
		}
		l.files = append(l.files, f)
	}
	work, err := readWork(s.Source, path.Join(s.Below(), gomod.WorkFile))
	l.replaced = gomod.NewReplacements(work, l.files)
	return l, err
}

// readWork returns nil if the project has no go.work.
func readWork(source, name string) (*modfile.WorkFile, error) {
	data, err := read(source, name)
	if data == nil || err != nil {
		return nil, err
	}
	f, _, err := gomod.ParseWork(name, data)
	return f, err
}

// has reports whether a module is one of the project's own.
func (l modList) has(modulePath string) bool { return l.dirOf(modulePath) != "" }

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
	if err := edit(s.Source, name, stand, replacing); err != nil {
		return 0, err
	}
	s.Dir = filepath.Join(s.Source, path.Dir(name))
	s.Env = append(slices.Clone(s.Env), "GOWORK=off")
	if _, code, err = gocmd.Capture(s.Online(), []string{"mod", command}); code != 0 || err != nil {
		return code, err
	}
	return 0, edit(s.Source, name, stand, dropping)
}

// unpublished returns those of the project's own modules that a go.mod requires
// and that go.sum does not know, by path, with their directories relative to its
// own.
func (l modList) unpublished(mod *modfile.File, sums statementList) (map[string]string, error) {
	found := map[string]string{}
	own := gomod.NewReplacements(nil, []*modfile.File{mod})
	for _, r := range mod.Require {
		needed, ok := own.Fetched(r.Mod)
		_, isKnown := sums.about(needed.Path + " " + needed.Version + "/go.mod")
		if !ok || isKnown || !l.has(needed.Path) {
			continue
		}
		rel, err := filepath.Rel(path.Dir(mod.Syntax.Name), l.dirOf(needed.Path))
		if err != nil {
			return nil, err
		}
		found[needed.Path] = "./" + filepath.ToSlash(rel) // "./../b" is a directory as well
	}
	return found, nil
}

// dirOf returns the directory of one of the project's own modules, "" for
// another one.
func (l modList) dirOf(modulePath string) string {
	for _, f := range l.files {
		if f.Module != nil && f.Module.Mod.Path == modulePath {
			return path.Dir(f.Syntax.Name)
		}
	}
	return ""
}

// edit changes the lines of a go.mod about modules that directories stand for.
func edit(source, name string, stand map[string]string, change func(f *modfile.File, modulePath, dir string) error) error {
	if len(stand) == 0 {
		return nil
	}
	data, err := read(source, name)
	if err != nil {
		return err
	}
	f, err := modfile.Parse(name, data, nil)
	if err != nil {
		return err
	}
	for modulePath, dir := range stand {
		if err := change(f, modulePath, dir); err != nil {
			return err
		}
	}
	f.Cleanup()
	data, err = f.Format()
	if err != nil {
		return err
	}
	return write(source, name, data)
}

// replacing puts a directory instead of a module, as a workspace does.
func replacing(f *modfile.File, modulePath, dir string) error {
	return f.AddReplace(modulePath, "", dir, "")
}

// dropping undoes replacing.
func dropping(f *modfile.File, modulePath, _ string) error { return f.DropReplace(modulePath, "") }
