// Package inodes reads and makes what a root file system has at its paths:
// kinds, owners, modes and links, and no file's content.
package inodes

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/llb/step"
)

// most is how many inodes are read of one root file system.
const most = 300_000

// Look reads what fsys has at the paths that v names.
func Look(fsys fs.FS, v step.Look) ([]step.Inode, error) {
	seen := &seen{FS: fsys, inodes: map[string]step.Inode{}}
	for _, name := range v.Paths {
		name, below := strings.CutSuffix(name, step.Below)
		if err := seen.look(name, below); err != nil {
			return nil, err
		}
	}
	var all []step.Inode
	for _, inode := range seen.inodes {
		all = append(all, inode)
	}
	slices.SortFunc(all, func(a, b step.Inode) int { return cmp.Compare(a.Path, b.Path) })
	return all, nil
}

// seen is a file system that remembers what was asked of it.
type seen struct {
	fs.FS
	inodes map[string]step.Inode
	below  []string // directories that were read with everything below them
}

// look follows the links of a path; what it meets on the way is remembered.
func (s *seen) look(name string, below bool) error {
	at, found := links.InRoot(s, name)
	if below && found {
		return s.tree(at)
	}
	return nil
}

// Lstat returns what the links package asks of each element of a path.
func (s *seen) Lstat(name string) (fs.FileInfo, error) {
	info, err := fs.Lstat(s.FS, name)
	if err == nil {
		s.inodes[name] = s.inode(name, info)
	}
	return info, err
}

// ReadLink returns that of the file system.
func (s *seen) ReadLink(name string) (string, error) { return fs.ReadLink(s.FS, name) }

// tree reads all that is below a directory, and where the links there lead to:
// a path may go through them.
func (s *seen) tree(dir string) error {
	if slices.ContainsFunc(s.below, func(d string) bool { return d == "." || strings.HasPrefix(dir+"/", d+"/") }) {
		return nil
	}
	s.below = append(s.below, dir)
	var found []string
	err := fs.WalkDir(s.FS, dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if _, err := s.Lstat(name); err != nil {
			return err
		}
		if len(s.inodes) > most {
			return fmt.Errorf("/%s of the base has more than %d files; name the directories below it one by one", dir, most)
		}
		if e.Type()&fs.ModeSymlink != 0 {
			found = append(found, name)
		}
		return nil
	})
	for _, link := range found {
		if err == nil {
			err = s.look(link, s.isDir(link))
		}
	}
	return err
}

func (s *seen) isDir(link string) bool {
	at, found := links.InRoot(s, link)
	return found && (at == "." || s.inodes[at].Kind == step.KindDir)
}

func (s *seen) inode(name string, info fs.FileInfo) step.Inode {
	inode := step.Inode{Path: name}
	switch info.Mode().Type() {
	case fs.ModeDir:
		inode.Kind = step.KindDir
		inode.Mode = Mode(info.Mode())
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			inode.UID, inode.GID = int(st.Uid), int(st.Gid)
		}
	case fs.ModeSymlink:
		inode.Kind = step.KindLink
		inode.Target, _ = fs.ReadLink(s.FS, name) // a link that cannot be read leads nowhere
	case 0:
		inode.AccountLines = ReadAccounts(s.FS, name, path.Base(name))
	}
	return inode
}

// The bits of a mode that Go has elsewhere than Unix.
var special = []struct {
	unix int
	mode fs.FileMode
}{{0o4000, fs.ModeSetuid}, {0o2000, fs.ModeSetgid}, {0o1000, fs.ModeSticky}}

// Mode returns a mode as chmod takes it.
func Mode(m fs.FileMode) int {
	n := int(m.Perm())
	for _, bit := range special {
		if m&bit.mode != 0 {
			n |= bit.unix
		}
	}
	return n
}

// fileMode returns the opposite of Mode.
func fileMode(n int) fs.FileMode {
	m := fs.FileMode(n) & fs.ModePerm
	for _, bit := range special {
		if n&bit.unix != 0 {
			m |= bit.mode
		}
	}
	return m
}
