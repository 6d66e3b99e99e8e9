package peer

import (
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
)

// diskUsage is what a directory takes on its disk, in bytes. A file with several
// names counts once; one that goes away meanwhile does not count.
func diskUsage(dir string) (int64, error) {
	var blocks int64
	type inode struct{ device, number uint64 }
	seen := map[inode]bool{}
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		stat := info.Sys().(*syscall.Stat_t)
		if id := (inode{stat.Dev, stat.Ino}); stat.Nlink > 1 {
			if seen[id] {
				return nil
			}
			seen[id] = true
		}
		blocks += stat.Blocks
		return nil
	})
	return blocks * 512, err
}
