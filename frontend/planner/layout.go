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
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// layOut decides where everything goes in an image, by what its base has
// there. What the debugger and the programs need goes first, so that another
// entry is the one to be blamed.
func (d draft) layOut(img plan.Image, p plan.Platform) plan.Image {
	base := d.baseInodes(p)
	owner := d.owner(base, p)
	tree := layout.New(base, owner)
	if img.Debugger != nil {
		img.Debugger.In = d.laidProgram(tree, plan.Step{ID: "program", Name: fmt.Sprintf("put Delve into the image for %s", p), At: img.Debugger.At}, "Delve", img.Debugger.Path)
	}
	img.Dirs = d.laidDirs(tree, owner)
	var paths []string
	for _, b := range img.Compile.Binaries {
		paths = append(paths, b.Path)
	}
	s := plan.Step{ID: "compile", Name: fmt.Sprintf("put %s into the image for %s", packageList(img.Compile.Binaries), p), At: img.Compile.At}
	img.Program = d.laidProgram(tree, s, "the program", paths...)
	img.Files = d.laidFiles(tree)
	return img
}

// laidProgram is the layer of programs that a step leaves at their paths, nil
// where that is a layer as it is.
func (d draft) laidProgram(tree *layout.Tree, s plan.Step, by string, paths ...string) *plan.Layer {
	all := plan.Layer{Step: s, Epoch: d.args.epoch.Seconds()}
	asItIs := true
	for _, name := range slices.Compact(slices.Sorted(slices.Values(paths))) {
		source := layout.Source{Name: strings.TrimPrefix(name, "/"), By: by, File: step.File{Kind: step.KindFile}}
		layer, c := tree.Put(name, source)
		if c != nil {
			d.conflicts(d.mainPlace(), "main: ", c)
			return nil
		}
		all.Copies = append(all.Copies, layer.Copies...)
		all.Dirs = layout.Union(all.Dirs, layer.Dirs)
		asItIs = asItIs && !layer.Special() && layer.Copies[0].To == name
	}
	if asItIs {
		return nil
	}
	return &all
}

// mainPlace is the first line that names a program, else the file.
func (d draft) mainPlace() diag.Range {
	if lines := d.mainLines(); len(lines) > 0 {
		return lines[0]
	}
	return diag.Range{File: d.image.File}
}

// laidDirs is the layer of volumes and the working directory that the base
// lacks: an engine would make them for root, and no other user could write
// there.
func (d draft) laidDirs(tree *layout.Tree, owner layout.Owner) *plan.Layer {
	type entry struct {
		key string
		at  diag.Range
	}
	entries := map[string]entry{}
	if w := d.image.Run.Workdir; w.IsSet() {
		entries[path.Clean(w.Value)] = entry{"run.workdir: ", w.At}
	}
	for _, v := range d.image.Run.Volumes {
		entries[path.Clean(v.Value)] = entry{"run.volumes: ", v.At}
	}
	names := slices.Sorted(maps.Keys(entries))
	dirs, made := tree.MakeDirs(names, "run", owner, func(name string, c *layout.Conflict) {
		d.conflicts(entries[name].at, entries[name].key, c)
	})
	if len(made) == 0 {
		return nil
	}
	var lines []diag.Range
	for _, name := range made {
		lines = append(lines, entries[name].at)
	}
	s := plan.Step{ID: "dirs", Name: "make " + strings.Join(made, ", "), At: spans(d.image, lines...)}
	return &plan.Layer{Step: s, Dirs: dirs, Epoch: d.args.epoch.Seconds()}
}

// laidFiles are the layers of run.files.
func (d draft) laidFiles(tree *layout.Tree) []plan.Layer {
	var layers []plan.Layer
	for i, f := range d.image.Run.Files {
		source, to := d.fileSource(i)
		if source.Kind == "" {
			continue // validateFiles tells
		}
		layer, c := tree.Put(to, source)
		if c != nil {
			d.conflicts(f.To.At, "run.files: ", c)
			continue
		}
		layer.Step = plan.Step{
			ID:   "files",
			Name: fmt.Sprintf("copy %s to %s", f.From.Value, f.To.Value),
			At:   spans(d.image, f.At),
		}
		layer.Epoch = d.args.epoch.Seconds()
		layers = append(layers, layer)
	}
	return layers
}

// fileSource is what an entry of run.files copies, and where to. As with COPY,
// a slash at the end puts a file into a directory.
func (d draft) fileSource(i int) (layout.Source, string) {
	f := d.image.Run.Files[i]
	name, to := path.Clean(f.From.Value), path.Clean(f.To.Value)
	source := layout.Source{Name: name, By: fmt.Sprintf("run.files at %s:%d", f.To.At.File, f.To.At.Start.Line)}
	for _, file := range d.found.Facts.Files {
		if file.Path == name {
			source.File = file
		}
	}
	if source.Kind == step.KindFile && strings.HasSuffix(f.To.Value, "/") {
		to = path.Join(to, path.Base(name))
	}
	return source, to
}

func (d draft) conflicts(at diag.Range, what string, c *layout.Conflict) {
	d.errs.Add(diag.Diagnostic{At: at, Message: what + c.Message, Hint: c.Hint})
}

// owner is run.user by number. A number without a group has the group of that
// number, as with COPY --chown.
func (d draft) owner(base []step.Inode, p plan.Platform) layout.Owner {
	name, group, _ := strings.Cut(user(d.image.Run.User), ":")
	if uid, err := strconv.Atoi(name); err == nil {
		gid := uid
		if n, err := strconv.Atoi(group); err == nil {
			gid = n
		}
		return layout.Owner{UID: uid, GID: gid}
	}
	users := d.users(base)
	i := slices.IndexFunc(users, func(u step.User) bool { return u.Name == name })
	if i >= 0 {
		return layout.Owner{UID: users[i].UID, GID: users[i].GID}
	}
	if d.knowsBase(p) {
		d.errs.Add(unknownUser(d.image.Run.User.At, name, users))
	}
	return layout.Owner{}
}

// users are those that the image will have: run.files may bring a passwd.
func (d draft) users(base []step.Inode) []step.User {
	var ignored diag.List // laying out is what tells
	d.errs = &ignored
	tree := layout.New(base, layout.Owner{})
	d.laidFiles(tree)
	return tree.Users()
}

func unknownUser(at diag.Range, name string, users []step.User) diag.Diagnostic {
	var names []string
	for _, u := range users {
		names = append(names, u.Name)
	}
	has := "has no users at all"
	if len(names) > 0 {
		has = "has " + someOf(names)
	}
	return diag.Diagnostic{
		At:      at,
		Message: fmt.Sprintf("run.user: the image has no user %s: its /etc/passwd %s", name, has),
		Hint:    "write a number, as 1000:1000, or bring an /etc/passwd with run.files",
	}
}
