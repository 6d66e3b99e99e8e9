package script

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/llb/step/image/packages"
	"mvdan.cc/sh/v3/expand"
)

// command does a command and returns its status.
type command func(sh *shell, args []string) (int, error)

// commands are those that are known.
var commands map[string]command

func init() {
	commands = map[string]command{
		":": succeed, "true": succeed, "false": failing, "exit": leaving, "return": leaving, "break": leaving, "continue": leaving,
		"set": set, "shift": shift, "unset": unset, "export": assign, "local": assign, "readonly": assign, "cd": cd, "umask": succeed, "trap": succeed, "exec": succeed,
		"[": bracket, "test": test, "echo": echo, "printf": printf, "cat": cat, "command": which, "which": which, "type": which, "hash": which, "pathfind": which,
		"dirname": ofPath(path.Dir), "basename": basename, "readlink": readlink, "realpath": realpath, "stat": stat, "read": readLine, "ls": ls, "eval": eval, ".": source, "date": date, "id": id,
		"mkdir": mkdir, "ln": ln, "rm": rm, "rmdir": rmdir, "mv": mv, "cp": cp, "touch": touch, "install": install, "mktemp": mktemp,
		"chmod": chmod, "chown": chown, "chgrp": chgrp, "setcap": failing, "getcap": succeed,
		"getent": getent, "addgroup": addgroup, "groupadd": addgroup, "adduser": adduser, "useradd": adduser, "usermod": unknownAccount, "systemd-sysusers": sysusers,
		"update-alternatives": alternatives, "dpkg": dpkg, "dpkg-statoverride": statoverride, "dpkg-divert": divert, "ucf": ucf,
	}
	for _, name := range needless {
		commands[name] = succeed
	}
	for _, name := range absent {
		commands[name] = failing
	}
	for _, name := range []string{"db_version", "db_capb", "db_title", "db_input", "db_go", "db_set", "db_fset", "db_stop", "db_reset", "db_subst", "db_unregister", "db_purge", "db_beginblock", "db_endblock", "db_register", "db_settitle", "db_x_loadtemplatefile"} {
		commands[name] = succeed
	}
	commands["db_get"], commands["db_metaget"], commands["db_fget"] = dbGet, dbGet, dbGet
}

// needless commands act on a running system, or make what programs can do
// without: caches, bytecode, indexes of manuals, and for logins, passwords and the
// list of shells. ldconfig is among them since the linker looks into Debian's
// library directories without its cache.
var needless = []string{
	"ldconfig", "deb-systemd-invoke", "invoke-rc.d", "update-rc.d", "systemctl", "systemd-tmpfiles", "udevadm", "modprobe", "depmod",
	"py3compile", "pycompile", "pypy3compile", "py3clean", "pyclean", "py_compile.py", "python3.9", "python3.11", "python3.13",
	"shadowconfig", "update-shells", "update-initramfs", "fc-cache", "update-mime", "update-mime-database", "gtk-update-icon-cache", "gtk-update-icon-cache-3.0", "update-icon-caches", "update-desktop-database",
	"mandb", "install-info", "update-menus", "restorecon", "apparmor_parser", "dpkg-maintscript-helper", "dpkg-trigger", "ucfr", "run-parts", "pam-auth-update",
	"update-xmlcatalog", "update-catalog", "glib-compile-schemas", "gio-querymodules", "update-fonts-dir", "update-fonts-scale", "update-fonts-alias", "update-gsfontmap", "update-binfmts", "dbus-send", "sysctl", "kill", "sync", "sleep", "logger",
}

// absent commands ask for what an image does not have: a running system, or
// the state of services.
var absent = []string{"deb-systemd-helper", "aa-enabled", "aa-status", "ischroot", "pidof", "pgrep", "start-stop-daemon"}

func succeed(*shell, []string) (int, error) { return 0, nil }
func failing(*shell, []string) (int, error) { return 1, nil }

// print writes to standard output.
func (sh *shell) print(text string) {
	if sh.out != nil {
		sh.out.WriteString(text)
	}
}

// leaving leaves a loop, a function, or the script. run puts the kind in front.
func leaving(sh *shell, args []string) (int, error) {
	status := sh.status
	if len(args) > 1 {
		status, _ = strconv.Atoi(args[1])
	}
	return status, &leaver{kind: args[0], status: status}
}

func set(sh *shell, args []string) (int, error) {
	for _, a := range args {
		switch {
		case a == "--":
			sh.args = args[slices.Index(args, a)+1:]
			return 0, nil
		case strings.HasPrefix(a, "-") && strings.Contains(a, "e"):
			sh.errexit = true
		case strings.HasPrefix(a, "+") && strings.Contains(a, "e"):
			sh.errexit = false
		}
	}
	return 0, nil
}

func shift(sh *shell, _ []string) (int, error) {
	if len(sh.args) == 0 {
		return 1, nil
	}
	sh.args = sh.args[1:]
	return 0, nil
}

func unset(sh *shell, args []string) (int, error) {
	for _, name := range args {
		delete(sh.vars, name)
	}
	return 0, nil
}

// assign does export and local, whose arguments may assign.
func assign(sh *shell, args []string) (int, error) {
	for _, a := range args {
		if name, value, found := strings.Cut(a, "="); found {
			sh.vars[name] = value
		}
	}
	return 0, nil
}

func cd(sh *shell, args []string) (int, error) {
	if len(args) == 0 {
		args = []string{"/"}
	}
	info, err := sh.stat(args[len(args)-1])
	if err != nil || !info.IsDir() {
		return 1, nil
	}
	sh.cwd = "/" + sh.at(args[len(args)-1])
	return 0, nil
}

func bracket(sh *shell, args []string) (int, error) {
	if len(args) == 0 || args[len(args)-1] != "]" {
		return 2, sh.fail(sh.line, "[ has no ]")
	}
	return test(sh, args[:len(args)-1])
}

func echo(sh *shell, args []string) (int, error) {
	end := "\n"
	if len(args) > 0 && args[0] == "-n" {
		args, end = args[1:], ""
	}
	sh.print(strings.Join(args, " ") + end)
	return 0, nil
}

func printf(sh *shell, args []string) (int, error) {
	if len(args) == 0 {
		return 1, nil
	}
	text, _, err := expand.Format(sh.expansion(), args[0], args[1:])
	if err != nil {
		return 1, sh.fail(sh.line, err.Error())
	}
	sh.print(text)
	return 0, nil
}

func cat(sh *shell, args []string) (int, error) {
	if len(args) == 0 && sh.in != nil {
		data, err := io.ReadAll(io.LimitReader(sh.in, 1<<26))
		sh.print(string(data))
		return 0, err
	}
	for _, name := range args {
		data, err := sh.read(name)
		if err != nil {
			return 1, nil
		}
		sh.print(string(data))
	}
	return 0, nil
}

// which looks for programs in the image.
func which(sh *shell, args []string) (int, error) {
	args = withoutFlags(args)
	if len(args) == 0 {
		return 1, nil
	}
	for _, dir := range strings.Split(sh.vars["PATH"], ":") {
		name := path.Join(dir, args[0])
		if path.IsAbs(args[0]) {
			name = args[0]
		}
		if info, err := sh.stat(name); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0 {
			sh.print(name + "\n")
			return 0, nil
		}
	}
	return 1, nil
}

func withoutFlags(args []string) []string {
	return slices.DeleteFunc(slices.Clone(args), func(a string) bool { return strings.HasPrefix(a, "-") && a != "-" })
}

func ofPath(of func(string) string) command {
	return func(sh *shell, args []string) (int, error) {
		if args = withoutFlags(args); len(args) == 0 {
			return 1, nil
		}
		sh.print(of(args[0]) + "\n")
		return 0, nil
	}
}

func basename(sh *shell, args []string) (int, error) {
	if args = withoutFlags(args); len(args) == 0 {
		return 1, nil
	}
	name := path.Base(args[0])
	if len(args) > 1 {
		name = strings.TrimSuffix(name, args[1])
	}
	sh.print(name + "\n")
	return 0, nil
}

func readlink(sh *shell, args []string) (int, error) {
	if slices.Contains(args, "-f") || slices.Contains(args, "-e") {
		return realpath(sh, args)
	}
	if args = withoutFlags(args); len(args) == 0 {
		return 1, nil
	}
	target, err := sh.readlink(args[0])
	if err != nil {
		return 1, nil
	}
	sh.print(target + "\n")
	return 0, nil
}

func realpath(sh *shell, args []string) (int, error) {
	keep := slices.Contains(args, "-s")
	if args = withoutFlags(args); len(args) == 0 {
		return 1, nil
	}
	at := sh.at(args[0])
	if !keep {
		at, _ = links.InRoot(sh.layer.FS(), at)
	}
	sh.print("/" + at + "\n")
	return 0, nil
}

// stat knows the format with one letter: %a, %u, %g.
func stat(sh *shell, args []string) (int, error) {
	i := slices.Index(args, "-c")
	names := withoutFlags(args)
	if i < 0 || i+1 >= len(args) {
		return 1, sh.fail(sh.line, "gohull does not know stat "+strings.Join(args, " "))
	}
	names = slices.DeleteFunc(names, func(s string) bool { return s == args[i+1] })
	if len(names) == 0 {
		return 1, nil
	}
	info, err := sh.stat(names[0])
	if err != nil {
		return 1, nil
	}
	uid, gid := packages.Owner(info)
	switch args[i+1] {
	case "%a":
		sh.print(fmt.Sprintf("%o\n", octal(info.Mode())))
	case "%u":
		sh.print(fmt.Sprintf("%d\n", uid))
	case "%g":
		sh.print(fmt.Sprintf("%d\n", gid))
	default:
		return 1, sh.fail(sh.line, "gohull does not know stat "+strings.Join(args, " "))
	}
	return 0, nil
}

func octal(m fs.FileMode) int {
	n := int(m.Perm())
	for bit, mode := range map[int]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if m&mode != 0 {
			n |= bit
		}
	}
	return n
}

// readLine reads a line into a variable.
func readLine(sh *shell, args []string) (int, error) {
	args = withoutFlags(args)
	if sh.in == nil || len(args) != 1 {
		return 1, nil
	}
	var line []byte
	b := make([]byte, 1)
	for {
		n, err := sh.in.Read(b)
		if n == 0 && err != nil {
			sh.vars[args[0]] = string(line)
			return 1, nil
		}
		if b[0] == '\n' {
			break
		}
		line = append(line, b[0])
	}
	sh.vars[args[0]] = strings.TrimSpace(string(line))
	return 0, nil
}

func ls(sh *shell, args []string) (int, error) {
	for _, name := range withoutFlags(args) {
		if _, err := sh.stat(name); err != nil {
			return 2, nil
		}
		sh.print(name + "\n")
	}
	return 0, nil
}

func eval(sh *shell, args []string) (int, error) {
	return 1, sh.fail(sh.line, "gohull does not know eval "+clip(strings.Join(args, " ")))
}

// source does a file of the image. Those of debconf are known.
func source(sh *shell, args []string) (int, error) {
	if len(args) != 1 {
		return 1, sh.fail(sh.line, "gohull does not read "+strings.Join(args, " "))
	}
	if args[0] == "/usr/share/debconf/confmodule" {
		return 0, nil
	}
	text, err := sh.read(args[0])
	if err != nil {
		return 1, nil
	}
	f, err := parse(string(text), args[0])
	if err != nil {
		return 1, sh.fail(sh.line, err.Error())
	}
	line := sh.line
	if err := sh.stmts(f.Stmts); err != nil {
		var known *Error
		if errors.As(err, &known) {
			return 1, sh.fail(line, fmt.Sprintf("%s, line %d: %s", args[0], known.Line, known.Text))
		}
		return sh.status, err
	}
	return sh.status, nil
}

// date is asked for in messages only.
func date(sh *shell, _ []string) (int, error) {
	sh.print("\n")
	return 0, nil
}

func id(sh *shell, args []string) (int, error) {
	if slices.Equal(args, []string{"-u"}) {
		sh.print("0\n")
		return 0, nil
	}
	if names := withoutFlags(args); len(names) == 1 {
		if _, found := sh.accounts().User(names[0]); found {
			return 0, nil
		}
	}
	return 1, nil
}
