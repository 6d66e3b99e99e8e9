package debian

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/llb/step/image/packages"
	"github.com/gohull/gohull/llb/step/image/packages/debian/control"
)

// drop deletes what the base has of other versions of the packages and these do
// not have, as dpkg does: files, directories that are empty then, and files of the
// database. Configuration files stay.
func (in *installer) drop() error {
	if !slices.ContainsFunc(in.done, func(a *archive) bool { return a.replaces }) {
		return nil
	}
	lists, err := in.lists()
	if err != nil {
		return err
	}
	owned := in.owned(lists)
	var all []string
	for _, a := range in.done {
		conffiles := in.conffilesOf(a)
		for _, name := range a.of(lists) {
			if owned[name] || name == "/." || in.isObsolete(a, name, conffiles) {
				continue
			}
			all = append(all, in.rules.diverted(name, a.name))
			if !in.full {
				all = append(all, packages.Parents(name)...)
			}
		}
		if in.full && a.replaces {
			all = append(all, in.oldInfo(a)...)
		}
	}
	return in.layer.Drop(all)
}

// of returns the paths that a package has in the base.
func (a *archive) of(lists map[string][]string) []string {
	if !a.replaces {
		return nil
	}
	return slices.Concat(lists[a.name], lists[a.name+":"+a.Get("Architecture")])
}

// owned returns the paths that some package has from now on.
func (in *installer) owned(lists map[string][]string) map[string]bool {
	old, owned := map[string]bool{}, map[string]bool{}
	for _, a := range in.done {
		old[a.name], old[a.name+":"+a.Get("Architecture")] = true, true
		for _, name := range a.paths {
			owned[name] = true
		}
	}
	for key, list := range lists {
		for _, name := range list {
			owned[name] = owned[name] || !old[key]
		}
	}
	return owned
}

// lists returns the paths of all packages of the base. The key is "git", or
// "libc6:amd64" for a package that several architectures can have. Distroless
// images have checksums instead, which only files have.
func (in *installer) lists() (map[string][]string, error) {
	dir, ext := infoDir, ".list"
	if !in.full {
		dir, ext = statusDir, ".md5sums"
	}
	lists := map[string][]string{}
	for _, file := range in.entries(dir) {
		key, found := strings.CutSuffix(file, ext)
		if !found {
			continue
		}
		data, err := readIn(in.layer.FS(), path.Join(dir, file))
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(data)) {
			name := strings.TrimRight(line, "\n")
			if !in.full {
				_, name, _ = strings.Cut(name, "  ")
				name = "/" + name
			}
			lists[key] = append(lists[key], name)
		}
	}
	return lists, nil
}

// entries returns the names in a directory of the image.
func (in *installer) entries(dir string) (names []string) {
	at, found := links.InRoot(in.layer.FS(), dir)
	if !found {
		return nil
	}
	all, err := fs.ReadDir(in.layer.FS(), at)
	if err != nil {
		return nil
	}
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

// conffilesOf returns the configuration files of a package in the base, with
// their checksums.
func (in *installer) conffilesOf(a *archive) map[string]string {
	sums := map[string]string{}
	for line := range strings.Lines(in.statusOf(a).Get("Conffiles")) {
		if words := strings.Fields(line); len(words) >= 2 {
			sums[words[0]] = words[1]
		}
	}
	return sums
}

// statusOf returns what the base's database has of a package, empty if it is not
// installed.
func (in *installer) statusOf(a *archive) control.Paragraph {
	for _, p := range in.status {
		if a.isInsteadOf(p) && isInstalled(p) {
			return p
		}
	}
	return ""
}

// isInsteadOf reports whether a package replaces another one.
func (a *archive) isInsteadOf(p control.Paragraph) bool {
	if p.Get("Package") != a.name {
		return false
	}
	old, now := p.Get("Architecture"), a.Get("Architecture")
	return old == now || old == "all" || now == "all"
}

// isObsolete reports whether a file is a configuration file, which stays, and
// notes it. The new version may want one to be deleted that nobody changed.
func (in *installer) isObsolete(a *archive, name string, conffiles map[string]string) bool {
	sum, found := conffiles[name]
	data, err := readIn(in.layer.FS(), name)
	if !found || err != nil || data == nil {
		return false
	}
	if sum == md5Hex(data) && slices.Contains(strings.Split(string(a.info["conffiles"]), "\n"), "remove-on-upgrade "+name) {
		return false
	}
	a.obsolete = append(a.obsolete, name+" "+sum+" obsolete")
	return true
}

// oldInfo returns the files about a package that the database has, and will not
// have.
func (in *installer) oldInfo(a *archive) (names []string) {
	written := map[string]bool{a.infoName() + ".list": true}
	for part := range a.info {
		written[a.infoName()+"."+part] = kept[part]
	}
	for _, file := range in.entries(infoDir) {
		key := strings.TrimSuffix(file, path.Ext(file))
		if !written[file] && (key == a.name || key == a.name+":"+a.Get("Architecture")) {
			names = append(names, path.Join(infoDir, file))
		}
	}
	return names
}
