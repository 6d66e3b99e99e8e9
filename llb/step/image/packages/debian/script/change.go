package script

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step/image/packages"
)

// options splits arguments into flags with the values of those that have one,
// and names.
func options(args []string, valued string) (flags map[string]string, names []string) {
	flags = map[string]string{}
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "--":
			return flags, append(names, args[i+1:]...)
		case !strings.HasPrefix(a, "-") || a == "-":
			names = append(names, a)
		case strings.HasPrefix(a, "--") && strings.Contains(a, "="):
			name, value, _ := strings.Cut(a, "=")
			flags[name] = value
		case slices.Contains(strings.Fields(valued), a) && i+1 < len(args):
			i++
			flags[a] = args[i]
		case strings.HasPrefix(a, "--"):
			flags[a] = ""
		default:
			for _, c := range a[1:] {
				flags["-"+string(c)] = ""
			}
		}
	}
	return flags, names
}

func has(flags map[string]string, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { _, found := flags[name]; return found })
}

// known reports flags that are not known.
func (sh *shell) known(command string, flags map[string]string, names string) error {
	for flag := range flags {
		if !slices.Contains(strings.Fields(names), flag) {
			return sh.fail(sh.line, fmt.Sprintf("gohull does not know %s %s", command, flag))
		}
	}
	return nil
}

func mkdir(sh *shell, args []string) (int, error) {
	flags, names := options(args, "-m --mode")
	if err := sh.known("mkdir", flags, "-p --parents -m --mode -v"); err != nil {
		return 1, err
	}
	for _, name := range names {
		if _, err := sh.stat(name); err == nil && !has(flags, "-p", "--parents") {
			return 1, nil
		} else if err == nil {
			continue
		}
		if err := sh.mkdir(name, 0o755); err != nil {
			return 1, sh.fail(sh.line, err.Error())
		}
		if mode := flags["-m"] + flags["--mode"]; mode != "" {
			if err := sh.chmod(mode, name); err != nil {
				return 1, err
			}
		}
	}
	return 0, nil
}

func ln(sh *shell, args []string) (int, error) {
	flags, names := options(args, "")
	if err := sh.known("ln", flags, "-s -f -n -r -T -v"); err != nil {
		return 1, err
	}
	if !has(flags, "-s") || len(names) != 2 || has(flags, "-r") {
		return 1, sh.fail(sh.line, "gohull does not know ln "+strings.Join(args, " "))
	}
	at := names[1]
	if info, err := sh.stat(at); err == nil && info.IsDir() && !has(flags, "-n", "-T") {
		at = path.Join(at, path.Base(names[0]))
	}
	if _, err := sh.lstat(at); err == nil && !has(flags, "-f") {
		return 1, nil
	}
	if err := sh.symlink(names[0], at); err != nil {
		return 1, sh.fail(sh.line, err.Error())
	}
	return 0, nil
}

// rm removes files that the layer has. What does not exist is no error here: a
// script that removes it without -f would fail for every other installation.
func rm(sh *shell, args []string) (int, error) {
	flags, names := options(args, "")
	for _, name := range names {
		info, err := sh.lstat(name)
		if err != nil {
			if !has(flags, "-f") {
				return 1, nil
			}
			continue
		}
		if info.IsDir() {
			return 1, sh.fail(sh.line, "gohull does not remove the directory "+name)
		}
		if err := sh.layer.Remove(sh.at(name)); err != nil {
			return 1, sh.fail(sh.line, err.Error())
		}
	}
	return 0, nil
}

// rmdir keeps directories: an empty one does no harm.
func rmdir(*shell, []string) (int, error) { return 0, nil }

func mv(sh *shell, args []string) (int, error) {
	_, names := options(args, "")
	if len(names) != 2 {
		return 1, sh.fail(sh.line, "gohull does not know mv "+strings.Join(args, " "))
	}
	if status, err := copied(sh, names[0], names[1]); status != 0 || err != nil {
		return status, err
	}
	return rm(sh, []string{names[0]})
}

func cp(sh *shell, args []string) (int, error) {
	flags, names := options(args, "")
	if err := sh.known("cp", flags, "-p -a -f -v -d --preserve -P -Z"); err != nil {
		return 1, err
	}
	if len(names) != 2 {
		return 1, sh.fail(sh.line, "gohull does not know cp "+strings.Join(args, " "))
	}
	return copied(sh, names[0], names[1])
}

// copied copies a file or link.
func copied(sh *shell, from, to string) (int, error) {
	info, err := sh.lstat(from)
	if err != nil {
		return 1, nil
	}
	if at, err := sh.stat(to); err == nil && at.IsDir() {
		to = path.Join(to, path.Base(from))
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := sh.readlink(from)
		if err == nil {
			err = sh.symlink(target, to)
		}
		return 0, err
	}
	data, err := sh.read(from)
	if err != nil {
		return 1, sh.fail(sh.line, err.Error())
	}
	if err := sh.layer.WriteFile(sh.at(to), data, info.Mode().Perm()); err != nil {
		return 1, sh.fail(sh.line, err.Error())
	}
	return 0, nil
}

func touch(sh *shell, args []string) (int, error) {
	for _, name := range withoutFlags(args) {
		if _, err := sh.stat(name); err == nil {
			continue
		}
		if err := sh.write(name, nil, false); err != nil {
			return 1, sh.fail(sh.line, err.Error())
		}
	}
	return 0, nil
}

func install(sh *shell, args []string) (int, error) {
	flags, names := options(args, "-m --mode -o --owner -g --group")
	if err := sh.known("install", flags, "-m --mode -o --owner -g --group -d --directory -D -p"); err != nil {
		return 1, err
	}
	made := names
	if has(flags, "-d", "--directory") {
		if status, err := mkdir(sh, append([]string{"-p"}, names...)); status != 0 || err != nil {
			return status, err
		}
	} else if len(names) == 2 {
		if status, err := copied(sh, names[0], names[1]); status != 0 || err != nil {
			if names[0] != "/dev/null" || err != nil {
				return status, err
			}
			if err := sh.write(names[1], nil, false); err != nil {
				return 1, err
			}
		}
		made = names[1:]
	} else {
		return 1, sh.fail(sh.line, "gohull does not know install "+strings.Join(args, " "))
	}
	for _, name := range made {
		if owner, group := flags["-o"]+flags["--owner"], flags["-g"]+flags["--group"]; owner+group != "" {
			if status, err := chown(sh, []string{owner + ":" + group, name}); status != 0 || err != nil {
				return status, err
			}
		}
		if mode := flags["-m"] + flags["--mode"]; mode != "" {
			if err := sh.chmod(mode, name); err != nil {
				return 1, err
			}
		}
	}
	return 0, nil
}

// mktemp names a file that the script removes again.
func mktemp(sh *shell, _ []string) (int, error) {
	const name = "/var/lib/dpkg/gohull.tmp"
	sh.print(name + "\n")
	return 0, sh.write(name, nil, false)
}

func chmod(sh *shell, args []string) (int, error) {
	flags, names := options(args, "")
	// A mode such as -x or u-s is no flag.
	if len(names) < 2 || has(flags, "-R") {
		return 1, sh.fail(sh.line, "gohull does not know chmod "+strings.Join(args, " "))
	}
	for _, name := range names[1:] {
		if _, err := sh.stat(name); err != nil {
			return 1, nil
		}
		if err := sh.chmod(names[0], name); err != nil {
			return 1, sh.expandError(err)
		}
	}
	return 0, nil
}

// chown does chgrp too, whose first argument is a group: the script says
// ":group" for it.
func chown(sh *shell, args []string) (int, error) {
	flags, names := options(args, "")
	if len(names) < 2 {
		return 1, sh.fail(sh.line, "gohull does not know chown "+strings.Join(args, " "))
	}
	user, group, _ := strings.Cut(strings.ReplaceAll(names[0], ".", ":"), ":")
	for _, name := range names[1:] {
		info, err := sh.stat(name)
		if err != nil {
			return 1, nil
		}
		if info.IsDir() && has(flags, "-R") {
			if entries, err := sh.readDir(name); err != nil || len(entries) > 0 {
				return 1, sh.fail(sh.line, "gohull does not change the owner of all files below "+name)
			}
		}
		uid, gid := packages.Owner(info)
		if user != "" {
			u, found := sh.accounts().User(user)
			if !found {
				return 1, nil
			}
			uid = u.UID
		}
		if group != "" {
			g, found := sh.accounts().Group(group)
			if !found {
				return 1, nil
			}
			gid = g.GID
		}
		if err := sh.layer.Chown(sh.at(name), uid, gid); err != nil {
			return 1, sh.fail(sh.line, err.Error())
		}
	}
	return 0, nil
}

func chgrp(sh *shell, args []string) (int, error) {
	flags, names := options(args, "")
	if len(names) < 2 || len(flags) > 0 {
		return 1, sh.fail(sh.line, "gohull does not know chgrp "+strings.Join(args, " "))
	}
	return chown(sh, append([]string{":" + names[0]}, names[1:]...))
}
