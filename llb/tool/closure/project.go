package closure

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// project knows where in the context the go command looks for packages.
type project struct {
	modules  []modRoot
	required []string          // module paths that the go.mod files ask for
	vendored map[string]string // by import path: the module it is of
	tools    []toolLine
}

// toolLine is a tool line of a go.mod of the project.
type toolLine struct{ path, dir string }

// modRoot is a module whose source is in the context: one of the project, or what a
// replace line puts in the place of another.
type modRoot struct {
	path, dir string
	replaces  bool // whether it is there by a replace line
}

// readProject reads go.mod and go.work at the root of the context, and the
// files they name, and takes them all. Whether the go command will use
// go.work depends on its environment.
func readProject(t *tree) (*project, error) {
	p := &project{vendored: map[string]string{}}
	if err := p.own(t, "."); err != nil {
		return nil, err
	}
	return p, p.workspace(t)
}

// vendor is the folder of vendored packages.
const vendor = "vendor"

// workSum is the file that has a workspace's own checksums.
const workSum = "go.work.sum"

// asWritten keeps versions: only the go command can turn branches into them.
func asWritten(_, version string) (string, error) { return version, nil }

// own reads a module of the project, and the ones it replaces by folders.
func (p *project) own(t *tree, dir string) error {
	f, err := readMod(t, dir)
	if f == nil || err != nil {
		return err
	}
	if f.Module != nil {
		p.modules = append(p.modules, modRoot{path: f.Module.Mod.Path, dir: dir})
	}
	for _, r := range f.Require {
		p.required = append(p.required, r.Mod.Path)
	}
	for _, t := range f.Tool {
		p.tools = append(p.tools, toolLine{t.Path, dir})
	}
	if err := p.replace(t, dir, f.Replace); err != nil {
		return err
	}
	return t.add(path.Join(dir, "go.sum"))
}

// readMod gives nil when there is no go.mod in dir, or none that can be read.
func readMod(t *tree, dir string) (*modfile.File, error) {
	name := path.Join(dir, "go.mod")
	data, err := t.read(name)
	if data == nil || err != nil {
		return nil, err
	}
	if f, err := modfile.Parse(name, data, asWritten); err == nil {
		return f, nil
	}
	f, err := modfile.ParseLax(name, data, asWritten)
	if err != nil {
		return nil, nil
	}
	return f, nil
}

// replace reads the folders that stand for other modules. The go command
// reads the go.mod of such a folder, but not its go.sum.
func (p *project) replace(t *tree, dir string, list []*modfile.Replace) error {
	for _, r := range list {
		target, ok := below(dir, r.New.Path)
		if r.New.Version != "" || !ok {
			continue
		}
		p.modules = append(p.modules, modRoot{path: r.Old.Path, dir: target, replaces: true})
		if err := t.add(path.Join(target, "go.mod")); err != nil {
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
	data, err := t.read("go.work")
	if data == nil || err != nil {
		return err
	}
	f, err := modfile.ParseWork("go.work", data, asWritten)
	if err != nil {
		return nil
	}
	for _, u := range f.Use {
		dir, ok := below(".", u.Path)
		if !ok || dir == "." {
			continue
		}
		if err := p.own(t, dir); err != nil {
			return err
		}
	}
	if err := p.replace(t, ".", f.Replace); err != nil {
		return err
	}
	return t.add(workSum)
}

// readVendored takes vendor/modules.txt and reads it: after a line
// "# path version" come the packages of that module. Whether the go command
// will use the folder depends on its environment.
func (p *project) readVendored(t *tree) error {
	data, err := t.read(path.Join(vendor, "modules.txt"))
	var mod string
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		switch fields := strings.Fields(line); {
		case strings.HasPrefix(line, "## "):
		case strings.HasPrefix(line, "# ") && len(fields) > 1:
			mod = fields[1]
		case len(fields) == 1:
			p.vendored[line] = mod
		}
	}
	return err
}

// moduleOf is the module of the context that a folder belongs to: the one
// that is nearest above it.
func (p *project) moduleOf(dir string) (modRoot, bool) {
	for ; ; dir = path.Dir(dir) {
		i := slices.IndexFunc(p.modules, func(m modRoot) bool { return m.dir == dir })
		if i >= 0 {
			return p.modules[i], true
		}
		if dir == "." {
			return modRoot{}, false
		}
	}
}

// importPath is that of a folder of the module.
func (m modRoot) importPath(dir string) string {
	switch {
	case dir == m.dir:
		return m.path
	case m.dir == ".":
		return path.Join(m.path, dir)
	}
	return path.Join(m.path, strings.TrimPrefix(dir, m.dir+"/"))
}

// folder is where a package is.
type folder struct {
	dir    string
	vendor string // the vendored module it is of
}

// find gives the folders of the context that an import may mean: more than
// one when modules overlap, or when only the go command knows whether the
// vendor folder counts.
func (p *project) find(t *tree, importPath string) ([]folder, error) {
	var found []folder
	for _, m := range p.modules {
		rest, ok := cutModule(importPath, m.path)
		if !ok {
			continue
		}
		dir := path.Join(m.dir, rest)
		if ok, err := m.holds(t, dir); err != nil {
			return nil, err
		} else if ok {
			found = append(found, folder{dir: dir})
		}
	}
	if mod, ok := p.vendored[importPath]; ok {
		found = append(found, folder{dir: path.Join(vendor, importPath), vendor: mod})
	}
	return found, nil
}

// cutModule gives the part of an import path that follows a module's path,
// and reports whether the package may be of that module.
func cutModule(importPath, modulePath string) (string, bool) {
	rest, ok := strings.CutPrefix(importPath, modulePath)
	return rest, ok && (rest == "" || rest[0] == '/')
}

// holds reports whether dir is a package of the module, and not of another
// one further down. The go.mod that makes the difference is taken.
func (m modRoot) holds(t *tree, dir string) (bool, error) {
	if !fs.ValidPath(dir) {
		return false, nil
	}
	for d := dir; d != m.dir; d = path.Dir(d) {
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
		own = append(own, m.path)
	}
	required, inside := longest(importPath, p.required), longest(importPath, own)
	if required > 0 || inside > 0 {
		return required > inside
	}
	first, _, _ := strings.Cut(importPath, "/")
	return strings.Contains(first, ".")
}

// longest is the length of the longest module path that an import path
// begins with.
func longest(importPath string, modules []string) int {
	n := 0
	for _, m := range modules {
		if _, ok := cutModule(importPath, m); ok {
			n = max(n, len(m))
		}
	}
	return n
}
