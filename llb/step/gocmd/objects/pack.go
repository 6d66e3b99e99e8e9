package objects

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/cache"
)

// Pack is a pack to be made.
type Pack struct {
	Cache   string   // GOCACHE that the objects are in
	Actions string   // file that Record wrote
	Without []string // directories of packs whose objects are left out
}

// Write makes the pack in a directory. It is taken for unpacked in the GOCACHE
// that it is made from.
func (p Pack) Write(dir string) (objects int, err error) {
	entries, c, err := p.entries()
	if err != nil {
		return 0, err
	}
	if _, err := writePack(dir, c, entries); err != nil {
		return 0, err
	}
	return len(entries), have(p.Cache, []byte(indexOf(entries)))
}

func indexOf(entries []entry) string {
	var index strings.Builder
	for _, e := range entries {
		index.WriteString(e.String())
	}
	return index.String()
}

// writePack writes the files of a pack.
func writePack(dir string, c *cache.Cache, entries []entry) (objects int, err error) {
	if err := writeData(filepath.Join(dir, DataFile), c, entries); err != nil {
		return 0, err
	}
	return len(entries), os.WriteFile(filepath.Join(dir, IndexFile), []byte(indexOf(entries)), 0o644)
}

func (p Pack) entries() ([]entry, *cache.Cache, error) {
	c, err := cache.Open(p.Cache)
	if err != nil {
		return nil, nil, err
	}
	actions, err := recorded(p.Actions)
	if err != nil {
		return nil, nil, err
	}
	actions, err = without(actions, p.Without)
	return lookup(c, actions), c, err
}
