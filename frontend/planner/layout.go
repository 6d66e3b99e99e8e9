package planner

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
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
	spec   *spec.Spec
	epoch  epoch
	found  []step.File  // what the context has of run.files
	base   []step.Inode // what the base has
	looked bool         // whether base is known
	errs   *diag.List
}

// place sets the layers of an image, and returns its user. What the debugger and the programs need
// goes first, so that errors are about other entries.
func (p placing) place(img plan.Image) (plan.Image, string) {
	all := p.accounts()
	owner := p.user(all)
	tree := layout.New(p.base, owner)
	if img.Debugger != nil {
		s := plan.Step{ID: "program", Name: fmt.Sprintf("put Delve into the image for %s", img.Platform), At: img.Debugger.At}
		img.Debugger.In = p.programs(tree, s, "Delve", plan.Binary{Made: img.Debugger.Path, Path: img.Debugger.Path})
	}
	img.Dirs = p.dirs(tree, owner)
	s := plan.Step{ID: "compile", Name: fmt.Sprintf("put %s into the image for %s", packageList(img.Compile.Binaries), img.Platform), At: img.Compile.At}
	img.Program = p.programs(tree, s, "the program", img.Compile.Binaries...)
	img.Files = p.files(tree, all)
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

// mainPlace returns where the spec says where a program goes, else the first
// line that names a program, else the file.
func (p placing) mainPlace(b plan.Binary) diag.Range {
	for _, m := range p.spec.Main {
		if m.To.IsSet() && imagePath(m.To.Value, b.Made) == b.Path {
			return m.To.At
		}
	}
	if lines := mainLines(p.spec); len(lines) > 0 {
		return lines[0]
	}
	return diag.Range{File: p.spec.File}
}

// dirs returns the layer of volumes and the working directory that the base
// lacks: an engine would make them for root, and no other user could write
// there.
func (p placing) dirs(tree *layout.Tree, owner layout.Owner) *plan.Layer {
	type entry struct {
		key string
		at  diag.Range
	}
	entries := map[string]entry{}
	if w := p.spec.Run.Workdir; w.IsSet() {
		entries[path.Clean(w.Value)] = entry{"run.workdir: ", w.At}
	}
	for _, v := range p.spec.Run.Volumes {
		entries[path.Clean(v.Value)] = entry{"run.volumes: ", v.At}
	}
	names := slices.Sorted(maps.Keys(entries))
	dirs, made := tree.MakeDirs(names, "run", owner, func(name string, c *layout.Conflict) {
		p.conflict(entries[name].at, entries[name].key, c)
	})
	if len(made) == 0 {
		return nil
	}
	var lines []diag.Range
	for _, name := range made {
		lines = append(lines, entries[name].at)
	}
	s := plan.Step{ID: "dirs", Name: "make " + strings.Join(made, ", "), At: spans(p.spec.File, lines...)}
	return &plan.Layer{Step: s, Dirs: dirs, Epoch: p.epoch.Seconds()}
}

// files returns the layers of run.files.
func (p placing) files(tree *layout.Tree, all accounts) []plan.Layer {
	var layers []plan.Layer
	for _, f := range p.spec.Run.Files {
		layer, c := p.entry(tree, f, p.attributes(f, all))
		switch {
		case c != nil:
			p.conflict(f.To.At, "run.files: ", c)
		case len(layer.Copies)+len(layer.Links)+len(layer.Dirs) > 0:
			layer.At, layer.Epoch = spans(p.spec.File, f.At), p.epoch.Seconds()
			layers = append(layers, layer)
		}
	}
	return layers
}

// entry returns the layer of one entry of run.files. It is empty if nothing
// changes, or if validateFiles reports the entry.
func (p placing) entry(tree *layout.Tree, f spec.File, a layout.Attributes) (layer plan.Layer, c *layout.Conflict) {
	switch f.Source() {
	case "":
		layer.Dirs, c = tree.SetDir(f.To.Value, entryName(f), a)
		layer.Step = plan.Step{ID: "dirs", Name: "make " + f.To.Value}
		return layer, c
	case "link":
		layer, c = tree.PutLink(f.To.Value, layout.Link{Target: f.Link.Value, By: entryName(f), Owner: a.Owner})
		layer.Step = plan.Step{ID: "dirs", Name: fmt.Sprintf("make the symlink %s -> %s", f.To.Value, f.Link.Value)}
		return layer, c
	}
	source, to := p.source(f)
	if source.Kind == "" {
		return layer, nil
	}
	source.Attributes = a
	layer, c = tree.Put(to, source)
	layer.Step = plan.Step{ID: "files", Name: fmt.Sprintf("copy %s to %s", f.From.Value, f.To.Value)}
	return layer, c
}

// entryName names an entry of run.files for messages.
func entryName(f spec.File) string {
	return fmt.Sprintf("run.files at %s:%d", f.To.At.File, f.To.At.Start.Line)
}

// attributes returns what an entry of run.files sets.
func (p placing) attributes(f spec.File, all accounts) layout.Attributes {
	var a layout.Attributes
	if f.Owner.IsSet() {
		owner := p.owner("run.files.owner", f.Owner, all)
		a.Owner = &owner
	}
	if f.Mode.IsSet() {
		mode, _ := strconv.ParseInt(f.Mode.Value, 8, 32) // as the spec's parser has validated it
		a.Mode = new(int(mode))
	}
	return a
}

// source returns what an entry of run.files copies, and where to. As with COPY,
// a slash at the end puts a file into a directory.
func (p placing) source(f spec.File) (layout.Source, string) {
	name, to := path.Clean(f.From.Value), path.Clean(f.To.Value)
	source := layout.Source{Name: name, By: entryName(f)}
	for _, file := range p.found {
		if file.Path == name {
			source.File = file
		}
	}
	if source.Kind == step.KindFile && strings.HasSuffix(f.To.Value, "/") {
		to = path.Join(to, path.Base(name))
	}
	return source, to
}

// validateFiles compares the entries of run.files with what the scan found.
func (p placing) validateFiles() {
	for _, f := range p.spec.Run.Files {
		if f.Source() != "from" {
			continue
		}
		name := path.Clean(f.From.Value)
		var file step.File
		if i := slices.IndexFunc(p.found, func(f step.File) bool { return f.Path == name }); i >= 0 {
			file = p.found[i]
		}
		switch {
		case file.Escapes:
			p.errs.Errorf(f.From.At, "run.files: %s leaves the build context through the symlink %s -> %s", f.From.Value, file.Link, file.Target)
		case file.Kind == "":
			p.errs.Add(diag.Diagnostic{At: f.From.At, Message: fmt.Sprintf("run.files: the build context has no %s", f.From.Value), Missing: []string{literal(name)}})
		}
	}
}

func (p placing) conflict(at diag.Range, what string, c *layout.Conflict) {
	p.errs.Add(diag.Diagnostic{At: at, Message: what + c.Message, Hint: c.Hint})
}
