package inodes

import (
	"errors"
	"io/fs"
	"os"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/llb/step"
)

// Make makes the directories that v names below out. It must run as root,
// since they have owners.
func Make(out string, v step.Dirs) error {
	root, err := os.OpenRoot(out)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, word := range v.Dirs {
		dir, err := step.ParseDirWord(word)
		if err != nil {
			return err
		}
		if err := makeDir(root, dir); err != nil {
			return err
		}
	}
	return mtime.SetAll(out, v.Epoch)
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
