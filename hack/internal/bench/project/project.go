// Package project is a Go project that is measured: a copy of it, which may be
// edited, and where its import graph says that an edit means what.
package project

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Project is a copy of a project.
type Project struct {
	Dir      string
	Mains    []string        // main packages as the go command takes them; edits are in or below the first one
	Packages int             // that the first main package is made of, itself and the standard library included
	Own      int             // those of them that are the project's own
	Places   map[Kind]string // file that an edit of the kind changes, relative to Dir
	Missing  map[Kind]string // why there is no such edit
	Tests    Tests           // what runs where tests are measured
	adds     string          // path of the module that Dependency adds
}

// Tests is the tests of a project.
type Tests struct {
	Packages []string // patterns, as the go command takes them
	Files    []string // that they read in addition to those of packages and testdata
}

// Open surveys a copy that Copy or a generator made.
func Open(ctx context.Context, dir string, mains []string) (Project, error) {
	p := Project{Dir: dir, Mains: mains, Tests: Tests{Packages: []string{"./..."}}}
	packages, err := list(ctx, dir, mains[0])
	if err != nil {
		return Project{}, err
	}
	mine := own(packages)
	p.Packages, p.Own = len(packages), len(mine)
	return p, p.choose(mine)
}

// Copy copies a directory but for its repository's history and a directory to skip,
// which may be below it or anywhere else.
func Copy(to, from, skip string) error {
	return filepath.WalkDir(from, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		switch target := filepath.Join(to, rel); {
		case e.Name() == ".git" && e.IsDir() || name == skip:
			return fs.SkipDir
		case e.Name() == ".git":
			return nil // of a worktree: a file that says where the history is
		case e.IsDir():
			return os.MkdirAll(target, 0o755)
		case e.Type() == fs.ModeSymlink:
			return copyLink(target, name)
		case e.Type().IsRegular():
			return copyFile(target, name)
		}
		return nil // sockets and the like are no part of a project
	})
}

func copyLink(to, from string) error {
	target, err := os.Readlink(from)
	if err != nil {
		return err
	}
	return os.Symlink(target, to)
}

func copyFile(to, from string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, info.Mode().Perm()|0o600)
}

// Mains lists all main packages of a project, as the go command takes them.
func Mains(ctx context.Context, dir string) ([]string, error) {
	out, err := goCommand(ctx, dir, "list", "-f", `{{if eq .Name "main"}}{{.Dir}}{{end}}`, "./...")
	if err != nil {
		return nil, err
	}
	var mains []string
	for d := range strings.FieldsSeq(out) {
		rel, err := filepath.Rel(dir, d)
		if err != nil {
			return nil, err
		}
		if rel != "." {
			rel = "./" + filepath.ToSlash(rel)
		}
		mains = append(mains, rel)
	}
	if len(mains) == 0 {
		return nil, fmt.Errorf("%s has no main package", dir)
	}
	return mains, nil
}

// choose finds the place of each kind of edit.
func (p *Project) choose(own graph) error {
	p.Places, p.Missing = map[Kind]string{}, map[Kind]string{}
	main := own.main()
	p.put(Main, own.file(main), "")
	ranked := own.ranked()
	switch {
	case len(ranked) == 0:
		p.put(Leaf, "", "the program has no package of its own except the main one")
		p.put(Central, "", p.Missing[Leaf])
	case len(ranked) == 1:
		p.put(Leaf, own.file(ranked[0]), "")
		p.put(Central, "", "the program has only one package of its own except the main one")
	default:
		p.put(Leaf, own.file(ranked[0]), "")
		p.put(Central, own.file(ranked[len(ranked)-1]), "")
	}
	p.put(Test, own.test(), "none of the program's packages has a test")
	p.put(Readme, p.readme(), "the project has no README")
	for kind, file := range p.Places {
		rel, err := filepath.Rel(p.Dir, file)
		if err != nil {
			return err
		}
		p.Places[kind] = rel
	}
	return p.chooseDependency()
}

func (p *Project) put(kind Kind, file, missing string) {
	if file == "" {
		p.Missing[kind] = missing
		return
	}
	p.Places[kind] = file
}

func (p *Project) readme() string {
	files, _ := filepath.Glob(filepath.Join(p.Dir, "README*"))
	if len(files) == 0 {
		return ""
	}
	return slices.Min(files)
}

// candidates are small modules that need no others and have many versions.
var candidates = []string{"github.com/BurntSushi/toml", "github.com/google/uuid", "github.com/pkg/errors"}

// chooseDependency takes a module that the project does not know yet.
func (p *Project) chooseDependency() error {
	if _, err := os.Stat(filepath.Join(p.Dir, "vendor")); err == nil {
		p.Missing[Dependency] = "the project's dependencies are vendored"
		return nil
	}
	sums, err := os.ReadFile(filepath.Join(p.Dir, "go.sum"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, c := range candidates {
		if !strings.Contains(string(sums), c+" ") {
			p.adds = c
			p.Places[Dependency] = filepath.Join(filepath.Dir(p.Places[Main]), "benchmark_dependency.go")
			return nil
		}
	}
	p.Missing[Dependency] = "the project has every module that could be added: " + strings.Join(candidates, ", ")
	return nil
}
