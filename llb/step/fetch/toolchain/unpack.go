package toolchain

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
)

// sizeLimit is four times what toolchains have unpacked.
const sizeLimit = 1 << 30

// unpack writes the files of a module zip below out, and returns the hash of
// all that it read. Writing and hashing are one pass, so that what is
// written is what was hashed.
func unpack(r io.ReadSeeker, prefix, out string) (hash string, err error) {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", err
	}
	root, err := os.OpenRoot(out)
	if err != nil {
		return "", err
	}
	defer root.Close()
	files, err := readZip(r, prefix)
	if err != nil {
		return "", err
	}
	u := unpacker{root: root, files: files, prefix: prefix, made: map[string]bool{".": true}}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	hash, err = dirhash.Hash1(names, u.open)
	return hash, errors.Join(err, u.err)
}

// readZip lists the files of a module zip by name, once all names are found
// to be safe.
func readZip(r io.ReadSeeker, prefix string) (map[string]*zip.File, error) {
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(&readerAt{r}, size)
	if err != nil {
		return nil, err
	}
	files := map[string]*zip.File{}
	var total uint64
	for _, f := range z.File {
		if err := checkName(f, prefix); err != nil {
			return nil, err
		}
		if files[f.Name] != nil {
			return nil, fmt.Errorf("%q is in the module twice", f.Name)
		}
		files[f.Name] = f
		// The first part keeps the sum from running over.
		if total += f.UncompressedSize64; f.UncompressedSize64 > sizeLimit || total > sizeLimit {
			return nil, fmt.Errorf("the module unpacks to more than %d MB", sizeLimit>>20)
		}
	}
	return files, nil
}

func checkName(f *zip.File, prefix string) error {
	name, ok := strings.CutPrefix(f.Name, prefix)
	if !ok {
		return fmt.Errorf("%q is in the module, want names that begin with %s", f.Name, prefix)
	}
	if err := module.CheckFilePath(name); err != nil {
		return err
	}
	if !filepath.IsLocal(name) || !f.Mode().IsRegular() {
		return fmt.Errorf("%q is in the module, want regular files inside of it", f.Name)
	}
	return nil
}

type unpacker struct {
	root   *os.Root
	files  map[string]*zip.File
	prefix string
	made   map[string]bool // directories
	err    error           // of closing files
}

// open returns a file's content; reading it writes it.
func (u *unpacker) open(name string) (io.ReadCloser, error) {
	r, err := u.files[name].Open()
	if err != nil {
		return nil, err
	}
	local := strings.TrimPrefix(name, u.prefix)
	if unneeded(local) {
		return r, nil
	}
	w, err := u.create(local)
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return &tee{Reader: io.TeeReader(r, w), close: func() error {
		u.err = errors.Join(u.err, w.Close())
		return r.Close()
	}}, nil
}

// unneeded reports whether a file serves only the tests of Go itself: a
// third of all files.
func unneeded(name string) bool {
	return strings.HasPrefix(name, "src/") &&
		(strings.HasSuffix(name, "_test.go") || strings.Contains(name, "/testdata/"))
}

func (u *unpacker) create(name string) (*os.File, error) {
	name = restored(name)
	if err := u.mkdir(path.Dir(name)); err != nil {
		return nil, err
	}
	mode := fileMode(name)
	f, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, err
	}
	// The umask took part in the mode.
	if err := f.Chmod(mode); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// restored returns the name a file has in GOROOT. A module cannot hold another
// one, so the go.mod files of src have another name in it.
func restored(name string) string {
	if dir, base := path.Split(name); base == "_go.mod" {
		return dir + "go.mod"
	}
	return name
}

// fileMode makes executable what the go command does: modules have no modes.
func fileMode(name string) fs.FileMode {
	wrapper, _ := path.Match("go_?*_?*_exec", path.Base(name))
	switch {
	case strings.HasPrefix(name, "bin/"), strings.HasPrefix(name, "pkg/tool/"),
		strings.HasPrefix(name, "lib/") && wrapper:
		return 0o755
	}
	return 0o644
}

func (u *unpacker) mkdir(dir string) error {
	if u.made[dir] {
		return nil
	}
	if err := u.mkdir(path.Dir(dir)); err != nil {
		return err
	}
	u.made[dir] = true
	if err := u.root.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return u.root.Chmod(dir, 0o755)
}

type tee struct {
	io.Reader
	close func() error
}

func (t *tee) Close() error { return t.close() }

// readerAt serves one reader at a time, as reading a zip file by file does.
type readerAt struct{ r io.ReadSeeker }

func (r *readerAt) ReadAt(p []byte, off int64) (int, error) {
	if _, err := r.r.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(r.r, p)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}
