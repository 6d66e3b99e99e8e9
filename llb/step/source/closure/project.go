package closure

import (
	"cmp"

	"io/fs"
	"path"
	"strings"

	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/step"
	"golang.org/x/mod/modfile"
)

// project knows where in the context the go command looks for packages.
type project struct {
	root     string                // the directory that the go command runs in
	modules  []gomod.Module        // whose source is in the context: of the project, or by replace lines
	replaces map[gomod.Module]bool // those of them that are there by replace lines
	required []string              // module paths that the go.mod files ask for
	vendored map[string]string     // by import path: the module it is of
	tools    []toolLine
}

// toolLine is a tool line of a go.mod of the project.
type toolLine struct{ path, dir string }

// readProject reads go.mod and go.work in the directory of the project, and the
// files they name, and takes them all.
func readProject(t *tree, v step.Project) (*project, error) {
	p := &project{root: cmp.Or(v.Dir, "."), replaces: map[gomod.Module]bool{}, vendored: map[string]string{}}
	if err := p.own(t, p.root); err != nil || v.NoWork {
		return p, err
	}
	return p, p.workspace(t)
}

// vendor is the directory of vendored packages, in that of the project.
const vendor = "vendor"

// workSum is the file that has a workspace's own checksums.
const workSum = "go.work.sum"

// own reads a module of the project, and the ones it replaces by directories.
func (p *project) own(t *tree, dir string) error {
	f, err := readMod(t, dir)
	if f == nil || err != nil {
		return err
	}
	if f.Module != nil {
		p.modules = append(p.modules, gomod.Module{Path: f.Module.Mod.Path, Dir: dir})
	}
	for _, r := range f.Require {
		p.required = append(p.required, r.Mod.Path)
	}
	for _, t := range f.Tool {
		p.tools = append(p.tools, toolLine{t.Path, dir})
	}
	if err := p.replace(t, gomod.Replaces(path.Join(dir, gomod.ModFile), f.Replace)); err != nil {
		return err
	}
	return t.add(path.Join(dir, "go.sum"))
}

// readMod returns nil when there is no go.mod in dir, or none that can be read.
func readMod(t *tree, dir string) (*modfile.File, error) {
	name := path.Join(dir, "go.mod")
	data, err := t.read(name)
	if data == nil || err != nil {
		return nil, err
	}
	f, err := gomod.ParseAny(name, data)
	if err != nil {
		return nil, nil
	}
	return f, nil
}

// replace reads the directories that stand for other modules. The go command
// reads the go.mod of such a directory, but not its go.sum.
func (p *project) replace(t *tree, list []gomod.Replace) error {
	for _, r := range list {
		if !r.IsDir() || r.Outside() || !fs.ValidPath(r.Dir()) {
			continue
		}
		m := gomod.Module{Path: r.Old.Path, Dir: r.Dir()}
		p.modules, p.replaces[m] = append(p.modules, m), true
		if err := t.add(path.Join(m.Dir, gomod.ModFile)); err != nil {
			return err
		}
	}
	return nil
}

// below joins a path that a file in dir names, and reports whether the
// result is in the context.
func below(dir, name string) (string, bool) {
	joined := path.Join(dir, name)
	return joined, !path.IsAbs(name) && fs.ValidPath(joined)
}

func (p *project) workspace(t *tree) error {
	name := path.Join(p.root, gomod.WorkFile)
	data, err := t.read(name)
	if data == nil || err != nil {
		return err
	}
	f, _, err := gomod.ParseWork(name, data)
	if err != nil {
		return nil
	}
	for _, u := range f.Use {
		dir, ok := gomod.UseDir(name, u)
		if !ok || dir == p.root || !fs.ValidPath(dir) {
			continue
		}
		if err := p.own(t, dir); err != nil {
			return err
		}
	}
	if err := p.replace(t, gomod.Replaces(name, f.Replace)); err != nil {
		return err
	}
	return t.add(path.Join(p.root, workSum))
}

// readVendored takes vendor/modules.txt and reads it. Whether the go command
// will use the directory depends on its environment.
func (p *project) readVendored(t *tree) error {
	data, err := t.read(path.Join(p.root, vendor, "modules.txt"))
	for importPath, m := range gomod.ParseVendor(data).ByPackage {
		p.vendored[importPath] = m.Path
	}
	return err
}

// moduleOf returns the module of the context that a directory belongs to: the one
// that is nearest above it.
func (p *project) moduleOf(dir string) (gomod.Module, bool) { return gomod.Owner(p.modules, dir) }

// location is where a package is.
type location struct {
	dir    string
	vendor string // the vendored module it is of
}

// find returns the directories of the context that an import may mean: more than
// one when modules overlap, or when only the go command knows whether the
// vendor directory counts.
func (p *project) find(t *tree, importPath string) ([]location, error) {
	var found []location
	for _, m := range p.modules {
		rest, ok := gomod.CutPath(importPath, m.Path)
		if !ok {
			continue
		}
		dir := path.Join(m.Dir, rest)
		if ok, err := holds(t, m, dir); err != nil {
			return nil, err
		} else if ok {
			found = append(found, location{dir: dir})
		}
	}
	if mod, ok := p.vendored[importPath]; ok {
		found = append(found, location{dir: path.Join(p.root, vendor, importPath), vendor: mod})
	}
	return found, nil
}

// holds reports whether dir is a package of the module, and not of another
// one further down. The go.mod that makes the difference is taken.
func holds(t *tree, m gomod.Module, dir string) (bool, error) {
	if !fs.ValidPath(dir) {
		return false, nil
	}
	for d := dir; d != m.Dir; d = path.Dir(d) {
		if t.boundary(d) {
			return false, nil
		}
	}
	entries, err := t.entries(dir)
	return hasGo(entries), err
}

func hasGo(entries []fs.DirEntry) bool {
	for _, e := range entries {
		if !e.IsDir() && strings.HasSuffix(e.Name(), ".go") {
			return true
		}
	}
	return false
}

// isOutside reports whether an import that the context does not hold is of
// some other module: not of the standard library, and not a package that one
// of the context's modules should have and has not.
func (p *project) isOutside(importPath string) bool {
	var own []string
	for _, m := range p.modules {
		own = append(own, m.Path)
	}
	required, inside := gomod.Longest(importPath, p.required), gomod.Longest(importPath, own)
	if required > 0 || inside > 0 {
		return required > inside
	}
	return !gomod.IsStandard(importPath)
}
