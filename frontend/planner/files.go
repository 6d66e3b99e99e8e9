package planner

import (
	"fmt"
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

// files returns the layers of run.files.
func (p placing) files(tree *layout.Tree, all accounts) []plan.Layer {
	var layers []plan.Layer
	for _, f := range p.spec.Run.Files {
		layer := p.entry(tree, f, p.attributes(f, all))
		if len(layer.Copies)+len(layer.Links)+len(layer.Dirs) > 0 {
			layer.At, layer.Epoch = spans(p.spec.File, f.At), p.epoch.Seconds()
			layers = append(layers, layer)
		}
	}
	return layers
}

// entry returns the layer of one entry of run.files. It is empty if nothing
// changes, or if something is wrong.
func (p placing) entry(tree *layout.Tree, f spec.File, a layout.Attributes) plan.Layer {
	var layer plan.Layer
	var c *layout.Conflict
	switch f.Source() {
	case "":
		layer.Dirs, c = tree.SetDir(f.To.Value, entryName(f), a)
		layer.Step = plan.Step{ID: "dirs", Name: "make " + f.To.Value}
	case "link":
		layer, c = tree.PutLink(f.To.Value, layout.Link{Target: f.Link.Value, By: entryName(f), Owner: a.Owner})
		layer.Step = plan.Step{ID: "dirs", Name: fmt.Sprintf("make the symlink %s -> %s", f.To.Value, f.Link.Value)}
	case "url":
		layer = p.fromURL(tree, f, a)
	case "image", "stage":
		layer = p.fromImage(tree, f, a)
	default:
		layer = p.copies(tree, f, a, p.file(f))
		layer.Step = plan.Step{ID: "files", Name: fmt.Sprintf("copy %s to %s", f.From.Value, f.To.Value)}
	}
	if c != nil {
		p.conflict(f.To.At, "run.files: ", c)
		return plan.Layer{}
	}
	return layer
}

// copies puts what an entry of run.files copies into the tree.
func (p placing) copies(tree *layout.Tree, f spec.File, a layout.Attributes, found step.File) plan.Layer {
	var all plan.Layer
	for _, s := range sources(f, found) {
		s.Attributes = a
		layer, c := tree.Put(target(f, s), s)
		if c != nil {
			p.conflict(f.To.At, "run.files: ", c)
			continue
		}
		layer.Copies = slices.Concat(all.Copies, layer.Copies)
		layer.Dirs = layout.Union(all.Dirs, layer.Dirs)
		all = layer
	}
	return all
}

// fromImage puts what an entry of run.files copies from an image or a stage into
// the tree.
// Nothing is known of the image if only the spec is checked.
func (p placing) fromImage(tree *layout.Tree, f spec.File, a layout.Attributes) plan.Layer {
	var ignored diag.List // chooseFileImages reports it
	ref, _ := fileReference(f, &ignored)
	in, ok := p.images[ref]
	if !ok {
		return plan.Layer{}
	}
	found, before := in.tree.Find(f.From.Value), p.errs.Len()
	if p.validateFound(f, found, in.name); p.errs.Len() > before {
		return plan.Layer{}
	}
	layer := p.copies(tree, f, a, found)
	layer.Image = in.ref
	layer.Step = plan.Step{ID: "files", Name: fmt.Sprintf("copy %s of %s to %s", f.From.Value, written(f), f.To.Value)}
	return layer
}

// written names the image or the stage of an entry of run.files.
func written(f spec.File) string {
	if f.Stage.IsSet() {
		return "the stage " + f.Stage.Value
	}
	return f.Image.Value
}

// entryName names an entry of run.files for messages.
func entryName(f spec.File) string {
	return fmt.Sprintf("run.files at %s:%d", f.To.At.File, f.To.At.Start.Line)
}

// keepModes is the mode of an entry whose files have those of the context.
const keepModes = "keep"

// attributes returns what an entry of run.files sets.
func (p placing) attributes(f spec.File, all accounts) layout.Attributes {
	var a layout.Attributes
	if f.Owner.IsSet() {
		owner := p.owner("run.files.owner", f.Owner, all)
		a.Owner = &owner
	}
	if f.Mode.IsSet() && f.Mode.Value != keepModes {
		mode, _ := strconv.ParseInt(f.Mode.Value, 8, 32) // as the spec's parser has validated it
		a.Mode = new(int(mode))
	}
	return a
}

// file returns what the context has of an entry of run.files.
func (p placing) file(f spec.File) step.File {
	return foundFile(p.found, f.From)
}

// sources returns what an entry of run.files copies: a file or a directory, or
// those that match its pattern. A file is excluded by its name.
func sources(f spec.File, found step.File) []layout.Source {
	ofContext := f.Source() == "from"
	one := layout.Source{
		By:         entryName(f),
		Exclude:    values(f.Exclude),
		KeepModes:  f.Mode.Value == keepModes || !ofContext && f.From.IsSet() && !f.Mode.IsSet(),
		KeepOwners: f.IsFromImage() && !f.Owner.IsSet(),
	}
	if !step.IsPattern(found.Path) {
		found.Matches = []step.File{found}
	}
	var all []layout.Source
	for _, match := range found.Matches {
		s := one
		s.Name, s.File = match.Path, match
		if step.IsPattern(found.Path) {
			s.By = fmt.Sprintf("%s, %s", match.Path, s.By)
		}
		if s.Kind == step.KindDir || s.Kind == step.KindFile && !s.Excludes(path.Base(s.Name)) {
			all = append(all, s)
		}
	}
	return all
}

// target returns where a source of an entry goes. As with COPY, a slash at the
// end puts a file into a directory.
func target(f spec.File, s layout.Source) string {
	to := path.Clean(f.To.Value)
	if s.Kind == step.KindFile && strings.HasSuffix(f.To.Value, "/") {
		return path.Join(to, path.Base(s.Name))
	}
	return to
}

// validateFiles compares the entries of run.files with what the scan found.
func (p placing) validateFiles() {
	for _, f := range p.spec.Run.Files {
		if f.Source() != "from" {
			continue
		}
		p.validateFound(f, p.file(f), "the build context")
	}
}

// validateFound validates what was found of an entry in the build context or in
// an image.
func (p placing) validateFound(f spec.File, found step.File, in string) {
	if step.IsPattern(f.From.Value) {
		p.validatePattern(f, found, in)
		return
	}
	p.validateSource(f, found, in)
	if found.Kind == step.KindFile && len(f.Exclude) > 0 {
		p.errs.Add(diag.Diagnostic{At: f.Exclude[0].At, Message: fmt.Sprintf("run.files: %s is a file, so there is nothing to exclude", f.From.Value), Hint: "remove exclude"})
	}
}

// validatePattern validates what a pattern matches.
func (p placing) validatePattern(f spec.File, found step.File, in string) {
	for _, match := range found.Matches {
		p.validateSource(f, match, in)
	}
	all := sources(f, found)
	isFile := func(s layout.Source) bool { return s.Kind == step.KindFile }
	switch {
	case len(found.Matches) == 0:
		p.errs.Add(diag.Diagnostic{
			At:      f.From.At,
			Message: fmt.Sprintf("run.files: nothing in %s matches %s", in, f.From.Value),
			Missing: missing(f, path.Clean(f.From.Value)),
		})
	case len(all) == 0 && len(f.Exclude) > 0:
		p.errs.Errorf(f.Exclude[0].At, "run.files: exclude leaves nothing of %s", f.From.Value)
	case len(all) > 1 && slices.ContainsFunc(all, isFile) && !strings.HasSuffix(f.To.Value, "/"):
		var names []string
		for _, s := range all {
			names = append(names, s.Name)
		}
		p.errs.Add(diag.Diagnostic{
			At:      f.To.At,
			Message: fmt.Sprintf("run.files: %s matches %s, which cannot all be %s", f.From.Value, someOf(names), f.To.Value),
			Hint:    "end it with / for a directory: " + f.To.Value + "/",
		})
	}
}

// missing returns what an ignore file may hide of the build context.
func missing(f spec.File, pattern string) []string {
	if f.Source() != "from" {
		return nil
	}
	return []string{pattern}
}

// validateSource validates one file or directory.
func (p placing) validateSource(f spec.File, found step.File, in string) {
	name := found.Path
	if !step.IsPattern(f.From.Value) {
		name = f.From.Value
	}
	switch {
	case found.Escapes:
		p.errs.Errorf(f.From.At, "run.files: %s leaves the build context through the symlink %s -> %s", name, found.Link, found.Target)
	case found.Kind == "" && step.IsPattern(f.From.Value):
		p.errs.Errorf(f.From.At, "run.files: %s, which matches %s, is neither a file nor a directory, nor a symlink to one", name, f.From.Value)
	case found.Kind == "":
		p.errs.Add(diag.Diagnostic{At: f.From.At, Message: fmt.Sprintf("run.files: %s has no %s", in, name), Missing: missing(f, literal(path.Clean(name)))})
	}
}
