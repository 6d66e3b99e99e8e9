package script

import (
	"archive/tar"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/gohull/gohull/internal/links"
	"mvdan.cc/sh/v3/pattern"
)

// at returns a path of the image, without the first slash.
func (sh *shell) at(name string) string {
	if !path.IsAbs(name) {
		name = path.Join(sh.cwd, name)
	}
	if name = strings.TrimPrefix(path.Clean(name), "/"); name != "" {
		return name
	}
	return "."
}

func (sh *shell) stat(name string) (fs.FileInfo, error) {
	if name == "" || strings.HasPrefix(name, "/proc/") || strings.HasPrefix(name, "/sys/") {
		return nil, fs.ErrNotExist
	}
	return fs.Stat(sh.layer.FS(), sh.at(name))
}

// place returns where a file is, with the links of its directory followed.
func (sh *shell) place(name string) (string, error) {
	dir, found := links.InRoot(sh.layer.FS(), path.Dir(sh.at(name)))
	if !found || name == "" {
		return "", fs.ErrNotExist
	}
	return path.Join(dir, path.Base(sh.at(name))), nil
}

func (sh *shell) lstat(name string) (fs.FileInfo, error) {
	at, err := sh.place(name)
	if err != nil {
		return nil, err
	}
	return fs.Lstat(sh.layer.FS(), at)
}

func (sh *shell) readlink(name string) (string, error) {
	at, err := sh.place(name)
	if err != nil {
		return "", err
	}
	return fs.ReadLink(sh.layer.FS(), at)
}

func (sh *shell) read(name string) ([]byte, error) {
	if name == "/dev/null" {
		return nil, nil
	}
	return sh.layer.ReadFile(sh.at(name))
}

func (sh *shell) write(name string, data []byte, appends bool) error {
	if appends {
		if old, err := sh.read(name); err == nil {
			data = append(old, data...)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return sh.layer.WriteFile(sh.at(name), data, 0o644)
}

func (sh *shell) readDir(name string) ([]fs.DirEntry, error) {
	return fs.ReadDir(sh.layer.FS(), sh.at(name))
}

// mkdir makes a directory with its parents, owned by root.
func (sh *shell) mkdir(name string, mode fs.FileMode) error {
	return sh.layer.Put(&tar.Header{Typeflag: tar.TypeDir, Name: sh.at(name), Mode: int64(mode.Perm())}, nil)
}

func (sh *shell) symlink(target, name string) error {
	if at, err := sh.readlink(name); err == nil && at == target {
		return nil
	}
	return sh.layer.Put(&tar.Header{Typeflag: tar.TypeSymlink, Name: sh.at(name), Linkname: target}, nil)
}

// chmod sets a mode such as "0755" or "u+s".
func (sh *shell) chmod(mode, name string) error {
	info, err := sh.stat(name)
	if err != nil {
		return err
	}
	if n, err := strconv.ParseUint(mode, 8, 12); err == nil {
		return sh.layer.Chmod(sh.at(name), unixMode(n))
	}
	m := info.Mode()
	switch mode {
	case "u+s":
		m |= fs.ModeSetuid
	case "u-s":
		m &^= fs.ModeSetuid
	case "g+s":
		m |= fs.ModeSetgid
	case "+x", "a+x":
		m |= 0o111
	default:
		return sh.fail(sh.line, "gohull does not know the mode "+mode)
	}
	return sh.layer.Chmod(sh.at(name), m)
}

func unixMode(n uint64) fs.FileMode {
	m := fs.FileMode(n & 0o777)
	for bit, mode := range map[uint64]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if n&bit != 0 {
			m |= mode
		}
	}
	return m
}

// matches reports whether a pattern of the shell matches a word.
func matches(p, word string) bool {
	re, err := pattern.Regexp(p, pattern.EntireString)
	if err != nil {
		return p == word
	}
	ok, err := regexp.MatchString(re, word)
	return err == nil && ok
}
