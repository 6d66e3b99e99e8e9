package closure

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/gohull/gohull/llb/tool"
	"github.com/gohull/gohull/llb/tool/mtime"
)

// Write copies a closure of fsys to the folder out: its files to
// tool.ClosureDir, its imports to tool.ImportsFile. Modes become 0644, or
// 0755 for folders and for files that somebody may run, for builders check
// out the same source with different ones. Times are those of contentTime for
// files, and the beginning of 1970 for all else.
func Write(out string, fsys fs.FS, r Result) error {
	src := filepath.Join(out, tool.ClosureDir)
	if err := os.MkdirAll(src, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(out)
	if err != nil {
		return err
	}
	defer root.Close()
	times, err := copyFiles(root, fsys, r.Files)
	if err != nil {
		return err
	}
	if err := writeLinks(root, r.Links); err != nil {
		return err
	}
	if err := writeImports(root, r.Imports); err != nil {
		return err
	}
	if err := mtime.SetAll(out, 0); err != nil {
		return err
	}
	return setTimes(root, times)
}

// copyFiles gives the times that the copies are to have.
func copyFiles(out *os.Root, fsys fs.FS, names []string) (map[string]time.Time, error) {
	if err := out.Chmod(tool.ClosureDir, 0o755); err != nil {
		return nil, err
	}
	times := map[string]time.Time{}
	for _, name := range names {
		to := path.Join(tool.ClosureDir, name)
		t, err := copyFile(out, to, fsys, name)
		if err != nil {
			return nil, err
		}
		times[to] = t
	}
	return times, nil
}

func setTimes(out *os.Root, times map[string]time.Time) error {
	for name, t := range times {
		if err := out.Chtimes(name, t, t); err != nil {
			return err
		}
	}
	return nil
}

func writeLinks(out *os.Root, links []Link) error {
	for _, l := range links {
		name := path.Join(tool.ClosureDir, l.Name)
		if err := makeFolder(out, path.Dir(name)); err != nil {
			return err
		}
		if err := out.Symlink(l.Target, name); err != nil {
			return err
		}
	}
	return nil
}

// copyFile gives the contentTime of what it copied.
func copyFile(out *os.Root, to string, fsys fs.FS, name string) (time.Time, error) {
	if err := makeFolder(out, path.Dir(to)); err != nil {
		return time.Time{}, err
	}
	from, err := fsys.Open(name)
	if err != nil {
		return time.Time{}, err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return time.Time{}, err
	}
	file, err := out.Create(to)
	if err != nil {
		return time.Time{}, err
	}
	hash := sha256.New()
	_, err = io.Copy(io.MultiWriter(file, hash), from)
	if err := errors.Join(err, file.Close()); err != nil {
		return time.Time{}, err
	}
	return contentTime(hash.Sum(nil)), out.Chmod(to, plain(info.Mode()))
}

// contentTime is a time of modification that says what a file holds. The go
// command keeps an index of each package, its imports among them, in GOCACHE,
// and takes a file of the same path, size and time for the same file. Real
// times would differ from builder to builder, and fixed ones would hide an
// edit that keeps the size. All are before 1988: the go command indexes no
// file that is younger than two seconds.
func contentTime(hash []byte) time.Time {
	seconds := binary.BigEndian.Uint32(hash) >> 3
	nanoseconds := binary.BigEndian.Uint32(hash[4:]) % 1e9
	return time.Unix(int64(seconds), int64(nanoseconds))
}

func plain(mode fs.FileMode) fs.FileMode {
	if mode&0o111 != 0 {
		return 0o755
	}
	return 0o644
}

// makeFolder makes a folder and those above it. The mode is set by hand: the
// builder's umask must not show.
func makeFolder(out *os.Root, dir string) error {
	if _, err := out.Stat(dir); err == nil {
		return nil
	}
	if err := makeFolder(out, path.Dir(dir)); err != nil {
		return err
	}
	if err := out.Mkdir(dir, 0o755); err != nil {
		return err
	}
	return out.Chmod(dir, 0o755)
}

func writeImports(out *os.Root, imports []string) error {
	var text strings.Builder
	for _, path := range imports {
		text.WriteString(path + "\n")
	}
	if err := out.WriteFile(tool.ImportsFile, []byte(text.String()), 0o644); err != nil {
		return err
	}
	return out.Chmod(tool.ImportsFile, 0o644)
}
