package script

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/image/inodes"
)

// Accounts are the users and groups of an image.
type Accounts struct{ step.AccountLines }

// AccountsOf reads the accounts of an image.
func AccountsOf(image fs.FS) Accounts {
	all := inodes.ReadAccounts(image, "etc/passwd", "passwd")
	all.Groups = inodes.ReadAccounts(image, "etc/group", "group").Groups
	return Accounts{all}
}

// User returns a user by name or number.
func (a Accounts) User(name string) (step.User, bool) {
	for _, u := range a.Users {
		if u.Name == name || strconv.Itoa(u.UID) == strings.TrimPrefix(name, "#") {
			return u, true
		}
	}
	return step.User{}, false
}

// Group returns a group by name or number.
func (a Accounts) Group(name string) (step.Group, bool) {
	for _, g := range a.Groups {
		if g.Name == name || strconv.Itoa(g.GID) == strings.TrimPrefix(name, "#") {
			return g, true
		}
	}
	return step.Group{}, false
}

// The numbers of users and groups of packages, as adduser has them.
const (
	firstSystem = 100
	lastSystem  = 999
	nogroup     = 65534
)

// freeID returns the first number that is no user's and no group's, and so the
// same one for the same base and packages.
func (a Accounts) freeID() int {
	used := map[int]bool{}
	for _, u := range a.Users {
		used[u.UID] = true
	}
	for _, g := range a.Groups {
		used[g.GID] = true
	}
	for id := firstSystem; id < lastSystem; id++ {
		if !used[id] {
			return id
		}
	}
	return lastSystem
}

func (sh *shell) accounts() Accounts { return AccountsOf(sh.layer.FS()) }

// getent answers whether there is a user or group.
func getent(sh *shell, args []string) (int, error) {
	if len(args) != 2 {
		return 1, sh.fail(sh.line, "gohull does not know getent "+strings.Join(args, " "))
	}
	var found bool
	switch args[0] {
	case "passwd":
		_, found = sh.accounts().User(args[1])
	case "group":
		_, found = sh.accounts().Group(args[1])
	default:
		return 1, sh.fail(sh.line, "gohull does not know getent "+args[0])
	}
	if !found {
		return 2, nil
	}
	return 0, nil
}

// accountFlags are those of adduser and useradd that have a value.
const accountFlags = "--home -d --home-dir --shell -s --gecos -c --comment --ingroup --gid -g --uid -u --group-name --base-dir -K"

func addgroup(sh *shell, args []string) (int, error) {
	flags, names := options(args, accountFlags)
	if len(names) == 2 {
		return sh.join(names[0], names[1])
	}
	if len(names) != 1 {
		return 1, sh.fail(sh.line, "gohull does not know addgroup "+strings.Join(args, " "))
	}
	if _, found := sh.accounts().Group(names[0]); found {
		return 0, nil
	}
	gid := sh.accounts().freeID()
	if n, err := strconv.Atoi(flags["--gid"] + flags["-g"]); err == nil {
		gid = n
	}
	return 0, sh.addGroup(names[0], gid)
}

func adduser(sh *shell, args []string) (int, error) {
	flags, names := options(args, accountFlags)
	if len(names) == 2 {
		return sh.join(names[0], names[1])
	}
	if len(names) != 1 || !has(flags, "--system", "-r") {
		return 1, sh.fail(sh.line, "gohull does not know adduser "+strings.Join(args, " "))
	}
	if _, found := sh.accounts().User(names[0]); found {
		return 0, nil
	}
	id := sh.accounts().freeID()
	if n, err := strconv.Atoi(flags["--uid"] + flags["-u"]); err == nil {
		id = n
	}
	gid := nogroup
	group := flags["--ingroup"] + flags["--gid"] + flags["-g"]
	if g, found := sh.accounts().Group(group); found && group != "" {
		gid = g.GID
	} else if has(flags, "--group", "-U", "--user-group") {
		if g, found := sh.accounts().Group(names[0]); found {
			gid = g.GID
		} else if err := sh.addGroup(names[0], id); err != nil {
			return 1, err
		} else {
			gid = id
		}
	}
	home, shell := flags["--home"]+flags["-d"]+flags["--home-dir"], flags["--shell"]+flags["-s"]
	if home == "" {
		home = "/nonexistent"
	}
	if shell == "" {
		shell = "/usr/sbin/nologin"
	}
	if err := sh.addUser(names[0], id, gid, flags["--gecos"]+flags["-c"]+flags["--comment"], home, shell); err != nil {
		return 1, err
	}
	return 0, sh.makeHome(home, id, gid, has(flags, "--no-create-home", "-M") || home == "/nonexistent")
}

func (sh *shell) makeHome(home string, uid, gid int, not bool) error {
	if _, err := sh.stat(home); not || err == nil {
		return nil
	}
	if err := sh.mkdir(home, 0o755); err != nil {
		return sh.fail(sh.line, err.Error())
	}
	return sh.layer.Chown(sh.at(home), uid, gid)
}

// addLine adds a line to a file, if there is such a file or it has to be.
func (sh *shell) addLine(name, line string, always bool) error {
	data, err := sh.read(name)
	if err != nil && !always {
		return nil
	}
	if len(data) > 0 && data[len(data)-1] != '\n' {
		data = append(data, '\n')
	}
	return sh.layer.WriteFile(sh.at(name), append(data, line+"\n"...), 0o644)
}

func (sh *shell) addGroup(name string, gid int) error {
	if err := sh.addLine("/etc/gshadow", name+":!::", false); err != nil {
		return err
	}
	return sh.addLine("/etc/group", fmt.Sprintf("%s:x:%d:", name, gid), true)
}

// addUser adds a user without a password. There is no date of the last change:
// the file would differ from day to day.
func (sh *shell) addUser(name string, uid, gid int, comment, home, shell string) error {
	if err := sh.addLine("/etc/shadow", name+":!:::::::", false); err != nil {
		return err
	}
	return sh.addLine("/etc/passwd", fmt.Sprintf("%s:x:%d:%d:%s:%s:%s", name, uid, gid, comment, home, shell), true)
}

// join makes a user a member of a group.
func (sh *shell) join(user, group string) (int, error) {
	data, err := sh.read("/etc/group")
	if err != nil {
		return 1, nil
	}
	lines := strings.Split(string(data), "\n")
	for i, line := range lines {
		fields := strings.Split(line, ":")
		if len(fields) != 4 || fields[0] != group {
			continue
		}
		members := strings.Split(fields[3], ",")
		for _, m := range members {
			if m == user {
				return 0, nil
			}
		}
		fields[3] = strings.TrimPrefix(fields[3]+","+user, ",")
		lines[i] = strings.Join(fields, ":")
		return 0, sh.layer.WriteFile("etc/group", []byte(strings.Join(lines, "\n")), 0o644)
	}
	return 1, nil
}

func unknownAccount(sh *shell, args []string) (int, error) {
	return 1, sh.fail(sh.line, "gohull does not know usermod "+strings.Join(args, " "))
}

// sysusers adds the users and groups of files below /usr/lib/sysusers.d.
func sysusers(sh *shell, args []string) (int, error) {
	for _, name := range withoutFlags(args) {
		data, err := sh.read("/usr/lib/sysusers.d/" + name)
		if err != nil {
			return 1, nil
		}
		for line := range strings.Lines(string(data)) {
			if err := sh.sysuser(strings.TrimSpace(line)); err != nil {
				return 1, err
			}
		}
	}
	return 0, nil
}

// sysuser does a line such as "u messagebus - \"System bus\" /run -".
func (sh *shell) sysuser(line string) error {
	words := fields(line)
	if len(words) < 2 || strings.HasPrefix(line, "#") {
		return nil
	}
	for len(words) < 6 {
		words = append(words, "-")
	}
	kind, name := strings.TrimRight(words[0], "!"), words[1]
	id, err := strconv.Atoi(strings.Split(words[2], ":")[0])
	if err != nil {
		id = sh.accounts().freeID()
	}
	switch kind {
	case "g", "u":
		if _, found := sh.accounts().Group(name); !found {
			if err := sh.addGroup(name, id); err != nil {
				return err
			}
		}
		if _, found := sh.accounts().User(name); found || kind == "g" {
			return nil
		}
		g, _ := sh.accounts().Group(name)
		comment, home, shell := words[3], words[4], words[5]
		return sh.addUser(name, id, g.GID, or(comment, ""), or(home, "/"), or(shell, "/usr/sbin/nologin"))
	case "m":
		_, err := sh.join(name, words[2])
		return err
	case "r":
		return nil
	}
	return sh.fail(sh.line, "gohull does not know the line "+line)
}

func or(s, otherwise string) string {
	if s == "-" || s == "" {
		return otherwise
	}
	return s
}

// fields splits a line into words, with quotes around those that have spaces.
func fields(line string) (words []string) {
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			words = append(words, part)
			continue
		}
		words = append(words, strings.Fields(part)...)
	}
	return words
}
