package executable

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/regular"
	"golang.org/x/mod/module"
)

// pragma is the line of Go source by which a package has a library loaded
// without cgo: its last word is the library's name.
const pragma = "//go:cgo_import_dynamic "

// Importers returns the packages below roots that have one of some libraries
// loaded, as users know them: "example.com/m@v1.0.0/internal/c", sorted.
func Importers(libraries []string, roots ...fs.FS) ([]string, error) {
	var all []string
	for _, root := range roots {
		err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
				return err
			}
			data, err := regular.ReadIn(root, name, regular.Text)
			if err == nil && imports(data, libraries) {
				all = append(all, packageName(path.Dir(name)))
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

func imports(source []byte, libraries []string) bool {
	for line := range bytes.Lines(source) {
		rest, ok := strings.CutPrefix(string(line), pragma)
		if !ok {
			continue
		}
		words := strings.Fields(rest)
		if len(words) == 3 && slices.Contains(libraries, strings.Trim(words[2], `"`)) {
			return true
		}
	}
	return false
}

// packageName returns the name of a package by its directory, in the project, in
// its vendor directory or in a module cache.
func packageName(dir string) string {
	if dir == "." {
		return "the main module"
	}
	dir = strings.TrimPrefix(dir, "vendor/")
	modulePath, rest, ok := strings.Cut(dir, "@")
	if !ok {
		return dir
	}
	if plain, err := module.UnescapePath(modulePath); err == nil {
		modulePath = plain
	}
	return modulePath + "@" + rest
}
