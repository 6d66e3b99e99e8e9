package closure

import (
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/gohull/gohull/llb/tool"
	"github.com/gohull/gohull/llb/tool/mtime"
)

// Write copies a closure of fsys to the folder out: its files to
// tool.ClosureDir, its imports to tool.ImportsFile. Modes become 0644, or
// 0755 for folders and for files that somebody may run, and times the
// beginning of 1970, for builders check out the same source with different
// ones.
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
	if err := write(root, fsys, r); err != nil {
		return err
	}
	return mtime.SetAll(out, 0)
}

func write(out *os.Root, fsys fs.FS, r Result) error {
	if err := out.Chmod(tool.ClosureDir, 0o755); err != nil {
		return err
	}
	for _, name := range r.Files {
		if err := copyFile(out, fsys, name); err != nil {
			return err
		}
	}
	for _, l := range r.Links {
		name := path.Join(tool.ClosureDir, l.Name)
		if err := makeFolder(out, path.Dir(name)); err != nil {
			return err
		}
		if err := out.Symlink(l.Target, name); err != nil {
			return err
		}
	}
	return writeImports(out, r.Imports)
}

func copyFile(out *os.Root, fsys fs.FS, name string) error {
	to := path.Join(tool.ClosureDir, name)
	if err := makeFolder(out, path.Dir(to)); err != nil {
		return err
	}
	from, err := fsys.Open(name)
	if err != nil {
		return err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return err
	}
	file, err := out.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, from)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return out.Chmod(to, plain(info.Mode()))
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
