package check

import (
	"fmt"
	"path"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
	"golang.org/x/mod/modfile"
)

// Verify runs the verb and returns an exit code. The go command compares what
// it downloads with the checksums that there are, and what it downloaded
// before with what it was then. Which ones there are not it does not tell, and
// adds them; so they are read first.
func Verify(s gocmd.Step, v step.Verify) (code int, err error) {
	sums, err := readSums(s, v.Modules)
	if err != nil {
		return 0, err
	}
	mods, err := readMods(s, v.Modules)
	if err != nil {
		return 0, err
	}
	if needed := mods.needed(); len(needed) > 0 {
		if _, code, err := gocmd.Capture(s.Online(), append([]string{"mod", "download"}, needed...)); code != 0 || err != nil {
			return code, err
		}
	}
	var found []finding
	for _, mod := range mods.files {
		if code, err := mods.alone(s, mod, "verify"); code != 0 || err != nil {
			return code, err
		}
		found = append(found, mods.unlisted(mod, sums)...)
	}
	return report(s, "go mod verify", found, fixing("tidy"))
}

// readSums reads the checksums of all modules as one list: in a workspace
// each may be in the go.sum of any, or in that of the workspace.
func readSums(s gocmd.Step, dirs []string) (statementList, error) {
	names := []string{path.Join(s.Below(), "go.work.sum")}
	for _, dir := range dirs {
		names = append(names, path.Join(dir, "go.sum"))
	}
	var all statementList
	for _, name := range names {
		data, err := read(s.Source, name)
		if err != nil {
			return nil, err
		}
		all = append(all, statements(data)...)
	}
	return all, nil
}

// needed returns the modules that the project requires and that are not its own,
// with their versions. Without such a list, the go command downloads modules
// of a workspace as well.
func (l modList) needed() []string {
	var all []string
	for _, mod := range l.files {
		for _, r := range mod.Require {
			if _, ok := l.replaced.Fetched(r.Mod); ok && !l.has(r.Mod.Path) {
				all = append(all, r.Mod.String())
			}
		}
	}
	return all
}

// unlisted returns the modules that a go.mod requires and that have no checksum.
func (l modList) unlisted(mod *modfile.File, sums statementList) []finding {
	var missing []finding
	for _, r := range mod.Require {
		needed, ok := l.replaced.Fetched(r.Mod)
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
