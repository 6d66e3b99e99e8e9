package inodes

import (
	"errors"
	"io/fs"
	"os"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/llb/step"
)

// Make makes the directories and symbolic links that v names below out. It must
// run as root, since they have owners.
func Make(out string, v step.Dirs) error {
	root, err := os.OpenRoot(out)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := makeInodes(root, v.Inodes); err != nil {
		return err
	}
	return mtime.SetAll(out, v.Epoch)
}

func makeInodes(root *os.Root, words []string) error {
	all, err := step.ParseInodes(words)
	if err != nil {
		return err
	}
	for _, inode := range all {
		if err := makeInode(root, inode); err != nil {
			return err
		}
	}
	return nil
}

func makeInode(root *os.Root, inode step.Inode) error {
	if inode.Kind == step.KindDir {
		return makeDir(root, inode)
	}
	if err := root.Symlink(inode.Target, inode.Path); err != nil {
		return err
	}
	return root.Lchown(inode.Path, inode.UID, inode.GID)
}

// makeDir sets the mode after the owner: another owner takes bits of it away.
func makeDir(root *os.Root, dir step.Inode) error {
	if err := root.Mkdir(dir.Path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := root.Chown(dir.Path, dir.UID, dir.GID); err != nil {
		return err
	}
	return root.Chmod(dir.Path, fileMode(dir.Mode))
}
