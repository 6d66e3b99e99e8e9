// Package mtime gives files fixed times, so that a step leaves the same
// bytes whenever it runs.
package mtime

import (
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// SetAll sets the times of dir and of all below it to epoch, in seconds
// since 1970. Symbolic links are set themselves, never followed.
func SetAll(dir string, epoch int64) error {
	return set(dir, epoch, func(fs.DirEntry) bool { return true })
}

// SetOthers does the same for all but regular files, which keep theirs.
func SetOthers(dir string, epoch int64) error {
	return set(dir, epoch, func(e fs.DirEntry) bool { return !e.Type().IsRegular() })
}

func set(dir string, epoch int64, selected func(fs.DirEntry) bool) error {
	times := []unix.Timespec{unix.NsecToTimespec(0), unix.NsecToTimespec(0)}
	times[0].Sec, times[1].Sec = epoch, epoch
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !selected(e) {
			return err
		}
		if err := unix.UtimesNanoAt(unix.AT_FDCWD, path, times, unix.AT_SYMLINK_NOFOLLOW); err != nil {
			return &os.PathError{Op: "set times of", Path: path, Err: err}
		}
		return nil
	})
}
