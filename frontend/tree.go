package frontend

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/gateway/client"
	fstypes "github.com/tonistiigi/fsutil/types"
)

// tree reads the files of a ref.
//
// The gateway's errors have no code for a missing file. Their text does not
// help either: if a solve fails because the client does not have a file, reading
// the result also fails with "no such file or directory". So a file counts as
// missing only if its directory was listed without it. Every other failure is
// an error.
type tree struct {
	ref    client.Reference
	of     string                              // what it is, for messages: "the build context"
	listed map[string]map[string]*fstypes.Stat // by directory, then by base name
	links  int                                 // that were followed for one name
}

func newTree(ref client.Reference, of string) *tree {
	return &tree{ref: ref, of: of, listed: map[string]map[string]*fstypes.Stat{}}
}

// unusable is a name that exists, and is not a readable file.
type unusable struct {
	wanted  string // the file that was to be read: "lib/go.mod"
	name    string // what cannot be read, the file or a directory above: "lib"
	reason  string // what it is instead: "a directory"
	outside bool   // whether it leads out of the tree
}

func (u *unusable) Error() string { return u.name + " is " + u.reason }

// read reads a file, and reports whether it exists. The error is an *unusable
// if it is not a file.
func (t *tree) read(ctx context.Context, name string) ([]byte, bool, error) {
	t.links = 0
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	entry, err := t.entry(ctx, name)
	if entry == nil || err != nil {
		return nil, false, err
	}
	if err := t.follow(ctx, name, entry); err != nil {
		return nil, false, err
	}
	stat, err := t.ref.StatFile(ctx, client.StatRequest{Path: name})
	if err != nil {
		return nil, false, t.failed(name, err)
	}
	if reason := notRegular(stat); reason != "" {
		return nil, false, &unusable{name: name, reason: reason}
	}
	data, err := t.ref.ReadFile(ctx, client.ReadRequest{Filename: name, Range: &client.FileRange{Length: largestFile + 1}})
	switch {
	case err != nil:
		return nil, false, t.failed(name, err)
	case len(data) > largestFile:
		return nil, false, &unusable{name: name, reason: fmt.Sprintf("larger than %d MiB", largestFile>>20)}
	}
	return data, true, nil
}

// largestFile is the size of the largest file that fits into a message of the
// gateway.
const largestFile = 15 << 20

// notRegular says what a directory or special file is; "" for files and links.
func notRegular(stat *fstypes.Stat) string {
	switch mode := fs.FileMode(stat.Mode); {
	case mode.IsDir():
		return "a directory"
	case !mode.IsRegular():
		return "not a regular file"
	}
	return ""
}

// entry finds a file, link or directory; nil if it is missing.
func (t *tree) entry(ctx context.Context, name string) (*fstypes.Stat, error) {
	dir := path.Dir(name)
	if dir != "." {
		above, err := t.entry(ctx, dir)
		if above == nil || err != nil {
			return nil, err
		}
		if err := t.follow(ctx, dir, above); err != nil {
			return nil, err
		}
	}
	entries, err := t.list(ctx, dir)
	return entries[path.Base(name)], err
}

// list returns a directory's entries by base name.
func (t *tree) list(ctx context.Context, dir string) (map[string]*fstypes.Stat, error) {
	if known, ok := t.listed[dir]; ok {
		return known, nil
	}
	entries, err := t.ref.ReadDir(ctx, client.ReadDirRequest{Path: dir})
	if err != nil {
		return nil, t.failed(dir, err)
	}
	byName := map[string]*fstypes.Stat{}
	for _, e := range entries {
		byName[path.Base(e.Path)] = e
	}
	t.listed[dir] = byName
	return byName, nil
}

// follow reports a link that leads nowhere. The daemon would resolve a link out
// of the tree to another file inside the tree.
func (t *tree) follow(ctx context.Context, name string, entry *fstypes.Stat) error {
	if fs.FileMode(entry.Mode)&fs.ModeSymlink == 0 {
		return nil
	}
	if t.links++; t.links > mostLinks {
		return &unusable{name: name, reason: "a symbolic link in a circle of links"}
	}
	target := path.Join(path.Dir(name), entry.Linkname)
	switch {
	case path.IsAbs(entry.Linkname), target == "..", strings.HasPrefix(target, "../"):
		return &unusable{name: name, reason: fmt.Sprintf("a symbolic link to %s, which is outside of %s", entry.Linkname, t.of), outside: true}
	case target == ".":
		return nil
	}
	next, err := t.entry(ctx, target)
	switch {
	case err != nil:
		return err
	case next == nil:
		return &unusable{name: name, reason: fmt.Sprintf("a symbolic link to %s, which %s does not have", entry.Linkname, t.of)}
	}
	return t.follow(ctx, target, next)
}

// mostLinks is how many links in a row are followed, as in Linux.
const mostLinks = 40

func (t *tree) failed(name string, err error) error {
	return fmt.Errorf("reading %s of %s: %w", name, t.of, err)
}

// readBelow adds a file, or all files below a directory. A missing one adds
// nothing.
func (t *tree) readBelow(ctx context.Context, name string, add func(string, []byte)) error {
	entry, err := t.entry(ctx, name)
	if entry == nil || err != nil {
		return err
	}
	if !fs.FileMode(entry.Mode).IsDir() {
		data, found, err := t.read(ctx, name)
		if found {
			add(name, data)
		}
		return err
	}
	entries, err := t.list(ctx, name)
	if err != nil {
		return err
	}
	for _, base := range slices.Sorted(maps.Keys(entries)) {
		if err := t.readBelow(ctx, path.Join(name, base), add); err != nil {
			return err
		}
	}
	return nil
}

// walk visits everything below a directory, sorted by name. It does not follow
// links.
func (t *tree) walk(ctx context.Context, dir string, visit func(name string, mode fs.FileMode)) error {
	entries, err := t.list(ctx, dir)
	if err != nil {
		return err
	}
	for _, base := range slices.Sorted(maps.Keys(entries)) {
		name, mode := path.Join(dir, base), fs.FileMode(entries[base].Mode)
		visit(name, mode)
		if mode.IsDir() {
			if err := t.walk(ctx, name, visit); err != nil {
				return err
			}
		}
	}
	return nil
}
