package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/layout"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// addition is what run.users and run.groups add to the accounts of a base.
type addition struct {
	accounts              // of the base, and what is added
	users    []step.User  // added
	homes    []dirEntry   // of the added users
	groups   []step.Group // added, or with Members to add
	places   map[string]diag.Range
	known    bool // whether the base's accounts are
	errs     *diag.List
}

// add adds the users and groups of the spec to those of a base. All groups come
// first, so that a user may name the group of a later one.
func (p placing) add(base accounts) *addition {
	a := &addition{accounts: base, places: map[string]diag.Range{}, known: p.looked, errs: p.errs}
	a.Users, a.Groups = slices.Clone(base.Users), slices.Clone(base.Groups)
	for _, g := range p.spec.Run.Groups {
		a.addGroup(g.Name, idOf(g.GID), diag.Diagnostic{At: g.GID.At, Message: "run.groups: ", Hint: "choose another number"})
	}
	for _, u := range p.spec.Run.Users {
		a.addOwnGroup(u)
	}
	for _, u := range p.spec.Run.Users {
		a.addUser(u)
	}
	for _, u := range p.spec.Run.Users {
		a.addMember(u)
	}
	return a
}

func idOf(s spec.String) int {
	n, _ := strconv.Atoi(s.Value) // as the spec's parser has validated it
	return n
}

// addGroup adds a group. The diagnostic has where it is asked for, and the hint
// for a number that another group has.
func (a *addition) addGroup(name spec.String, gid int, d diag.Diagnostic) {
	if have, ok := a.group(name.Value); ok {
		if have.GID != gid {
			d.Message += fmt.Sprintf("%s has the number %d, wanted %d", a.whose("group", name.Value), have.GID, gid)
			d.Hint = "choose another name, or write that number"
			a.errs.Add(d)
		}
		return
	}
	if i := slices.IndexFunc(a.Groups, func(g step.Group) bool { return g.GID == gid }); i >= 0 {
		d.Message += fmt.Sprintf("the number %d belongs to %s", gid, a.whose("group", a.Groups[i].Name))
		d.Hint = strings.ReplaceAll(d.Hint, "NAME", a.Groups[i].Name)
		a.errs.Add(d)
	}
	g := step.Group{Name: name.Value, GID: gid}
	a.Groups, a.groups = append(a.Groups, g), append(a.groups, g)
	a.places["group "+g.Name] = name.At
}

// addOwnGroup adds the group that only one user has, unless the user names
// another one.
func (a *addition) addOwnGroup(u spec.User) {
	_, isName := a.group(u.Group.Value)
	gid, err := strconv.Atoi(cmp.Or(u.Group.Value, u.UID.Value))
	isNumber := u.Group.IsSet() && err == nil && slices.ContainsFunc(a.Groups, func(g step.Group) bool { return g.GID == gid })
	if _, exists := a.user(u.Name.Value); exists || isName || isNumber || a.taken(idOf(u.UID)) >= 0 {
		return // if the number of the user is taken, addUser reports it
	}
	at := u.Group.At
	switch {
	case !u.Group.IsSet():
		at = u.UID.At
	case u.Group.Value == u.Name.Value:
		gid = idOf(u.UID)
	case err != nil:
		return // addUser reports it
	}
	a.addGroup(u.Name, gid, diag.Diagnostic{At: at, Message: "run.users: ", Hint: "write group: NAME, or another number as group"})
}

// addUser adds a user. One that the base has must be the same there.
func (a *addition) addUser(u spec.User) {
	uid, gid := idOf(u.UID), a.mainGroup(u)
	if have, ok := a.user(u.Name.Value); ok {
		a.compare(u, have, uid, gid)
		return
	}
	if i := a.taken(uid); i >= 0 {
		a.errs.Add(diag.Diagnostic{
			At:      u.UID.At,
			Message: fmt.Sprintf("run.users: the number %d belongs to %s", uid, a.whose("user", a.Users[i].Name)),
			Hint:    fmt.Sprintf("choose another number, or use that user: write %s instead of %s", a.Users[i].Name, u.Name.Value),
		})
	}
	home := homeOf(u)
	user := step.User{Name: u.Name.Value, UID: uid, GID: gid, Home: home.Value, Shell: cmp.Or(cleaned(u.Shell), step.NoLogin)}
	a.Users, a.users = append(a.Users, user), append(a.users, user)
	a.places["user "+user.Name] = u.Name.At
	if home.Value != step.NoHome {
		a.homes = append(a.homes, dirEntry{"run.users.home", home, layout.Owner{UID: uid, GID: gid}})
	}
}

// taken returns which user has a number; -1 if nobody has it.
func (a *addition) taken(uid int) int {
	return slices.IndexFunc(a.Users, func(u step.User) bool { return u.UID == uid })
}

// homeOf returns the home directory of a user.
func homeOf(u spec.User) spec.String {
	if !u.Home.IsSet() {
		return spec.String{Value: "/home/" + u.Name.Value, At: u.Name.At}
	}
	return spec.String{Value: cleaned(u.Home), At: u.Home.At}
}

// compare reports where a user of the base is another one than the spec says.
func (a *addition) compare(u spec.User, have step.User, uid, gid int) {
	report := func(at diag.Range, what string, found, wanted string) {
		a.errs.Add(diag.Diagnostic{
			At:      at,
			Message: fmt.Sprintf("run.users: %s has the %s %s, wanted %s", a.whose("user", have.Name), what, found, wanted),
			Hint:    "choose another name, or write what the base has",
		})
	}
	if uid != have.UID {
		report(u.UID.At, "number", strconv.Itoa(have.UID), strconv.Itoa(uid))
	}
	if u.Group.IsSet() && gid != have.GID {
		report(u.Group.At, "group", strconv.Itoa(have.GID), strconv.Itoa(gid))
	}
	if u.Home.IsSet() && cleaned(u.Home) != have.Home {
		report(u.Home.At, "home directory", strconv.Quote(have.Home), strconv.Quote(u.Home.Value))
	}
	if u.Shell.IsSet() && cleaned(u.Shell) != have.Shell {
		report(u.Shell.At, "shell", strconv.Quote(have.Shell), strconv.Quote(u.Shell.Value))
	}
}

// mainGroup returns the number of the group that passwd has for a user.
func (a *addition) mainGroup(u spec.User) int {
	if gid, err := strconv.Atoi(cmp.Or(u.Group.Value, u.UID.Value)); err == nil {
		if own, ok := a.group(u.Name.Value); ok && !u.Group.IsSet() {
			return own.GID
		}
		return gid
	}
	return a.named("run.users.group", u.Group).GID
}

// addMember adds a user to the groups that its entry lists.
func (a *addition) addMember(u spec.User) {
	for _, name := range u.Groups {
		g := a.named("run.users.groups", name)
		if g.Name == "" || slices.Contains(g.Members, u.Name.Value) {
			continue
		}
		i := slices.IndexFunc(a.Groups, func(have step.Group) bool { return have.Name == g.Name })
		a.Groups[i].Members = append(slices.Clone(g.Members), u.Name.Value)
		i = slices.IndexFunc(a.groups, func(have step.Group) bool { return have.Name == g.Name })
		if i < 0 {
			a.groups, i = append(a.groups, step.Group{Name: g.Name, GID: g.GID}), len(a.groups)
		}
		a.groups[i].Members = append(slices.Clone(a.groups[i].Members), u.Name.Value)
	}
}

// named returns a group by name or number.
func (a *addition) named(key string, name spec.String) step.Group {
	gid, err := strconv.Atoi(name.Value)
	i := slices.IndexFunc(a.Groups, func(g step.Group) bool { return g.Name == name.Value || err == nil && g.GID == gid })
	if i >= 0 {
		return a.Groups[i]
	}
	if a.known {
		d := unknownGroup(key, name.At, name.Value, a.accounts)
		if !strings.HasPrefix(d.Hint, "did you mean") {
			d.Hint = "add it to run.groups"
		}
		a.errs.Add(d)
	}
	return step.Group{}
}

// whose names a user or a group and where it comes from.
func (a *addition) whose(kind, name string) string {
	if at, ok := a.places[kind+" "+name]; ok {
		return fmt.Sprintf("the %s %s at %s:%d", kind, name, at.File, at.Start.Line)
	}
	return fmt.Sprintf("the base's %s %s", kind, name)
}

// lines returns the lines to add to passwd and group.
func (a *addition) lines() (users, groups []string) {
	for _, u := range a.users {
		users = append(users, fmt.Sprintf("%s:x:%d:%d::%s:%s", u.Name, u.UID, u.GID, u.Home, u.Shell))
	}
	for _, g := range a.groups {
		groups = append(groups, fmt.Sprintf("%s:x:%d:%s", g.Name, g.GID, strings.Join(g.Members, ",")))
	}
	return users, groups
}

// accountsLayer returns the files of users and groups as the image has them; nil
// if the base's stay as they are.
func (p placing) accountsLayer(tree *layout.Tree, a *addition) *plan.Accounts {
	first, lines := p.accountLines()
	if len(lines) == 0 {
		return nil
	}
	out := &plan.Accounts{Epoch: p.epoch.Seconds()}
	by := fmt.Sprintf("run.users at %s:%d", first.File, first.Start.Line)
	out.Users, out.Groups = a.lines()
	var places []string
	for _, f := range []struct {
		name  string
		place *string
		lines []string
	}{
		{"/etc/passwd", &out.Passwd, out.Users},
		{"/etc/group", &out.Group, out.Groups},
		{"/etc/shadow", &out.Shadow, out.Users},
		{"/etc/gshadow", &out.Gshadow, out.Groups},
	} {
		optional := strings.HasSuffix(f.name, "shadow")
		if optional && !tree.Has(f.name) {
			continue
		}
		place, c := tree.Claim(f.name, by)
		if c != nil {
			p.conflict(first, "run.users: ", c)
			return nil
		}
		if len(f.lines) > 0 {
			*f.place, places = place, append(places, place)
		}
	}
	if len(places) == 0 {
		return nil
	}
	out.Dirs = tree.Above(places)
	out.Step = plan.Step{ID: "users", Name: a.title(), At: spans(p.spec.File, lines...)}
	return out
}

// title says what is added.
func (a *addition) title() string {
	var users, groups []string
	for _, u := range a.users {
		users = append(users, u.Name)
	}
	for _, g := range a.groups {
		groups = append(groups, g.Name)
	}
	if len(users) > 0 {
		return "add the users " + strings.Join(users, ", ")
	}
	return "change the groups " + strings.Join(groups, ", ")
}

// accountLines returns the lines of run.users and run.groups, and the first one.
func (p placing) accountLines() (first diag.Range, lines []diag.Range) {
	for _, u := range p.spec.Run.Users {
		lines = append(lines, u.At)
	}
	for _, g := range p.spec.Run.Groups {
		lines = append(lines, g.At)
	}
	if len(lines) == 0 {
		return first, nil
	}
	return lines[0], lines
}
