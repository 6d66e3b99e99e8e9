package objects

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gohull/gohull/internal/regular"
	"github.com/klauspost/compress/zstd"
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
	if err := os.WriteFile(filepath.Join(dir, IndexFile), []byte(indexOf(entries)), 0o644); err != nil {
		return 0, err
	}
	return len(entries), writeData(filepath.Join(dir, DataFile), c, entries)
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

func writeData(file string, c *cache.Cache, entries []entry) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	// The layer that this becomes is compressed once more: speed counts.
	z, err := zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return err
	}
	return errors.Join(writeTar(z, c, entries), z.Close(), f.Close())
}

func writeTar(w io.Writer, c *cache.Cache, entries []entry) error {
	t := tar.NewWriter(w)
	written := map[cache.OutputID]bool{}
	for _, e := range entries {
		if err := writeAction(t, e); err != nil {
			return err
		}
		if written[e.output] {
			continue
		}
		written[e.output] = true
		if err := writeOutput(t, e, c.OutputFile(e.output)); err != nil {
			return err
		}
	}
	return t.Close()
}

// writeAction writes what the go command has in GOCACHE for an action. It
// minds the time only for results of tests.
func writeAction(t *tar.Writer, e entry) error {
	text := fmt.Sprintf("v1 %x %x %20d %20d\n", e.action, e.output, e.size, 0)
	if err := t.WriteHeader(header(fmt.Sprintf("%x-a", e.action), int64(len(text)))); err != nil {
		return err
	}
	_, err := io.WriteString(t, text)
	return err
}

func writeOutput(t *tar.Writer, e entry, file string) error {
	f, err := regular.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := t.WriteHeader(header(fmt.Sprintf("%x-d", e.output), e.size)); err != nil {
		return err
	}
	_, err = io.Copy(t, f)
	return err
}

// header returns the header of a file, which is in the directory that the first
// byte of its name gives.
func header(base string, size int64) *tar.Header {
	return &tar.Header{Name: base[:2] + "/" + base, Size: size, Mode: 0o644, Format: tar.FormatUSTAR}
}
