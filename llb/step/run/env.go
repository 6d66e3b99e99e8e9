package run

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/treefs"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/fetch/modules"
	"github.com/gohull/gohull/llb/step/gocmd"
	"github.com/gohull/gohull/llb/step/source/overlay"
)

// Env is where a verb runs.
type Env struct {
	Root   string   // has the paths of package step: "/" in a step, a temporary directory in tests
	Dir    string   // working directory of the go command; empty for that of the process
	Vars   []string // environment variables: "KEY=value"
	Stdout io.Writer
	Stderr io.Writer
}

// at returns where a path of package step is.
func (e Env) at(path string) string { return filepath.Join(e.Root, path) }

// lookup returns the value of an environment variable; the last one counts.
func (e Env) lookup(key string) string {
	for _, v := range slices.Backward(e.Vars) {
		if value, ok := strings.CutPrefix(v, key+"="); ok {
			return value
		}
	}
	return ""
}

// secret returns where a secret is mounted, if it is.
func (e Env) secret(id string) string { return e.at(step.SecretPath(id)) }

// step returns what package gocmd needs to run the go command.
func (e Env) step() (gocmd.Step, error) {
	dir, err := e.Dir, error(nil)
	if dir == "" {
		dir, err = os.Getwd()
	}
	return modules.Mending(gocmd.Step{
		Source: e.at(step.Source),
		Dir:    dir,
		Out:    e.at(step.Out),
		Report: e.at(step.Report),
		Temp:   e.at(step.Temp),
		Goroot: e.at(step.Goroot),
		Tree:   e.at(step.ModuleTree),
		CA:     e.secret(step.SecretCA),
		Netrc:  e.secret(step.SecretNetrc),
		Linker: e.at(step.LinkerDir),
		Self:   e.at(step.Binary),
		Git: gocmd.Git{
			Settings:    e.secret(step.SecretGitConfig),
			Credentials: e.secret(step.SecretGitCredentials),
			KnownHosts:  e.at(step.KnownHosts),
		},
		Env:    e.Vars,
		Stdout: e.Stdout,
		Stderr: e.Stderr,
	}, e.at(step.ModCache)), err
}

// within runs a function on the files of a mount. Symbolic links cannot lead
// out of it. step.Source has what generators and stages made laid over
// it.
func (e Env) within(mount string, run func(fs.FS) error) error {
	root, err := os.OpenRoot(e.at(mount))
	if err != nil {
		return err
	}
	defer root.Close()
	files := treefs.New(root)
	defer files.Close()
	if mount != step.Source {
		return run(files)
	}
	made, err := os.OpenRoot(e.at(step.Made))
	if errors.Is(err, fs.ErrNotExist) {
		return run(files)
	}
	if err != nil {
		return err
	}
	defer made.Close()
	return run(overlay.FS{Lower: files, Upper: made.FS(), Replaced: e.replaced()})
}

// replaced returns the directories of step.Source that have nothing but what
// step.Made has of them.
func (e Env) replaced() []string {
	for _, v := range e.Vars {
		if dirs, ok := strings.CutPrefix(v, step.ReplacedDirs+"="); ok {
			return strings.Split(dirs, ":")
		}
	}
	return nil
}

// writing returns a verb that reads a mount and writes one file to step.Out: the
// bytes that make returns, or anything else as JSON.
func writing[V, R any](file, mount string, make func(fs.FS, V) (R, error)) func(Env, V) (int, error) {
	return simply(func(e Env, v V) error {
		return e.within(mount, func(fsys fs.FS) error {
			result, err := make(fsys, v)
			if err != nil {
				return err
			}
			data, ok := any(result).([]byte)
			if !ok {
				if data, err = json.Marshal(result); err != nil {
					return err
				}
			}
			return e.write(file, data)
		})
	})
}

// write writes a file of the step's output.
func (e Env) write(name string, data []byte) error {
	return os.WriteFile(filepath.Join(e.at(step.Out), name), data, 0o644)
}
