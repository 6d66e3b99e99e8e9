// Package binaries lays out executables to be taken out of a build: all in
// one directory, together with their checksums.
package binaries

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
)

// Write copies the files of root to the directory out, without the directories they
// are in, and lists their checksums in step.SumsFile. Two
// files of one name are an error: the plan has refused them before.
func Write(out string, root fs.FS, v step.Binaries) error {
	var sums bytes.Buffer
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := regular.ReadIn(root, name, regular.Program)
		if err != nil {
			return err
		}
		sums.WriteString(step.SumsLine(path.Base(name), data))
		return create(out, path.Base(name), data, 0o755)
	})
	if err != nil {
		return err
	}
	if err := create(out, step.SumsFile, sums.Bytes(), 0o644); err != nil {
		return err
	}
	return mtime.SetAll(out, v.Epoch)
}

// create makes a file that is not there yet.
func create(dir, name string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
