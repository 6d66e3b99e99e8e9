// Package program installs programs of modules that are no part of a project.
package program

import (
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// Install runs the verb, and leaves in static what the program was built from.
// It returns the exit code of the go command, which puts a program
// for another platform into a directory of the platform's name.
func Install(s gocmd.Step, static string, v step.Program) (code int, err error) {
	gopath := filepath.Join(s.Temp, "gopath")
	install := s
	install.Env = append(slices.Clone(s.Env), "GOPATH="+gopath)
	if code, err := gocmd.Run(install.Online(), step.Go{Args: v.Args}); code != 0 || err != nil {
		return code, err
	}
	file, err := only(filepath.Join(gopath, "bin"))
	if err != nil {
		return 0, err
	}
	if err := describe(file, filepath.Join(static, step.ModuleFile), v); err != nil {
		return 0, err
	}
	if err := move(file, filepath.Join(s.Out, v.Path)); err != nil {
		return 0, err
	}
	return 0, mtime.SetAll(s.Out, 0)
}

// describe writes which module a program was built from. The checksum that the
// go command found is in the program.
func describe(file, to string, v step.Program) error {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return err
	}
	m := info.Main
	if v.Sum != "" && m.Sum != v.Sum {
		return fmt.Errorf("%s@%s: what was fetched has the checksum %s, and the lock says %s; do not use it, and ask who runs the proxy", m.Path, m.Version, m.Sum, v.Sum)
	}
	data, err := json.Marshal(step.Fetched{Version: m.Version, Sum: m.Sum})
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

// only returns the one file of a directory and those in it.
func only(dir string) (string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, name)
		}
		return err
	})
	if err == nil && len(files) != 1 {
		err = fmt.Errorf("the go command installed %d programs, wanted one", len(files))
	}
	if err != nil {
		return "", err
	}
	return files[0], nil
}

// move copies a file: the directories may be of different file systems.
func move(from, to string) error {
	data, err := regular.ReadFile(from, regular.Program)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o755)
}
