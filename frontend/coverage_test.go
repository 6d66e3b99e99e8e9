package frontend

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/coverage"
	"github.com/gohull/gohull/internal/golden"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/google/go-cmp/cmp"
	"github.com/moby/patternmatcher"
	"golang.org/x/tools/txtar"
)

// TestCoverage plans the specs that replace real projects' Dockerfiles. What
// the image has must be what the Dockerfile declares: want/image is written by
// hand from the Dockerfile, and -update leaves it alone.
func TestCoverage(t *testing.T) {
	golden.Each(t, "../docs/coverage/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		declared, err := coverage.Parse(ar)
		if err != nil {
			t.Fatal(err)
		}
		if declared.Spec() == "" {
			return
		}
		c := readCase(t, ar)
		for _, name := range declared.Executable {
			c.makeExecutable(t, name)
		}
		plans, err := c.plans(t)
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for _, p := range plans {
			if p.Image != "" {
				got.WriteString("# " + p.Image + "\n")
			}
			image := c.declares(t, p.Images[0])
			image.Config.Labels = declared.Asked(image.Config.Labels)
			got.WriteString(image.String())
		}
		if diff := cmp.Diff(declared.Image(), got.String()); diff != "" {
			t.Errorf("-declared +planned\n%s", diff)
		}
	})
}

// makeExecutable gives a file the mode 0755: one of the context, or of images and
// stages if the path is absolute.
func (c testCase) makeExecutable(t *testing.T, name string) {
	if !path.IsAbs(name) {
		if err := os.Chmod(filepath.Join(c.dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		return
	}
	i := slices.IndexFunc(c.inside, func(i step.Inode) bool { return "/"+i.Path == name })
	if i < 0 {
		t.Fatalf("no --image-has %s", name)
	}
	c.inside[i].Mode = 0o755
}

// declares returns what an image has on top of its base, in the order of its
// layers.
func (c testCase) declares(t *testing.T, img plan.Image) coverage.Image {
	im := coverage.Image{Config: lower.Config(&plan.Plan{}, img).Config}
	for _, bin := range img.Compile.Binaries {
		e := coverage.Entry{Path: bin.Path, Mode: 0o755}
		if c := img.Capabilities; c != nil && c.Path == bin.Path {
			e.Capabilities = c.Names
		}
		im.Entries = append(im.Entries, e)
	}
	if img.Packages != nil {
		im.Packages = img.Packages.Wants
	}
	if img.Accounts != nil {
		im.Users, im.Groups = img.Accounts.Users, img.Accounts.Groups
	}
	for _, p := range img.Programs {
		im.Entries = append(im.Entries, coverage.Entry{Path: p.Path, Mode: 0o755})
	}
	if img.Dirs != nil {
		im.Entries = append(im.Entries, c.layerEntries(t, *img.Dirs)...)
	}
	for _, l := range img.Files {
		im.Entries = append(im.Entries, c.layerEntries(t, l)...)
	}
	return im
}

func (c testCase) layerEntries(t *testing.T, l plan.Layer) []coverage.Entry {
	var entries []coverage.Entry
	for _, d := range l.Dirs {
		if c.baseHas(d) {
			continue
		}
		entries = append(entries, coverage.Entry{Path: d.Path, Mode: fs.ModeDir | chmodBits(d.Mode), UID: d.UID, GID: d.GID})
	}
	for _, link := range l.Links {
		entries = append(entries, coverage.Entry{Path: link.Path, Mode: fs.ModeSymlink | 0o777, UID: l.UID, GID: l.GID, Link: link.Target})
	}
	for _, cp := range l.Copies {
		switch {
		case l.Download != nil:
			entries = append(entries, downloaded(l, cp))
		case l.Image != nil:
			entries = append(entries, c.ofImage(l, cp)...)
		default:
			entries = append(entries, c.copied(t, l, cp)...)
		}
	}
	return entries
}

func downloaded(l plan.Layer, cp plan.Copy) coverage.Entry {
	e := coverage.Entry{Path: cp.To, Mode: 0o644, UID: l.UID, GID: l.GID}
	if l.Mode != nil {
		e.Mode = chmodBits(*l.Mode)
	}
	return e
}

// ofImage returns what a copy from an image or a stage puts into an image, as the
// case says what they have.
func (c testCase) ofImage(l plan.Layer, cp plan.Copy) []coverage.Entry {
	var entries []coverage.Entry
	from := path.Join("/", cp.From)
	for _, i := range c.inside {
		rel, ok := strings.CutPrefix("/"+i.Path, from)
		ok = ok && (rel == "" || rel[0] == '/' || from == "/")
		e := coverage.Entry{Path: path.Join(cp.To, rel), Mode: 0o644, UID: l.UID, GID: l.GID, Link: i.Target}
		if !ok || slices.ContainsFunc(l.Dirs, func(listed plan.Dir) bool { return listed.Path == e.Path }) {
			continue
		}
		switch {
		case i.Kind == step.KindLink:
			e.Mode = fs.ModeSymlink | 0o777
		case i.Kind == step.KindDir:
			e.Mode = fs.ModeDir | chmodBits(i.Mode)
		case l.Mode != nil:
			e.Mode = chmodBits(*l.Mode)
		case i.Mode != 0:
			e.Mode = chmodBits(i.Mode)
		}
		entries = append(entries, e)
	}
	return entries
}

// baseHas reports whether a layer leaves a directory as the base has it.
func (c testCase) baseHas(d plan.Dir) bool {
	return slices.ContainsFunc(c.base, func(i step.Inode) bool {
		return i.Kind == step.KindDir && "/"+i.Path == d.Path && i.Mode == d.Mode && i.UID == d.UID && i.GID == d.GID
	})
}

// copied returns what a copy puts into an image. Directories that the layer
// lists have the owner and the mode of that list.
func (c testCase) copied(t *testing.T, l plan.Layer, cp plan.Copy) []coverage.Entry {
	var entries []coverage.Entry
	from := filepath.Join(c.dir, filepath.FromSlash(cp.From))
	excluded, err := patternmatcher.New(slices.Concat(cp.Exclude, cp.Without))
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		if out, err := excluded.MatchesOrParentMatches(rel); out || err != nil {
			return err
		}
		e := coverage.Entry{Path: path.Join(cp.To, filepath.ToSlash(rel)), UID: l.UID, GID: l.GID}
		if d.IsDir() && slices.ContainsFunc(l.Dirs, func(listed plan.Dir) bool { return listed.Path == e.Path }) {
			return nil
		}
		e.Mode, e.Link, err = copiedMode(name, d, l.Mode)
		entries = append(entries, e)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// copiedMode returns the mode that a file has in the image, or the target of a
// link.
func copiedMode(name string, d fs.DirEntry, mode *int) (fs.FileMode, string, error) {
	if d.Type() == fs.ModeSymlink {
		target, err := os.Readlink(name)
		return fs.ModeSymlink | 0o777, target, err
	}
	if d.IsDir() {
		return fs.ModeDir | 0o755, "", nil
	}
	if mode != nil {
		return chmodBits(*mode), "", nil
	}
	info, err := d.Info()
	if err != nil {
		return 0, "", err
	}
	if info.Mode()&0o111 != 0 {
		return 0o755, "", nil
	}
	return 0o644, "", nil
}

// chmodBits returns a mode as chmod takes it: 01777.
func chmodBits(mode int) fs.FileMode {
	m := fs.FileMode(mode & 0o777)
	for bit, special := range map[int]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if mode&bit != 0 {
			m |= special
		}
	}
	return m
}
