// Package manifest lists what an image is made of, and gives all of it one hash.
//
// The hash is about what can change the image. Files count by content and mode. Of
// go.mod, go.sum and vendor/modules.txt, only the parts count that a program can
// depend on: a requirement that no package of the image needs is not one of them.
package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
)

// Dirs is where the parts of an image are. All except Source may be empty.
type Dirs struct {
	Source  string   // the closure of its programs
	Modules string   // what the verb modules left
	Made    string   // files that lie over the build context, which Source has as well
	Before  string   // has a directory with what each generator reads
	Layers  []string // what its layers are made of
	Program string   // the program of the steps, a file
}

// List returns the manifest of an image.
func List(d Dirs) (step.Parts, error) {
	l := &lister{sum: sha256.New()}
	err := errors.Join(l.program(d.Program), l.modules(d.Modules), l.source(d))
	for i, dir := range d.Layers {
		err = errors.Join(err, l.layer(i, dir))
	}
	err = errors.Join(err, l.before(d.Before))
	if err != nil {
		return step.Parts{}, err
	}
	slices.Sort(l.paths)
	return step.Parts{Sum: "sha256:" + hex.EncodeToString(l.sum.Sum(nil)), Paths: slices.Compact(l.paths)}, nil
}

// sizeLimit is that of a go.mod, a go.sum or a modules.txt.
const sizeLimit = 64 << 20

// lister collects the paths and the hash.
type lister struct {
	sum   hash.Hash
	paths []string
	used  modules
}

// add adds words to the hash. No word can be mistaken for another.
func (l *lister) add(words ...any) {
	for _, w := range words {
		fmt.Fprintf(l.sum, "%q ", fmt.Sprint(w))
	}
	fmt.Fprintln(l.sum)
}

// program adds the program of the steps: another one may make another image.
func (l *lister) program(name string) error {
	if name == "" {
		return nil
	}
	sum, err := sumOf(os.DirFS(path.Dir(name)), path.Base(name))
	l.add("program", sum)
	return err
}

// modules adds the packages of other modules. A version of a module never changes:
// what go.sum says of it is added with Source.
func (l *lister) modules(dir string) error {
	l.used = modules{}
	if dir == "" {
		return nil
	}
	fsys := os.DirFS(path.Join(dir, step.ModulesDir))
	return fs.WalkDir(fsys, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == "cache": // has the go.mod files of modules that are not needed
			return fs.SkipDir
		case !e.IsDir():
			l.add("module", name)
			l.used.add(name)
		}
		return nil
	})
}

// source adds the closure, and the paths that it has of the build context.
func (l *lister) source(d Dirs) error {
	fsys := os.DirFS(d.Source)
	if err := l.used.addVendored(fsys); err != nil {
		return err
	}
	made := func(string) bool { return false }
	if d.Made != "" {
		made = func(name string) bool {
			_, err := os.Lstat(path.Join(d.Made, name))
			return err == nil
		}
	}
	return walk(fsys, func(name string, e fs.DirEntry) error {
		if !made(name) {
			l.paths = append(l.paths, name)
		}
		return l.file(fsys, name, e)
	})
}

// file adds a file or a link of the closure.
func (l *lister) file(fsys fs.FS, name string, e fs.DirEntry) error {
	if e.Type()&fs.ModeSymlink != 0 {
		target, err := fs.ReadLink(fsys, name)
		l.add("link", name, target)
		return err
	}
	if part := partOf(name); part != nil {
		data, err := regular.ReadIn(fsys, name, sizeLimit)
		if err != nil {
			return err
		}
		l.add("versions", name, part(l.used, data))
		return nil
	}
	info, err := e.Info()
	if err != nil {
		return err
	}
	sum, err := sumOf(fsys, name)
	l.add("file", name, info.Mode(), sum)
	return err
}

// before adds the paths of what generators read. What they make is part of Source.
func (l *lister) before(dir string) error {
	if dir == "" {
		return nil
	}
	return walk(os.DirFS(dir), func(name string, _ fs.DirEntry) error {
		_, inContext, _ := strings.Cut(name, "/")
		l.paths = append(l.paths, inContext)
		return nil
	})
}

// walk visits everything that is no directory, sorted.
func walk(fsys fs.FS, visit func(name string, e fs.DirEntry) error) error {
	return fs.WalkDir(fsys, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		return visit(name, e)
	})
}

// sumOf returns the checksum of a file.
func sumOf(fsys fs.FS, name string) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), err
}

// isIn reports whether a path has a directory of some name.
func isIn(name, dir string) bool {
	return strings.HasPrefix(name, dir+"/") || strings.Contains(name, "/"+dir+"/")
}
