package alpine

import (
	"archive/tar"
	"context"
	"io"
	"io/fs"
	"strings"

	"github.com/gohull/gohull/llb/step/image/packages"
)

// installer adds packages to a layer.
type installer struct {
	layer     *packages.Layer
	dir       string // of the database
	db        *database
	accounts  *accounts
	protected protectedPaths
	tagged    []*repository
	changed   map[string]bool // directories that got files
	added     []*unpacked
}

// unpacked is a package of the layer.
type unpacked struct {
	*control
	*stanza
	old *stanza // another version of it, which the base has; nil if it has none
}

// Install unpacks packages and writes them to the database.
func (family) Install(ctx context.Context, layer *packages.Layer, all []packages.Package, open packages.Open) error {
	in, err := newInstaller(layer)
	if err != nil {
		return err
	}
	for _, p := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := in.install(p, open); err != nil {
			return err
		}
	}
	if err := in.runTriggers(); err != nil {
		return err
	}
	return in.writeDatabase()
}

func newInstaller(layer *packages.Layer) (*installer, error) {
	in := &installer{layer: layer, db: &database{owners: map[string]*stanza{}}, changed: map[string]bool{}}
	dir, err := databaseDir(layer.FS())
	in.dir = dir
	if err != nil {
		in.dir = "lib/apk/db" // a new root
	} else {
		data, err := layer.ReadFile(dir + "/installed")
		if err != nil {
			return nil, err
		}
		if in.db, err = parseDatabase("/"+dir+"/installed", string(data)); err != nil {
			return nil, err
		}
	}
	in.protected = readProtected(layer.FS())
	in.accounts = &accounts{layer: layer}
	in.tagged = readTagged(layer.FS())
	return in, nil
}

// readTagged returns the repositories of the base that have a tag. Errors were
// reported when packages were resolved.
func readTagged(fsys fs.FS) (tagged []*repository) {
	b := &base{}
	if err := b.readRepositories(packages.Request{Base: fsys}); err != nil {
		return nil
	}
	for _, r := range b.repositories {
		if r.tag != "" {
			tagged = append(tagged, r)
		}
	}
	return tagged
}

func (in *installer) install(p packages.Package, open packages.Open) error {
	r, err := open(p)
	if err != nil {
		return err
	}
	defer r.Close()
	var u *unpacked
	err = readArchive(p, r, handler{
		control: func(c *control) error {
			u = in.start(p, c)
			return in.runScript(u, "pre")
		},
		file: func(hdr *tar.Header, r io.Reader) error { return in.entry(u, hdr, r) },
	})
	if err != nil {
		return err
	}
	if u.old != nil {
		if err := in.drop(u.old); err != nil {
			return err
		}
	}
	return in.runScript(u, "post")
}

// start adds a package to the database, without files.
func (in *installer) start(p packages.Package, c *control) *unpacked {
	tag := ""
	for _, r := range in.tagged {
		if strings.HasPrefix(p.URL, r.url+"/") {
			tag = r.tag
		}
	}
	st := &stanza{added: true, pkg: &pkg{
		name: c.name, version: c.version, arch: c.arch, origin: c.origin, checksum: c.sum.quoted(), tag: tag,
		depends: strings.Join(c.lists["depend"], " "), provides: strings.Join(c.lists["provides"], " "), installIf: strings.Join(c.lists["install_if"], " "),
	}}
	for line := range strings.SplitSeq(strings.TrimSuffix(c.stanza(tag), "\n"), "\n") {
		st.parse(line)
	}
	u := &unpacked{c, st, in.db.replace(st)}
	in.added = append(in.added, u)
	return u
}
