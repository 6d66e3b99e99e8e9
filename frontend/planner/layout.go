package planner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/layout"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// placing decides where everything goes in an image, by what its base has
// there.
type placing struct {
	spec      *spec.Spec
	platform  plan.Platform
	epoch     epoch
	downloads downloading
	found     []step.File       // what the context has of run.files
	images    map[string]inside // what images have, by reference
	archives  map[plan.Download][]step.Inode
	base      []step.Inode // what the base has
	looked    bool         // whether base is known
	scratch   bool         // whether base is all that the base has, and all files are known
	errs      *diag.List
}

// place sets the layers of an image, and returns its user. What the debugger and the programs need
// goes first, so that errors are about other entries.
func (p placing) place(img plan.Image) (plan.Image, string) {
	before := p.errs.Len()
	added := p.add(p.accounts())
	all := added.accounts
	owner := p.user(all)
	tree := layout.New(p.base, owner)
	if img.Debugger != nil {
		s := plan.Step{ID: "program", Name: fmt.Sprintf("put Delve into the image for %s", img.Platform), At: img.Debugger.At}
		img.Debugger.In = p.programs(tree, s, "Delve", img.Debugger.Binary)
	}
	img.Accounts = p.accountsLayer(tree, added)
	img.Dirs = p.dirs(tree, owner, added.homes)
	s := plan.Step{ID: "compile", Name: fmt.Sprintf("put %s into the image for %s", packageList(img.Compile.Binaries), img.Platform), At: img.Compile.At}
	img.Program = p.programs(tree, s, "the program", img.Compile.Binaries...)
	img.Programs = p.others(tree, img.Programs)
	img.Files = p.files(tree, all)
	if p.errs.Len() == before {
		p.validateStart(tree, img.All())
	}
	return img, p.configUser(owner, all)
}

// programs returns the layer of programs that a step made; nil if what the step
// leaves is that layer.
func (p placing) programs(tree *layout.Tree, s plan.Step, by string, all ...plan.Binary) *plan.Layer {
	out := plan.Layer{Step: s, Epoch: p.epoch.Seconds()}
	asItIs := true
	for _, b := range slices.SortedFunc(slices.Values(all), func(a, b plan.Binary) int { return strings.Compare(a.Path, b.Path) }) {
		source := layout.Source{Name: strings.TrimPrefix(b.Made, "/"), By: by, File: step.File{Kind: step.KindFile}}
		layer, c := tree.Put(b.Path, source)
		if c != nil {
			p.conflict(p.mainPlace(b), "main: ", c)
			return nil
		}
		out.Copies = append(out.Copies, layer.Copies...)
		out.Dirs = layout.Union(out.Dirs, layer.Dirs)
		asItIs = asItIs && !layer.Special() && layer.Copies[0].To == b.Made
	}
	if asItIs {
		return nil
	}
	return &out
}

// others puts programs of other modules where they belong, each with a layer of
// its own.
func (p placing) others(tree *layout.Tree, all []plan.Program) []plan.Program {
	var placed []plan.Program
	for _, prog := range all {
		s := prog.Step
		s.Name = fmt.Sprintf("put %s into the image", prog.Path)
		prog.In = p.programs(tree, s, "the program "+path.Base(prog.Path), prog.Binary)
		placed = append(placed, prog)
	}
	return placed
}

// mainPlace returns where the spec says where a program goes, else the first
// line that names a program, else the file.
func (p placing) mainPlace(b plan.Binary) diag.Range {
	for _, m := range p.spec.Main {
		if m.To.IsSet() && imagePath(m.To.Value, b.Made) == b.Path {
			return m.To.At
		}
	}
	for _, prog := range p.spec.Programs {
		if prog.Key() == b.Package {
			return prog.Place()
		}
	}
	if lines := mainLines(p.spec); len(lines) > 0 {
		return lines[0]
	}
	return diag.Range{File: p.spec.File}
}

// dirs returns the layer of volumes, the working directory and home directories
// that the base lacks: an engine would make them for root, and no other user
// could write there.
func (p placing) dirs(tree *layout.Tree, owner layout.Owner, homes []dirEntry) *plan.Layer {
	owners, entries := map[string]layout.Owner{}, map[string]dirEntry{}
	for _, e := range append(p.dirEntries(owner), homes...) {
		name := path.Clean(e.Value)
		owners[name], entries[name] = e.owner, e
	}
	dirs, made := tree.MakeDirs(owners, "run", func(name string, c *layout.Conflict) {
		p.conflict(entries[name].At, entries[name].key+": ", c)
	})
	if len(made) == 0 {
		return nil
	}
	var lines []diag.Range
	for _, name := range made {
		lines = append(lines, entries[name].At)
	}
	s := plan.Step{ID: "dirs", Name: "make " + strings.Join(made, ", "), At: spans(p.spec.File, lines...)}
	return &plan.Layer{Step: s, Dirs: dirs, Epoch: p.epoch.Seconds()}
}

// dirEntry is where the spec names a directory that the image must have.
type dirEntry struct {
	key string
	spec.String
	owner layout.Owner
}

// dirEntries returns the volumes and the working directory.
func (p placing) dirEntries(owner layout.Owner) []dirEntry {
	var entries []dirEntry
	if w := p.spec.Run.Workdir; w.IsSet() {
		entries = append(entries, dirEntry{"run.workdir", w, owner})
	}
	for _, v := range p.spec.Run.Volumes {
		entries = append(entries, dirEntry{"run.volumes", v, owner})
	}
	return entries
}

func (p placing) conflict(at diag.Range, what string, c *layout.Conflict) {
	p.errs.Add(diag.Diagnostic{At: at, Message: what + c.Message, Hint: c.Hint})
}
