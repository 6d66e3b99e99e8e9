package checks

import (
	"fmt"
	"path"

	"github.com/gohull/gohull/llb/tool"
	"github.com/gohull/gohull/llb/tool/gocmd"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// Verify runs the verb and gives an exit code. The go command compares what
// it downloads with the checksums that there are, and what it downloaded
// before with what it was then. Which ones there are not it does not tell, and
// adds them; so they are read first.
func Verify(s gocmd.Step, v tool.Verify) (code int, err error) {
	sums, err := readSums(s.Source, v.Modules)
	if err != nil {
		return 0, err
	}
	mods, err := readMods(s.Source, v.Modules)
	if err != nil {
		return 0, err
	}
	for _, command := range []string{"download", "verify"} {
		if _, code, err := gocmd.Capture(s, []string{"mod", command}); code != 0 || err != nil {
			return code, err
		}
	}
	var found []finding
	for _, mod := range mods {
		found = append(found, mods.unlisted(mod, sums)...)
	}
	return report(s, "go mod verify", found, fixing("tidy"))
}

// readSums reads the checksums of all modules as one list: in a workspace
// each may be in the go.sum of any, or in that of the workspace.
func readSums(source string, dirs []string) (statementList, error) {
	names := []string{"go.work.sum"}
	for _, dir := range dirs {
		names = append(names, path.Join(dir, "go.sum"))
	}
	var all statementList
	for _, name := range names {
		data, err := read(source, name)
		if err != nil {
			return nil, err
		}
		all = append(all, statements(data)...)
	}
	return all, nil
}

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

// unlisted are the modules that a go.mod requires and that have no checksum.
func (l modList) unlisted(mod *modfile.File, sums statementList) []finding {
	var missing []finding
	for _, r := range mod.Require {
		needed, ok := l.replaced(mod, r.Mod)
		if !ok || l.has(r.Mod.Path) {
			continue
		}
		if _, ok := sums.about(needed.Path + " " + needed.Version + "/go.mod"); !ok {
			message := fmt.Sprintf("go.sum has no checksum of %s", needed)
			missing = append(missing, finding{mod.Syntax.Name, r.Syntax.Start.Line, message})
		}
	}
	return missing
}

// has reports whether a module is one of the project's own.
func (l modList) has(modulePath string) bool {
	for _, f := range l {
		if f.Module != nil && f.Module.Mod.Path == modulePath {
			return true
		}
	}
	return false
}

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
