package modules

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/internal/safe"
	"golang.org/x/mod/module"
)

// The go command compares a module with go.sum when it downloads it, and never
// again what it unpacked: whatever is in GOMODCACHE is taken for the module.
// So the modules are compared here, before they are handed on.

// sums are checksums of modules, by "path version".
type sums map[string][]string

// readSums reads every go.sum and go.work.sum of a directory. One project may
// have several, and the go command has seen to it that those which count have
// all modules.
func readSums(dir string) (sums, error) {
	all := sums{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || e.Name() != "go.sum" && e.Name() != workSum {
			return err
		}
		data, err := regular.ReadFile(name, regular.Text)
		for line := range strings.Lines(string(data)) {
			if f := strings.Fields(line); len(f) == 3 {
				key := f[0] + " " + f[1]
				all[key] = append(all[key], f[2])
			}
		}
		return err
	})
	return all, err
}

const workSum = "go.work.sum"

// take copies the files of the packages into a module cache, and lists the modules
// whose files are not those that go.sum has the checksum of. Each file is read once:
// nothing else than what was compared is copied, whatever other steps write to
// ModCache in the meantime.
func (t tree) take(mod string) (altered []module.Version, err error) {
	known, err := readSums(t.job.Step.Source)
	if err != nil {
		return nil, err
	}
	eg := safe.NewGroup()
	eg.SetLimit(runtime.GOMAXPROCS(0))
	var mu sync.Mutex
	for dir, m := range t.versions {
		eg.Go(func() error {
			c := copying{from: filepath.Join(t.job.ModCache, dir), to: filepath.Join(mod, dir), wanted: t.files[dir]}
			hash, err := c.run(m.String())
			if err != nil && !errors.Is(err, errIrregular) {
				return fmt.Errorf("%s: %w", m, err)
			}
			if slices.Contains(known[m.Path+" "+m.Version], hash) {
				return c.complete()
			}
			mu.Lock()
			defer mu.Unlock()
			altered = append(altered, m)
			return nil
		})
	}
	err = eg.Wait()
	module.Sort(altered)
	return altered, err
}

// forget removes modules from the module cache, so that they are downloaded
// again.
func (j Job) forget(all []module.Version) error {
	for _, m := range all {
		dir, err := versionDir(m.Path, m.Version)
		if err != nil {
			return err
		}
		for _, name := range []string{dir, downloadFile(dir, ".zip"), downloadFile(dir, ".ziphash"), downloadFile(dir, ".mod"), downloadFile(dir, ".info")} {
			if err := os.RemoveAll(filepath.Join(j.ModCache, name)); err != nil {
				return err
			}
		}
	}
	return nil
}
