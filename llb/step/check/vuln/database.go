// Package vuln finds out whether a project calls what a vulnerability
// database knows to be vulnerable.
//
// The database is read in one step and the project in another, so that the
// second one runs again only when the database has something new about the
// modules of this project. Its form is that of Go's own database, see
// https://go.dev/doc/security/vuln/database:
//
//	index/modules.json  which modules have which vulnerabilities
//	ID/GO-2024-1234.json  one of them, in the OSV format
package vuln

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/internal/safe"
	"github.com/gohull/gohull/llb/step"
)

// Job is a step that reads a database.
type Job struct {
	step.VulnDB
	Source string // go.mod, go.sum and similar files of the project
	Dir    string // has the database if there is no URL
	Out    string // takes what is picked of it
	CA     string // file of further certificates, need not exist
	Netrc  string // file of credentials, need not exist
	Log    io.Writer
}

const modulesIndex = "index/modules"

// database gives its files by name, without ".json".
type database interface {
	read(ctx context.Context, name string) ([]byte, error)
}

// entry is what the index says of a module.
type entry struct {
	Path  string  `json:"path"`
	Vulns []known `json:"vulns"`
}

// known is a vulnerability as the index has it.
type known struct {
	ID       string `json:"id"`
	Modified string `json:"modified"`
	Fixed    string `json:"fixed,omitempty"` // "1.2.3"; empty when no version is without it
}

// Pick writes to Out what a database has about the modules of the project.
func Pick(ctx context.Context, j Job) error {
	db, err := j.open()
	if err != nil {
		return err
	}
	index, err := readIndex(ctx, db)
	if err != nil {
		return err
	}
	mods, err := readModules(j.Source, j.Go)
	if err != nil {
		return err
	}
	picked := mods.pick(index)
	if err := writeIndex(j.Out, picked); err != nil {
		return err
	}
	if err := copyEntries(ctx, db, j.Out, ids(picked)); err != nil {
		return err
	}
	return mtime.SetAll(j.Out, 0)
}

func (j Job) open() (database, error) {
	if j.URL == "" {
		return local(j.Dir), nil
	}
	return newSite(j)
}

func readIndex(ctx context.Context, db database) ([]entry, error) {
	data, err := db.read(ctx, modulesIndex)
	if err != nil {
		return nil, err
	}
	var index []entry
	if err := json.Unmarshal(data, &index); err != nil {
		return nil, fmt.Errorf("the vulnerability database's %s.json: %w", modulesIndex, err)
	}
	return index, nil
}

// pick drops modules that the project does not have, and vulnerabilities that
// none of its versions of them have any more.
func (m modules) pick(index []entry) []entry {
	picked := []entry{}
	for _, e := range index {
		versions, ok := m[e.Path]
		if !ok {
			continue
		}
		e.Vulns = slices.DeleteFunc(e.Vulns, func(k known) bool { return !k.concerns(versions) })
		if len(e.Vulns) > 0 {
			picked = append(picked, e)
		}
	}
	return picked
}

// concerns reports whether one of the versions may have the vulnerability.
func (k known) concerns(versions []string) bool {
	fixed := "v" + k.Fixed
	if k.Fixed == "" || !semver.IsValid(fixed) {
		return true
	}
	return slices.ContainsFunc(versions, func(v string) bool {
		return !semver.IsValid(v) || semver.Compare(v, fixed) < 0
	})
}

func ids(index []entry) []string {
	var all []string
	for _, e := range index {
		for _, k := range e.Vulns {
			all = append(all, k.ID)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func writeIndex(out string, index []entry) error {
	data, err := json.Marshal(index)
	if err != nil {
		return err
	}
	return write(out, modulesIndex, data)
}

// identifier is a name that is one file below a directory.
var identifier = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// copyEntries takes several at once: a database on the network is far away.
func copyEntries(ctx context.Context, db database, out string, ids []string) error {
	eg, ctx := safe.WithContext(ctx)
	eg.SetLimit(8)
	for _, id := range ids {
		eg.Go(func() error {
			if !identifier.MatchString(id) {
				return fmt.Errorf("the vulnerability database's %s.json has the id %q, wanted one like GO-2024-1234", modulesIndex, id)
			}
			data, err := db.read(ctx, "ID/"+id)
			if err != nil {
				return err
			}
			return write(out, "ID/"+id, data)
		})
	}
	return eg.Wait()
}

func write(dir, name string, data []byte) error {
	file := filepath.Join(dir, filepath.FromSlash(name)+".json")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

// local is a database in a directory.
type local string

func (f local) read(_ context.Context, name string) ([]byte, error) {
	root, err := os.OpenRoot(string(f))
	if err != nil {
		return nil, fmt.Errorf("the build context %s: %w", step.VulnContext, err)
	}
	defer root.Close()
	data, err := regular.ReadIn(root.FS(), name+".json", largest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the build context %s has no %s.json; wanted a directory with a Go vulnerability database: index/modules.json, and a file below ID for each vulnerability",
			step.VulnContext, strings.TrimPrefix(name, "/"))
	}
	if err != nil {
		return nil, fmt.Errorf("the build context %s: %w", step.VulnContext, err)
	}
	return data, nil
}
