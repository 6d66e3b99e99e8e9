package binaries

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/gohull/gohull/internal/capability"
	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
	"golang.org/x/sys/unix"
)

// GiveCapabilities copies built to the directory out, with owners and modes, and
// gives one of the files capabilities. It must run as root.
func GiveCapabilities(out string, built fs.FS, v step.Capabilities) error {
	root, err := os.OpenRoot(out)
	if err != nil {
		return err
	}
	defer root.Close()
	err = fs.WalkDir(built, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		return copyInode(root, built, name, e)
	})
	if err != nil {
		return err
	}
	// Last, because another owner takes the capabilities away.
	if err := setCapabilities(root, strings.TrimPrefix(v.Path, "/"), v.Names); err != nil {
		return err
	}
	return mtime.SetAll(out, v.Epoch)
}

// copyInode copies a file or makes a directory.
func copyInode(root *os.Root, built fs.FS, name string, e fs.DirEntry) error {
	info, err := e.Info()
	if err != nil {
		return err
	}
	if e.IsDir() {
		err = root.Mkdir(name, 0o700)
	} else {
		err = copyFile(root, built, name)
	}
	if err != nil {
		return err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		if err := root.Lchown(name, int(st.Uid), int(st.Gid)); err != nil {
			return err
		}
	}
	return root.Chmod(name, info.Mode())
}

func copyFile(root *os.Root, built fs.FS, name string) (err error) {
	from, err := regular.OpenIn(built, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close())
}

func setCapabilities(root *os.Root, name string, names []string) (err error) {
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := unix.Fsetxattr(int(f.Fd()), capability.Attribute, capability.Data(names), 0); err != nil {
		return fmt.Errorf("give /%s capabilities: %w; the builder's file system must be able to store extended attributes, and its containers need CAP_SETFCAP", name, err)
	}
	return nil
}
