package planner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/layout"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/util/suggest"
)

// accounts are the users and groups of an image.
type accounts struct {
	step.AccountLines
}

func (a accounts) user(name string) (step.User, bool) {
	i := slices.IndexFunc(a.Users, func(u step.User) bool { return u.Name == name })
	if i < 0 {
		return step.User{}, false
	}
	return a.Users[i], true
}

func (a accounts) group(name string) (step.Group, bool) {
	i := slices.IndexFunc(a.Groups, func(g step.Group) bool { return g.Name == name })
	if i < 0 {
		return step.Group{}, false
	}
	return a.Groups[i], true
}

// hasMore reports whether a user belongs to more groups than the one in passwd.
func (a accounts) hasMore(user string) bool {
	return slices.ContainsFunc(a.Groups, func(g step.Group) bool { return slices.Contains(g.Members, user) })
}

// accounts returns those of the base, or of a passwd that run.files brings
// instead.
func (p placing) accounts() accounts {
	if _, lines := p.accountLines(); len(lines) > 0 {
		return accounts{layout.New(p.base, layout.Owner{}).Accounts()}
	}
	p.errs = &diag.List{} // place reports conflicts
	tree := layout.New(p.base, layout.Owner{})
	p.files(tree, accounts{})
	return accounts{tree.Accounts()}
}

// user returns run.user by number.
func (p placing) user(all accounts) layout.Owner {
	return p.owner("run.user", p.spec.Run.User, all)
}

// configUser returns run.user as the image's config has it. A user of several
// groups is alone: with a group, an engine would start the program in no other
// one.
func (p placing) configUser(owner layout.Owner, all accounts) string {
	value := user(p.spec.Run.User)
	switch {
	case !namesAccount(value):
		return value
	case !strings.Contains(value, ":") && all.hasMore(value):
		return strconv.Itoa(owner.UID)
	}
	return fmt.Sprintf("%d:%d", owner.UID, owner.GID)
}

// owner returns a user of the image, with a group or without, by number. A
// number without a group has the group of that number, as with COPY --chown.
func (p placing) owner(key string, written spec.String, all accounts) layout.Owner {
	name, group, grouped := strings.Cut(user(written), ":")
	var owner layout.Owner
	if uid, err := strconv.Atoi(name); err == nil {
		owner = layout.Owner{UID: uid, GID: uid}
	} else if u, ok := all.user(name); ok {
		owner = layout.Owner{UID: u.UID, GID: u.GID}
	} else if p.looked {
		p.errs.Add(unknownUser(key, written.At, name, all))
	}
	if grouped {
		owner.GID = p.groupID(key, written.At, group, all)
	}
	return owner
}

func (p placing) groupID(key string, at diag.Range, name string, all accounts) int {
	if gid, err := strconv.Atoi(name); err == nil {
		return gid
	}
	g, ok := all.group(name)
	if !ok && p.looked {
		p.errs.Add(unknownGroup(key, at, name, all))
	}
	return g.GID
}

func unknownUser(key string, at diag.Range, name string, all accounts) diag.Diagnostic {
	var names []string
	for _, u := range all.Users {
		names = append(names, u.Name)
	}
	return unknownAccount(fmt.Sprintf("%s: the image has no user %s: its /etc/passwd", key, name), "run.users", at, name, names)
}

func unknownGroup(key string, at diag.Range, name string, all accounts) diag.Diagnostic {
	var names []string
	for _, g := range all.Groups {
		names = append(names, g.Name)
	}
	return unknownAccount(fmt.Sprintf("%s: the image has no group %s: its /etc/group", key, name), "run.groups", at, name, names)
}

// unknownAccount reports a name that a file does not have. The message ends with
// the name of the file; add is the key that adds such a name.
func unknownAccount(message, add string, at diag.Range, name string, names []string) diag.Diagnostic {
	d := diag.Diagnostic{At: at, Message: message + " has nobody", Hint: "write a number, such as 1000:1000, or add it with " + add}
	if len(names) > 0 {
		d.Message = message + " has " + someOf(names)
	}
	if near, ok := suggest.Search(name, names, true); ok && namesAccount(name) {
		d.Hint = fmt.Sprintf("did you mean %s?", near)
	}
	return d
}

// namesAccount reports whether an owner is one whose numbers only the files
// passwd and group tell.
func namesAccount(owner string) bool {
	return slices.ContainsFunc(strings.Split(owner, ":"), func(s string) bool {
		_, err := strconv.Atoi(s)
		return err != nil
	})
}
