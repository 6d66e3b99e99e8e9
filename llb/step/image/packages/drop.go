package packages

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/gohull/gohull/internal/links"
)

// Drop deletes files of the base that another version of their package does not
// have, and directories that are empty then. What an archive of the layer brought
// under another path to it stays.
//
// Only a layer in place deletes. Others note what stays in the image: see Add.
func (l *Layer) Drop(names []string) error {
	var sorted []string
	for _, name := range names {
		sorted = append(sorted, clean(name))
	}
	slices.Sort(sorted)
	for _, name := range slices.Backward(sorted) { // what is in a directory comes before it
		at, found := l.find(name)
		if !found || l.brought[at] {
			continue
		}
		if err := l.drop(at); err != nil {
			return err
		}
	}
	return nil
}

func (l *Layer) drop(at string) error {
	info, err := l.view.Lstat(at)
	switch {
	case isMissing(err), errors.Is(err, syscall.ENOTDIR), err == nil && l.keeps(at, info):
		return nil
	case err != nil:
		return err
	case !l.inPlace && info.IsDir():
		return nil
	case !l.inPlace:
		l.stays = append(l.stays, at)
		return nil
	}
	return l.remove(at)
}

// keeps reports whether a path stays: a directory with files, and links such as
// /bin, through which files of other packages are found.
func (l *Layer) keeps(at string, info fs.FileInfo) bool {
	switch {
	case at == ".":
		return true
	case info.Mode()&fs.ModeSymlink != 0:
		return path.Dir(at) == "."
	case !info.IsDir():
		return false
	}
	entries, err := fs.ReadDir(l.view, at)
	return err != nil || len(entries) > 0
}

// DropLinks deletes links in a directory whose targets were deleted.
func (l *Layer) DropLinks(dir string) error {
	at, found := links.InRoot(l.view, clean(dir))
	if !l.inPlace || !found {
		return nil
	}
	entries, err := fs.ReadDir(l.view, at)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(at, e.Name())
		if _, err := fs.Stat(l.view, name); e.Type()&fs.ModeSymlink == 0 || !isMissing(err) {
			continue
		}
		if err := l.remove(name); err != nil {
			return err
		}
	}
	return nil
}

// Parents returns the directories that a path is in, without the root.
func Parents(name string) (all []string) {
	for dir := path.Dir(clean(name)); dir != "."; dir = path.Dir(dir) {
		all = append(all, dir)
	}
	return all
}

// whatStays returns a text for what Drop left in the image.
func (l *Layer) whatStays() string {
	const most = 3
	var names []string
	for _, name := range l.stays[:min(most, len(l.stays))] {
		names = append(names, "/"+name)
	}
	if more := len(l.stays) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
