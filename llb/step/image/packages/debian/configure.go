package debian

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step/image/packages"
	"github.com/gohull/gohull/llb/step/image/packages/debian/script"
)

// configured are packages whose scripts do what we do in another way.
var configured = map[string]func(*installer) error{
	"ca-certificates": (*installer).certificates,
	"tzdata":          (*installer).timezone,
	"libc6":           nothing,
}

// nothing is for scripts that look only at the running kernel and at services
// to restart.
func nothing(*installer) error { return nil }

// configure does what the scripts of a package would do.
func (in *installer) configure(a *archive) error {
	if do := configured[a.name]; do != nil {
		return do(in)
	}
	before, args := []string{"install"}, []string{"configure", a.old}
	if a.old != "" {
		before = []string{"upgrade", a.old, a.version}
	}
	for _, s := range []script.Script{{Name: "preinst", Args: before}, {Name: "postinst", Args: args}} {
		text, found := a.info[s.Name]
		if !found {
			continue
		}
		s.Package, s.Text, s.Templates = a.name, string(text), string(a.info["templates"])
		if err := script.Do(s, in.layer); err != nil {
			return in.scriptError(a, err)
		}
	}
	return nil
}

// scriptError says which package cannot be added without running its script.
func (in *installer) scriptError(a *archive, err error) error {
	var unknown *script.Error
	if !errors.As(err, &unknown) {
		return err
	}
	return &packages.Error{
		Package: a.name,
		Message: fmt.Sprintf("%s %s needs its script %v; scripts of packages are not run", a.name, a.version, unknown),
		Hint:    "install it in a stage of a Dockerfile, and name that stage as the base",
	}
}

// timezone does what tzdata does when nobody answers its questions.
func (in *installer) timezone() error {
	if exists(in.layer.FS(), "etc/localtime") {
		return nil
	}
	if err := in.symlink("/usr/share/zoneinfo/Etc/UTC", "etc/localtime"); err != nil {
		return err
	}
	return in.layer.WriteFile("etc/timezone", []byte("Etc/UTC\n"), 0o644)
}

const (
	certificatesDir  = "usr/share/ca-certificates"
	certificatesList = "etc/ca-certificates.conf"
	bundle           = "etc/ssl/certs/ca-certificates.crt"
)

// listHead is how ca-certificates.conf begins.
const listHead = "# The certificates of /usr/share/ca-certificates that are trusted.\n"

// certificates trusts all authorities of the package, and those that the base
// has added, as update-ca-certificates does.
func (in *installer) certificates() error {
	image := in.layer.FS()
	var names []string
	err := fs.WalkDir(image, certificatesDir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path.Ext(name) == ".crt" {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.Sort(names)
	list := listHead
	for _, name := range names {
		list += strings.TrimPrefix(name, certificatesDir+"/") + "\n"
	}
	if err := in.layer.WriteFile(certificatesList, []byte(list), 0o644); err != nil {
		return err
	}
	if local, err := fs.Glob(image, "usr/local/share/ca-certificates/*.crt"); err == nil {
		names = append(names, local...)
	}
	var all []byte
	for _, name := range names {
		data, err := in.layer.ReadFile(name)
		if err != nil {
			return err
		}
		all = append(all, strings.TrimRight(string(data), "\n")+"\n"...)
		pem := strings.TrimSuffix(path.Base(name), ".crt") + ".pem"
		if err := in.symlink("/"+name, "etc/ssl/certs/"+pem); err != nil {
			return err
		}
	}
	return errors.Join(in.layer.WriteFile(bundle, all, 0o644), in.layer.DropLinks("etc/ssl/certs"))
}
