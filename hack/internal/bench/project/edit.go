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

	"golang.org/x/mod/semver"
)

// Kind is a kind of edit.
type Kind string

// The kinds of edits. One that changes a package adds a function to it, whose
// name and result no earlier edit had.
const (
	None       Kind = ""
	Readme     Kind = "readme"
	Test       Kind = "test"
	Leaf       Kind = "leaf"       // in the package that the fewest others of the project are built upon
	Central    Kind = "central"    // in the package that the most others are built upon
	Main       Kind = "main"       // in the first main package
	Dependency Kind = "dependency" // a module more, at a version that was not used yet, imported by the main package
)

// Changes reports whether programs are built from what an edit changes.
func (k Kind) Changes() bool { return k != None && k != Readme && k != Test }

// Edit changes the copy, and gives what undoes it. The text, of letters and
// digits, makes the edit differ from all others; a Dependency differs by its
// round, which counts from zero.
func (p Project) Edit(ctx context.Context, kind Kind, text string, round int) (undo func() error, err error) {
	if kind == None {
		return func() error { return nil }, nil
	}
	place, ok := p.Places[kind]
	if !ok {
		return nil, errors.New(p.Missing[kind])
	}
	undo, err = p.remember(place, "go.mod", "go.sum", "go.work.sum")
	if err != nil {
		return nil, err
	}
	switch kind {
	case Dependency:
		err = p.addDependency(ctx, place, round)
	case Readme:
		err = p.add(place, "\n"+text+"\n")
	case Test:
		err = p.add(place, "\n// "+text+"\n")
	default:
		err = p.add(place, fmt.Sprintf("\nfunc benchmark%s() string { return %q }\n", text, text))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("edit %s: %w", place, err), undo())
	}
	return undo, nil
}

// remember gives what puts files back to how they are now.
func (p Project) remember(names ...string) (func() error, error) {
	before := map[string][]byte{}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		before[name] = data // nil: not there
	}
	return func() error {
		var errs error
		for name, data := range before {
			errs = errors.Join(errs, putBack(filepath.Join(p.Dir, name), data))
		}
		return errs
	}, nil
}

func putBack(name string, data []byte) error {
	if data != nil {
		return os.WriteFile(name, data, 0o644)
	}
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (p Project) add(name, text string) error {
	f, err := os.OpenFile(filepath.Join(p.Dir, name), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// addDependency is what a developer does: `go get`, and an import.
func (p Project) addDependency(ctx context.Context, place string, round int) error {
	version, err := p.version(ctx, round)
	if err != nil {
		return err
	}
	if _, err := goCommand(ctx, p.Dir, "get", p.adds+"@"+version); err != nil {
		return err
	}
	source := fmt.Sprintf("package main\n\nimport _ %q\n", p.adds)
	return os.WriteFile(filepath.Join(p.Dir, place), []byte(source), 0o644)
}

// version gives each round a version of its own: what was fetched and compiled
// once is in the caches, and adding it again would measure nothing.
func (p Project) version(ctx context.Context, round int) (string, error) {
	out, err := goCommand(ctx, p.Dir, "list", "-mod=mod", "-m", "-versions", p.adds)
	if err != nil {
		return "", err
	}
	versions := slices.DeleteFunc(strings.Fields(out)[1:], func(v string) bool { return semver.Prerelease(v) != "" })
	if round >= len(versions) {
		return "", fmt.Errorf("%s has only %d versions; ask for fewer repetitions", p.adds, len(versions))
	}
	return versions[len(versions)-1-round], nil
}
