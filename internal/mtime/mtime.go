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
	return set(dir, epoch, func(string, fs.DirEntry) bool { return true })
}

// Set does the same for some paths, relative to dir. That of dir itself is ".".
func Set(dir string, epoch int64, selected func(path string) bool) error {
	return set(dir, epoch, func(path string, _ fs.DirEntry) bool {
		rel, err := filepath.Rel(dir, path)
		return err == nil && selected(rel)
	})
}

// SetOthers does the same for all but regular files, which keep theirs.
func SetOthers(dir string, epoch int64) error {
	return set(dir, epoch, func(_ string, e fs.DirEntry) bool { return !e.Type().IsRegular() })
}

func set(dir string, epoch int64, selected func(path string, e fs.DirEntry) bool) error {
	times := []unix.Timespec{unix.NsecToTimespec(0), unix.NsecToTimespec(0)}
	times[0].Sec, times[1].Sec = epoch, epoch
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !selected(path, e) {
			return err
		}
		if err := unix.UtimesNanoAt(unix.AT_FDCWD, path, times, unix.AT_SYMLINK_NOFOLLOW); err != nil {
			return &os.PathError{Op: "set times of", Path: path, Err: err}
		}
		return nil
	})
}
