package lab

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// A benchmark deletes nothing between its builds. When ext4 creates a file, it
// skips inodes that were deleted in the last minute, or in the last six minutes if
// the deletion is not on the disk yet (recently_deleted in the kernel's
// fs/ext4/ialloc.c). To create 20,000 files took 1.5 s, and 7.8 s after 100,000
// others were deleted. So directories that are no longer needed
// are set aside, and deleted when there is time to wait.

// reused is how long ext4 skips the inodes of deleted files once their deletion
// is on the disk.
const reused = 65 * time.Second

func (l Lab) aside() string { return l.path("aside") }

// SetAside moves a directory away, for DeleteAside to delete. It must be on the
// file system of the lab's files. A missing one is no error.
func (l Lab) SetAside(dir string) error {
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := unmount(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(l.aside(), 0o755); err != nil {
		return err
	}
	to, err := os.MkdirTemp(l.aside(), filepath.Base(dir)+"-*")
	if err != nil {
		return err
	}
	// Replaces the empty directory, also if DeleteAside of another process has just
	// deleted that.
	return os.NewSyscallError("rename", unix.Rename(dir, to))
}

// DeleteAside deletes what was set aside, also by a run that was interrupted,
// and reports whether there was anything. What another process sets aside
// meanwhile may stay.
func (l Lab) DeleteAside() (deleted bool, err error) {
	dirs, err := os.ReadDir(l.aside())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	err = nil
	for _, d := range dirs {
		err = errors.Join(err, removeTree(filepath.Join(l.aside(), d.Name())))
	}
	return len(dirs) > 0, err
}

// Settle deletes what was set aside, and waits until files are created at the
// usual speed again.
func (l Lab) Settle(ctx context.Context) error {
	deleted, err := l.DeleteAside()
	if err != nil || !deleted {
		return err
	}
	l.logf("waiting %v, since many files were deleted", reused)
	return l.Rest(ctx)
}

// Rest waits until files are created at the usual speed again, even if the lab deleted none:
// a builder deletes what its steps wrote after each build.
func (l Lab) Rest(ctx context.Context) error {
	if err := l.sync(); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(reused):
		return nil
	}
}

// sync writes what the file system of the lab's files has not written yet.
func (l Lab) sync() error {
	dir, err := os.Open(l.Dir)
	if err != nil {
		return err
	}
	defer dir.Close()
	return os.NewSyscallError("syncfs", unix.Syncfs(int(dir.Fd())))
}

// Free is how many bytes are free for the lab's files.
func (l Lab) Free() (int64, error) {
	var s unix.Statfs_t
	err := unix.Statfs(l.Dir, &s)
	return int64(s.Bavail) * s.Bsize, os.NewSyscallError("statfs", err)
}
