package executable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
)

// Compiled is a compile that the go command did without an error.
type Compiled struct {
	Out     string   // what it made
	Static  string   // takes step.StaticDir or step.ImportersFile
	Sources []string // directories of the packages that it compiled; they need not exist
	Env     []string // names the platform: "GOARCH=arm64"
}

// Check looks at the executables and returns what is wrong with them. In
// Static it leaves whether they are static, and otherwise which packages have
// libraries loaded.
func (c Compiled) Check(v step.Go) (problems []string, err error) {
	out, err := os.OpenRoot(c.Out)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	found, err := Check(out.FS(), v, PlatformOf(c.Env))
	switch {
	case err != nil || len(found.Problems) > 0:
		return found.Problems, err
	case found.Dynamic:
		return nil, c.leaveImporters(found.Libraries)
	}
	return nil, os.Mkdir(filepath.Join(c.Static, step.StaticDir), 0o755)
}

// leaveImporters writes which packages have libraries loaded. The message
// about a missing library names them.
func (c Compiled) leaveImporters(libraries []string) error {
	var roots []fs.FS
	for _, dir := range c.Sources {
		root, err := os.OpenRoot(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		defer root.Close()
		roots = append(roots, root.FS())
	}
	importers, err := Importers(libraries, roots...)
	if err != nil || len(importers) == 0 {
		return err
	}
	text := strings.Join(importers, "\n")
	return os.WriteFile(filepath.Join(c.Static, step.ImportersFile), []byte(text), 0o644)
}

// ReadImporters reads what Compiled.Check left in a directory about packages
// that have libraries loaded.
func ReadImporters(dir string) ([]string, error) {
	text, err := regular.ReadFile(filepath.Join(dir, step.ImportersFile), regular.Text)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' }), err
}
