package alpine

import (
	"archive/tar"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/llb/step/image/packages"
)

// accounts adds users and groups as BusyBox does, which scripts call. Numbers are
// the first free ones, so the same packages on the same base give the same numbers.
type accounts struct {
	layer *packages.Layer
}

// Numbers of accounts, as BusyBox has them in Alpine.
const (
	firstSystem = 100
	lastSystem  = 999
	firstUser   = 1000
	lastUser    = 60000
)

// lines returns the lines of passwd or group, split at colons. A damaged line has
// fewer fields.
func (a *accounts) lines(file string) [][]string {
	data, err := a.layer.ReadFile("etc/" + file)
	if err != nil {
		return nil // a base may have none
	}
	var all [][]string
	for line := range strings.Lines(string(data)) {
		all = append(all, strings.Split(strings.TrimSuffix(line, "\n"), ":"))
	}
	return all
}

// find returns the line of a name.
func find(lines [][]string, name string) []string {
	for _, f := range lines {
		if f[0] == name && len(f) > 2 {
			return f
		}
	}
	return nil
}

// owner returns the numbers of an entry's owner: those that the layer has for the
// names, else those of the archive.
func (a *accounts) owner(h *tar.Header) (uid, gid int) {
	return a.number("passwd", h.Uname, h.Uid), a.number("group", h.Gname, h.Gid)
}

func (a *accounts) number(file, name string, otherwise int) int {
	if name == "" || name == "root" {
		return otherwise
	}
	if f := find(a.lines(file), name); f != nil {
		if id, err := strconv.ParseUint(f[2], 10, 31); err == nil {
			return int(id)
		}
	}
	return otherwise
}

// options are the flags of adduser and addgroup that take a value, and those that
// do not.
type options struct {
	values map[byte]string
	set    map[byte]bool
	args   []string
}

// parseOptions reads flags as getopt does. withValue are the letters of flags with
// a value, plain are the others.
func parseOptions(args []string, withValue, plain string) (options, error) {
	o := options{values: map[byte]string{}, set: map[byte]bool{}}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			o.args = append(o.args, args...)
			return o, nil
		}
		if len(arg) < 2 || arg[0] != '-' {
			o.args = append(o.args, arg)
			continue
		}
		for i := 1; i < len(arg); i++ {
			switch c := arg[i]; {
			case strings.IndexByte(plain, c) >= 0:
				o.set[c] = true
				continue
			case strings.IndexByte(withValue, c) < 0:
				return o, fmt.Errorf("the flag -%c is unknown", c)
			case i+1 < len(arg):
				o.values[c] = arg[i+1:]
			case len(args) == 0:
				return o, fmt.Errorf("the flag -%c has no value", c)
			default:
				o.values[c], args = args[0], args[1:]
			}
			break
		}
	}
	return o, nil
}

// addGroup does what addgroup does: it adds a group, or a user to a group. What is
// there already stays.
func (a *accounts) addGroup(args []string) error {
	o, err := parseOptions(args, "g", "S")
	switch {
	case err != nil:
		return err
	case len(o.args) == 2:
		return a.join(o.args[0], o.args[1])
	case len(o.args) != 1 || !isAccount(o.args[0]):
		return errors.New("want the name of a group")
	case find(a.lines("group"), o.args[0]) != nil:
		return nil
	}
	gid, err := a.free(o, 'g', "group")
	if err != nil {
		return err
	}
	return a.appendGroup(o.args[0], gid)
}

func (a *accounts) appendGroup(name string, gid int) error {
	if err := a.append("gshadow", name+":!::", false); err != nil {
		return err
	}
	return a.append("group", fmt.Sprintf("%s:x:%d:", name, gid), true)
}

// addUser does what adduser does.
func (a *accounts) addUser(args []string) error {
	o, err := parseOptions(args, "hgsGuk", "SDH")
	switch {
	case err != nil:
		return err
	case len(o.args) == 2:
		return a.join(o.args[0], o.args[1])
	case len(o.args) != 1 || !isAccount(o.args[0]):
		return errors.New("want the name of a user")
	}
	name := o.args[0]
	if find(a.lines("passwd"), name) != nil {
		return nil
	}
	files := []string{"passwd"}
	if a.supplement(o) == "" {
		files = append(files, "group") // it gets a group of the same number
	}
	uid, err := a.free(o, 'u', files...)
	if err != nil {
		return err
	}
	gid, err := a.groupOf(o, name, uid)
	if err != nil {
		return err
	}
	home := cmp.Or(o.values['h'], "/home/"+name)
	gecos, ok := o.values['g']
	if !ok {
		gecos = "Linux User,,,"
	}
	line := fmt.Sprintf("%s:x:%d:%d:%s:%s:%s", name, uid, gid, gecos, home, cmp.Or(o.values['s'], a.rootShell()))
	if strings.Count(line, ":") != 6 || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' }) {
		return fmt.Errorf("%q is no line of /etc/passwd", line)
	}
	if err := errors.Join(a.append("passwd", line, true), a.append("shadow", name+":!::0:99999:7:::", false)); err != nil {
		return err
	}
	if group := a.supplement(o); group != "" {
		if err := a.join(name, group); err != nil {
			return err
		}
	}
	if o.set['H'] {
		return nil
	}
	return a.layer.Put(&tar.Header{Typeflag: tar.TypeDir, Name: path.Clean("/" + home)[1:], Mode: 0o2755, Uid: uid, Gid: gid}, nil)
}

// supplement returns the group of a user that is not of its own name.
func (a *accounts) supplement(o options) string {
	if o.set['S'] {
		return cmp.Or(o.values['G'], "nogroup")
	}
	return o.values['G']
}

// groupOf returns the number of a user's group: that of -G, nogroup for a system
// user, else a new one.
func (a *accounts) groupOf(o options, name string, uid int) (int, error) {
	group := a.supplement(o)
	if group == "" {
		return uid, a.appendGroup(name, uid)
	}
	f := find(a.lines("group"), group)
	if f == nil {
		return 0, fmt.Errorf("there is no group %s", group)
	}
	gid, err := strconv.ParseUint(f[2], 10, 31)
	return int(gid), err
}

// free returns the number of a flag, or the first that no account in the files has.
func (a *accounts) free(o options, flag byte, files ...string) (int, error) {
	used := map[string]bool{}
	for _, file := range files {
		for _, f := range a.lines(file) {
			if len(f) > 2 {
				used[f[2]] = true
			}
		}
	}
	if s, ok := o.values[flag]; ok {
		id, err := strconv.ParseUint(s, 10, 31)
		if err == nil && used[s] && hasNumber(a.lines(files[0]), s) {
			err = fmt.Errorf("the number %s is in use", s)
		}
		return int(id), err
	}
	first, last := firstUser, lastUser
	if o.set['S'] {
		first, last = firstSystem, lastSystem
	}
	for id := first; id <= last; id++ {
		if !used[strconv.Itoa(id)] {
			return id, nil
		}
	}
	return 0, fmt.Errorf("no number from %d to %d is free", first, last)
}

// hasNumber reports whether a line has a number.
func hasNumber(lines [][]string, id string) bool {
	return slices.ContainsFunc(lines, func(f []string) bool { return len(f) > 2 && f[2] == id })
}

func (a *accounts) rootShell() string {
	if f := find(a.lines("passwd"), "root"); len(f) > 6 {
		return f[6]
	}
	return "/bin/sh"
}

// join adds a user to a group.
func (a *accounts) join(user, group string) error {
	lines := a.lines("group")
	f := find(lines, group)
	if len(f) < 4 {
		return fmt.Errorf("there is no group %s", group)
	}
	if !isAccount(user) || find(a.lines("passwd"), user) == nil {
		return fmt.Errorf("there is no user %s", user)
	}
	var members []string
	if f[3] != "" {
		members = strings.Split(f[3], ",")
	}
	if slices.Contains(members, user) {
		return nil
	}
	f[3] = strings.Join(append(members, user), ",")
	var b strings.Builder
	for _, f := range lines {
		b.WriteString(strings.Join(f, ":") + "\n")
	}
	return a.layer.WriteFile("etc/group", []byte(b.String()), 0o644)
}

// append adds a line to a file in /etc. If the base has no such file, it is made if
// create is set.
func (a *accounts) append(file, line string, create bool) error {
	data, err := a.layer.ReadFile("etc/" + file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !create:
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if len(data) > 0 && data[len(data)-1] != '\n' {
		data = append(data, '\n')
	}
	return a.layer.WriteFile("etc/"+file, append(data, line+"\n"...), 0o644)
}

func isAccount(name string) bool {
	return isName(name) && len(name) <= 32 && !strings.Contains(name, "+")
}

// exists reports whether the base or the layer has a path.
func exists(fsys fs.FS, name string) bool {
	_, found := links.InRoot(fsys, strings.TrimPrefix(path.Clean("/"+name), "/"))
	return found
}
