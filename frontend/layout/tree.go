// Package layout finds out where files go in an image. A path is followed
// through the links of the image's base, as COPY of a Dockerfile follows it;
// directories on the way keep the owner and the mode that the base has for
// them; and what would hide something else is a Conflict.
package layout

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// Tree is a root file system, as far as it is known. What it does not know is
// taken to be missing.
type Tree struct {
	nodes map[string]node
	user  Owner
}

// Owner is a user and a group, by number.
type Owner struct {
	UID, GID int
}

// node is what the tree has at a path.
type node struct {
	step.Inode
	by string // who put it there, as messages name it; empty for the base
}

// New returns the tree of a base. Directories that are made below one of the
// user's own belong to the user as well.
func New(base []step.Inode, user Owner) *Tree {
	t := &Tree{nodes: map[string]node{}, user: user}
	for _, inode := range base {
		t.nodes[inode.Path] = node{Inode: inode}
	}
	return t
}

// Conflict says why something cannot be put where it should be.
type Conflict struct {
	Message string
	Hint    string // what to do next; may be empty
}

func conflict(hint, format string, args ...any) *Conflict {
	return &Conflict{fmt.Sprintf(format, args...), hint}
}

// Accounts returns the users of the image's /etc/passwd and the groups of its
// /etc/group.
func (t *Tree) Accounts() step.AccountLines {
	return step.AccountLines{Users: t.at("/etc/passwd").Users, Groups: t.at("/etc/group").Groups}
}

// Has reports whether there is something at a path.
func (t *Tree) Has(name string) bool {
	place, c := t.resolve(name)
	_, found := t.nodes[place]
	return c == nil && found
}

// Claim says that a file is changed, or made if it is missing, so that nothing
// else may be put there. It returns where its path leads.
func (t *Tree) Claim(name, by string) (string, *Conflict) {
	place, c := t.resolve(name)
	if c != nil {
		return "", c
	}
	n := t.nodes[place]
	if t.dir(place) {
		return "", conflict("", "%s is %s, wanted a file", name, t.what(place))
	}
	t.makeParents(place, by)
	n.Path, n.by = place, by
	t.nodes[place] = n
	return "/" + place, nil
}

// Above returns the directories on the way to some paths.
func (t *Tree) Above(names []string) []plan.Dir {
	var places []string
	for _, name := range names {
		places = append(places, path.Dir(strings.TrimPrefix(name, "/")))
	}
	return t.dirs(places)
}

// at returns what is at a path.
func (t *Tree) at(name string) node {
	place, c := t.resolve(name)
	if c != nil {
		return node{}
	}
	return t.nodes[place]
}

// most is how many links a path may go through, as in Linux.
const most = 40

// resolve follows the links of a path, those at its end as well. Absolute ones
// begin at the root, and nothing leads above it. What is missing is taken as it
// is written.
func (t *Tree) resolve(name string) (string, *Conflict) {
	place, _, c := t.follow(name)
	return place, c
}

// destination resolves a path where something is put. The links of the base are
// followed. Where those of other entries lead is not what a reader expects, so
// they are a conflict.
func (t *Tree) destination(name string) (string, *Conflict) {
	place, links, c := t.follow(name)
	if c != nil {
		return "", c
	}
	for _, link := range links {
		switch n := t.nodes[link]; {
		case n.by == "":
		case "/"+link == path.Clean(name):
			return "", conflict(another, "%s is already %s, to %s", name, n.what(), n.Target)
		default:
			return "", conflict("write the path that it leads to: /"+place, "%s is below /%s, which is %s, to %s", name, link, n.what(), n.Target)
		}
	}
	return place, nil
}

// follow returns where a path leads, and the places of the links on the way.
func (t *Tree) follow(name string) (place string, links []string, c *Conflict) {
	place, rest := ".", elements(name)
	for len(rest) > 0 {
		elem := rest[0]
		rest = rest[1:]
		if elem == ".." {
			place = path.Dir(place)
			continue
		}
		next := path.Join(place, elem)
		n, found := t.nodes[next]
		switch {
		case !found || n.Kind == step.KindDir:
			place = next
		case n.Kind == step.KindLink:
			if links = append(links, next); len(links) > most {
				return "", nil, conflict("", "%s leads through a loop of symlinks at /%s", name, next)
			}
			if path.IsAbs(n.Target) {
				place = "."
			}
			rest = slices.Concat(elements(n.Target), rest)
		case len(rest) > 0:
			return "", nil, conflict("", "%s is below /%s, which is %s", name, next, n.what())
		default:
			place = next
		}
	}
	return place, links, nil
}

// elements returns the elements of a path, without ".".
func elements(name string) []string {
	return slices.DeleteFunc(strings.Split(name, "/"), func(e string) bool { return e == "" || e == "." })
}

// what says what a node is, for messages.
func (n node) what() string {
	kind := "a file"
	switch n.Kind {
	case step.KindDir:
		kind = "a directory"
	case step.KindLink:
		kind = "a symlink"
	}
	if n.by == "" {
		return kind + " of the base"
	}
	return kind + " of " + n.by
}

// dir reports whether there is a directory at a place.
func (t *Tree) dir(place string) bool {
	return place == "." || t.nodes[place].Kind == step.KindDir
}

// makeDir makes a directory and its parents, where they are missing.
func (t *Tree) makeDir(place, by string, owner Owner) {
	if t.dir(place) {
		return
	}
	t.makeParents(place, by)
	t.nodes[place] = node{dirInode(place, owner), by}
}

// makeParents makes directories for root; inside a directory of the user's
// they are the user's, who might replace them anyway.
func (t *Tree) makeParents(place, by string) {
	parent := path.Dir(place)
	if t.dir(parent) {
		return
	}
	t.makeParents(parent, by)
	t.nodes[parent] = node{dirInode(parent, t.ownerIn(path.Dir(parent))), by}
}

// ownerIn returns the owner of what is made in a directory without being asked
// for.
func (t *Tree) ownerIn(dir string) Owner {
	if t.user.UID != 0 && t.nodes[dir].UID == t.user.UID {
		return t.user
	}
	return Owner{}
}

func dirInode(place string, owner Owner) step.Inode {
	return step.Inode{Path: place, Kind: step.KindDir, Mode: 0o755, UID: owner.UID, GID: owner.GID}
}

// dirs returns these directories and all above them, each after its parent.
func (t *Tree) dirs(places []string) []plan.Dir {
	all := map[string]bool{}
	for _, place := range places {
		for ; place != "."; place = path.Dir(place) {
			all[place] = true
		}
	}
	var dirs []plan.Dir
	for _, place := range slices.Sorted(maps.Keys(all)) {
		n := t.nodes[place]
		dirs = append(dirs, plan.Dir{Path: "/" + place, Mode: n.Mode, UID: n.UID, GID: n.GID})
	}
	return dirs
}
