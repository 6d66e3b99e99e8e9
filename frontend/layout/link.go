package layout

import (
	"path"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// Link is a symbolic link that is put into an image.
type Link struct {
	Target string // as it is written
	By     string // who puts it there, as messages name it
	Owner  *Owner // nil for root
}

// PutLink puts a symbolic link at a path of the image. The link may lead to what
// the image does not have. It replaces a file or a link of the base, unless a
// directory would be hidden.
func (t *Tree) PutLink(to string, l Link) (plan.Layer, *Conflict) {
	place, c := t.linkPlace(to)
	if c == nil {
		c = t.hides(to, place, l)
	}
	if c != nil {
		return plan.Layer{}, c
	}
	t.makeParents(place, l.By)
	t.nodes[place] = node{step.Inode{Path: place, Kind: step.KindLink, Target: l.Target}, l.By}
	if _, c := t.resolve(to); c != nil {
		return plan.Layer{}, c
	}
	layer := plan.Layer{Links: []plan.Link{{Path: "/" + place, Target: l.Target}}, Dirs: t.dirs([]string{path.Dir(place)})}
	if l.Owner != nil {
		layer.UID, layer.GID = l.Owner.UID, l.Owner.GID
	}
	return layer, nil
}

// linkPlace follows the links on the way to a path, and none at its end.
func (t *Tree) linkPlace(to string) (string, *Conflict) {
	dir, c := t.destination(path.Dir(to))
	if c != nil {
		return "", c
	}
	if n, found := t.nodes[dir]; found && !t.dir(dir) {
		return "", conflict("", "%s is below /%s, which is %s", to, dir, n.what())
	}
	return path.Join(dir, path.Base(to)), nil
}

// hides reports what a link would hide.
func (t *Tree) hides(to, place string, l Link) *Conflict {
	have, found := t.nodes[place]
	end, c := t.resolve("/" + place)
	switch {
	case !found:
		return nil
	case have.by != "":
		return conflict(another, "%s is already %s", to, have.what())
	case have.Kind == step.KindLink && have.Target == l.Target:
		return nil
	case c == nil && t.dir(end):
		return conflict("write a path inside it, or another one", "%s is %s, which a symlink would hide", to, have.what()+leading(have, end))
	}
	return nil
}

// leading says where a link leads, for messages.
func leading(n node, end string) string {
	if n.Kind != step.KindLink {
		return ""
	}
	return " to the directory /" + end
}
