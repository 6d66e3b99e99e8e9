package alpine

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step/image/packages"
)

// runScript does what a script of a package does, before its files are there
// ("pre") or after ("post").
func (in *installer) runScript(u *unpacked, when string) error {
	kind := when + "-install"
	if u.old != nil {
		kind = when + "-upgrade"
	}
	return in.do(u.control.String(), u.control.name, kind, u.control.scripts[kind])
}

// do does what a script does. An error says which line is in the way.
func (in *installer) do(pkg, name, kind, script string) error {
	calls, err := parseScript(script)
	for _, c := range calls {
		if err == nil {
			if wrong := in.perform(c); wrong != nil {
				err = &scriptError{c.line, c.name + ": " + wrong.Error()}
			}
		}
	}
	if err == nil {
		return nil
	}
	return &packages.Error{
		Package: name,
		Message: fmt.Sprintf("package %s has a script that would have to run: %s, %v", pkg, kind, err),
		Hint:    "scripts of packages do not run; install this package in a Dockerfile, and take the Dockerfile's stage as the base",
	}
}

// perform does what a command does.
func (in *installer) perform(c call) error {
	switch c.name {
	case "addgroup":
		return in.accounts.addGroup(c.args)
	case "adduser":
		return in.accounts.addUser(c.args)
	case "add-shell":
		return in.addShells(c.args)
	case "mkdir":
		return in.mkdir(c.args)
	case "ln":
		return in.link(c.args)
	case "update-ca-certificates":
		return in.certificates()
	}
	return in.applets()
}

// addShells adds lines to /etc/shells.
func (in *installer) addShells(shells []string) error {
	data, err := in.layer.ReadFile("etc/shells")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	have := strings.Split(string(data), "\n")
	for _, shell := range shells {
		if !slices.Contains(have, shell) {
			if err := in.accounts.append("shells", shell, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// mkdir makes directories that belong to root.
func (in *installer) mkdir(args []string) error {
	o, err := parseOptions(args, "", "p")
	if err != nil {
		return err
	}
	for _, dir := range o.args {
		name, err := absolute(dir)
		if err != nil {
			return err
		}
		if err := in.layer.Put(&tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: 0o755}, nil); err != nil {
			return err
		}
	}
	return nil
}

// link makes a symbolic link. One that is there stays, unless -f says otherwise.
func (in *installer) link(args []string) error {
	o, err := parseOptions(args, "", "sfn")
	if err != nil {
		return err
	}
	if !o.set['s'] || len(o.args) != 2 {
		return errors.New("want -s, a target and a path")
	}
	name, err := absolute(o.args[1])
	if err != nil {
		return err
	}
	now, err := in.sumInBase(name)
	switch {
	case err != nil:
		return err
	case now != "" && !o.set['f']:
		return nil
	}
	return in.layer.Put(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: o.args[0]}, nil)
}

// absolute returns a path of a script as archives have it.
func absolute(name string) (string, error) {
	if !strings.HasPrefix(name, "/") {
		return "", fmt.Errorf("%q is no absolute path", name)
	}
	return strings.TrimPrefix(path.Clean(name), "/"), nil
}

const (
	mozilla = "usr/share/ca-certificates"
	local   = "usr/local/share/ca-certificates"
	bundle  = "etc/ssl/certs/ca-certificates.crt"
)

// certificates makes the bundle, and the links next to it, as
// update-ca-certificates does. It does not make the links that are named by a
// hash: programs that read the bundle do not need them.
func (in *installer) certificates() error {
	var all bytes.Buffer
	for _, name := range in.certificateFiles() {
		data, err := in.layer.ReadFile(name)
		if err != nil {
			return err
		}
		all.Write(bytes.TrimRight(data, "\n"))
		all.WriteByte('\n')
		link := "etc/ssl/certs/ca-cert-" + strings.TrimSuffix(path.Base(name), ".crt") + ".pem"
		if err := in.layer.Put(&tar.Header{Typeflag: tar.TypeSymlink, Name: link, Linkname: "/" + name}, nil); err != nil {
			return err
		}
	}
	if all.Len() == 0 {
		return nil
	}
	return errors.Join(in.layer.WriteFile(bundle, all.Bytes(), 0o644), in.layer.DropLinks("etc/ssl/certs"))
}

// certificateFiles returns the files with certificates. Those of the distribution
// are listed in a file; a "!" there means that one is not wanted.
func (in *installer) certificateFiles() []string {
	var all []string
	data, err := in.layer.ReadFile("etc/ca-certificates.conf")
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line != "" && line[0] != '#' && line[0] != '!' && exists(in.layer.FS(), path.Join(mozilla, line)) {
			all = append(all, path.Join(mozilla, line))
		}
	}
	dirs := []string{local}
	if err != nil {
		dirs = append(dirs, mozilla, mozilla+"/mozilla")
	}
	for _, dir := range dirs {
		for _, name := range entries(in.layer.FS(), dir) {
			if strings.HasSuffix(name, ".crt") {
				all = append(all, path.Join(dir, name))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// applets makes the links of BusyBox that are missing. Its packages list them in
// files that have the program's name.
func (in *installer) applets() error {
	const dir = "etc/busybox-paths.d"
	for _, program := range entries(in.layer.FS(), dir) {
		data, err := in.layer.ReadFile(dir + "/" + program)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(data)) {
			name := strings.Trim(strings.TrimSpace(line), "/")
			if name == "" || exists(in.layer.FS(), name) {
				continue
			}
			if err := in.layer.Put(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: "/bin/" + program}, nil); err != nil {
				return err
			}
		}
	}
	return nil
}
