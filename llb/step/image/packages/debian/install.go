package debian

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/llb/step/image/packages"
	"github.com/gohull/gohull/llb/step/image/packages/debian/control"
	"github.com/gohull/gohull/llb/step/image/packages/debian/deb"
	"github.com/gohull/gohull/llb/step/image/packages/debian/resolve"
	"github.com/gohull/gohull/llb/step/image/packages/debian/script"
)

// Verify compares an archive with the checksum of the package.
func (*Family) Verify(p packages.Package, r io.Reader) error {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return err
	}
	if got := "sha256:" + hex.EncodeToString(h.Sum(nil)); got != p.Checksum {
		return fmt.Errorf("it has the checksum %s, and the index says %s", got, p.Checksum)
	}
	return nil
}

// archive is what a package says of itself.
type archive struct {
	control.Paragraph
	name     string
	version  string
	old      string            // version that the database of the base has
	replaces bool              // whether the base has another version
	info     map[string][]byte // files of control.tar
	paths    []string          // of the files, as the database has them
	sums     map[string]string // MD5 checksums of its configuration files
	obsolete []string          // configuration files of the old version that stay, as the database has them
}

// installer installs packages one after the other.
type installer struct {
	layer     *packages.Layer
	installed []*resolve.Package  // in the base
	status    []control.Paragraph // of the base
	full      bool
	rules     rules
	done      []*archive
}

// Install unpacks packages, configures them, and writes the database.
func (f *Family) Install(ctx context.Context, layer *packages.Layer, all []packages.Package, open packages.Open) error {
	in, err := newInstaller(layer)
	if err != nil {
		return err
	}
	if err := each(ctx, all, open, in.unpack); err != nil {
		return err
	}
	if err := in.drop(); err != nil {
		return err
	}
	if !f.sysroot {
		for i, a := range in.done {
			if err := in.configure(a); err != nil {
				return about(all[i], err)
			}
		}
	}
	return in.writeDatabase()
}

// about returns an error as one about a package.
func about(p packages.Package, err error) error {
	var known *packages.Error
	if errors.As(err, &known) {
		return err
	}
	return &packages.Error{Package: p.Name, Message: fmt.Sprintf("%s %s: %v", p.Name, p.Version, err)}
}

func newInstaller(layer *packages.Layer) (in *installer, err error) {
	in = &installer{layer: layer}
	if in.installed, in.full, err = readDatabase(layer.FS()); err != nil {
		return nil, err
	}
	data, err := readIn(layer.FS(), statusFile)
	if err != nil {
		return nil, err
	}
	if in.status, err = control.Parse("/"+statusFile, data); err != nil {
		return nil, err
	}
	in.rules, err = readRules(layer.FS())
	return in, err
}

// unpack unpacks one package over the base and those before it.
func (in *installer) unpack(p packages.Package, from *deb.Archive) error {
	a := &archive{name: p.Name, version: p.Version, replaces: in.has(p), info: map[string][]byte{}, sums: map[string]string{}}
	a.old = in.installedVersion(p.Name)
	ready := false
	err := from.Read(a.addInfo, func(hdr *tar.Header, content io.Reader) error {
		if !ready {
			if err := a.check(p); err != nil {
				return err
			}
			ready = true
		}
		return in.put(a, hdr, content)
	})
	if err != nil {
		return err
	}
	if !ready {
		if err := a.check(p); err != nil {
			return err
		}
	}
	in.done = append(in.done, a)
	return nil
}

// infoLimit is far above the largest file of control.tar, md5sums of 5 MB.
const infoLimit = 64 << 20

func (a *archive) addInfo(hdr *tar.Header, content io.Reader) error {
	name := strings.TrimPrefix(path.Clean("/"+hdr.Name), "/")
	if hdr.Typeflag != tar.TypeReg || strings.Contains(name, "/") {
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(content, infoLimit+1))
	if err == nil && len(data) > infoLimit {
		err = fmt.Errorf("%s: it has more than %d bytes", name, infoLimit)
	}
	a.info[name] = data
	return err
}

// check compares what an archive says with what the repository says.
func (a *archive) check(p packages.Package) error {
	all, err := control.Parse("control", a.info["control"])
	if err != nil {
		return err
	}
	if len(all) != 1 {
		return errors.New("the archive does not say which package it is")
	}
	a.Paragraph = all[0]
	if a.Get("Package") != p.Name || a.Get("Version") != p.Version || !control.IsName(p.Name) {
		return fmt.Errorf("the archive is the package %q %q", a.Get("Package"), a.Get("Version"))
	}
	return nil
}

// installedVersion returns the version of a package in the base.
func (in *installer) installedVersion(name string) string {
	for _, p := range in.status {
		if p.Get("Package") == name && isInstalled(p) {
			return p.Get("Version")
		}
	}
	return ""
}

// has reports whether the base has a version of a package.
func (in *installer) has(p packages.Package) bool {
	return slices.ContainsFunc(in.installed, func(q *resolve.Package) bool {
		return q.Name == p.Name && (q.Arch == p.Arch || q.Arch == "all" || p.Arch == "all")
	})
}

// put unpacks one entry of data.tar as dpkg does.
func (in *installer) put(a *archive, hdr *tar.Header, content io.Reader) error {
	name := path.Clean("/" + hdr.Name)
	if name == "/" {
		return nil
	}
	a.paths = append(a.paths, name)
	if in.rules.excluded(name, hdr.Typeflag == tar.TypeDir || hdr.Typeflag == tar.TypeSymlink) {
		return nil
	}
	if hdr.Typeflag == tar.TypeReg && a.isConffile(name) {
		data, err := io.ReadAll(io.LimitReader(content, infoLimit))
		if err != nil {
			return err
		}
		a.sums[name] = md5Hex(data)
		if in.keeps(a, name) {
			return nil
		}
		content = bytes.NewReader(data)
	}
	if hdr.Typeflag == tar.TypeSymlink && in.isDir(name) {
		return nil // A directory stays where a package has a link to one.
	}
	h := *hdr
	h.Name = in.rules.diverted(name, a.name)
	if hdr.Typeflag == tar.TypeLink {
		h.Linkname = in.rules.diverted(path.Clean("/"+hdr.Linkname), a.name)
	}
	h.Uid, h.Gid = in.owner(hdr)
	in.rules.override(name, &h, in.layer)
	return in.layer.Put(&h, content)
}

// owner returns the numbers of an owner: the names count where the image has them.
func (in *installer) owner(hdr *tar.Header) (uid, gid int) {
	uid, gid = hdr.Uid, hdr.Gid
	if hdr.Uname != "" && hdr.Uname != "root" {
		if u, found := script.AccountsOf(in.layer.FS()).User(hdr.Uname); found {
			uid = u.UID
		}
	}
	if hdr.Gname != "" && hdr.Gname != "root" {
		if g, found := script.AccountsOf(in.layer.FS()).Group(hdr.Gname); found {
			gid = g.GID
		}
	}
	return uid, gid
}

func (in *installer) isDir(name string) bool {
	at, found := links.InRoot(in.layer.FS(), name)
	if !found {
		return false
	}
	info, err := fs.Lstat(in.layer.FS(), at)
	return err == nil && info.IsDir()
}

// isConffile reports whether a file is one that people edit: an
// upgrade keeps what was changed.
func (a *archive) isConffile(name string) bool {
	for line := range strings.Lines(string(a.info["conffiles"])) {
		words := strings.Fields(line)
		if len(words) == 1 && words[0] == name {
			return true
		}
	}
	return false
}

// keeps reports whether a configuration file stays as the base has it: one that
// is there although the package is new, or that was changed.
func (in *installer) keeps(a *archive, name string) bool {
	data, err := readIn(in.layer.FS(), name)
	if err != nil || data == nil {
		return false
	}
	if a.old == "" {
		return true
	}
	for _, p := range in.status {
		if p.Get("Package") == a.name {
			return !strings.Contains("\n"+p.Get("Conffiles")+"\n", "\n"+name+" "+md5Hex(data)+"\n")
		}
	}
	return true
}

// sortedPaths returns the paths of a package, as its list has them.
func (a *archive) sortedPaths() []string {
	all := map[string]bool{"/.": true}
	for _, name := range a.paths {
		all[name] = true
	}
	return slices.Sorted(maps.Keys(all))
}

func (in *installer) symlink(target, name string) error {
	return in.layer.Put(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target}, nil)
}
