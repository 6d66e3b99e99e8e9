package modules

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
	"github.com/gohull/gohull/llb/step/source/gofiles"
	"golang.org/x/mod/module"
)

// tree is a module cache that has what a build needs, in the making.
type tree struct {
	job   Job
	links string                     // a module cache whose modules are links to those of the job's
	files map[string]map[string]bool // by directory of a module, "example.com/m@v1.0.0": names in it
	// versions has the module of each directory.
	versions map[string]module.Version
}

// newTree takes the packages of the modules that were listed.
func newTree(j Job, listed []pkg) (tree, error) {
	t := tree{job: j, links: filepath.Join(j.Step.Temp, "modules"), files: map[string]map[string]bool{}, versions: map[string]module.Version{}}
	if err := os.RemoveAll(t.links); err != nil {
		return t, err // of the time before
	}
	for _, p := range listed {
		if p.Standard || p.Module == nil || !p.isIn(j.ModCache) {
			continue
		}
		if err := t.add(p); err != nil {
			return t, err
		}
	}
	return t, t.link()
}

// add takes the files of a package.
func (t tree) add(p pkg) error {
	path, version := p.origin()
	dir, err := versionDir(path, version)
	if err != nil {
		return err
	}
	t.versions[dir] = module.Version{Path: path, Version: version}
	if t.files[dir] == nil {
		t.files[dir] = map[string]bool{}
	}
	if p.usesCgo() {
		return t.addAll(dir)
	}
	names := p.built()
	if p.stub {
		names = append(names, p.profile()...)
	}
	included, err := gofiles.Included(p.SFiles, p.read)
	if err != nil {
		return err
	}
	for _, name := range append(names, included...) {
		if full, ok := p.below(name); ok {
			t.files[dir][full] = true
		}
	}
	return nil
}

// addAll takes a whole module.
func (t tree) addAll(dir string) error {
	root := filepath.Join(t.job.ModCache, dir)
	return filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(root, name)
		t.files[dir][filepath.ToSlash(rel)] = true
		return err
	})
}

// versionDir returns the directory of a module in a module cache.
func versionDir(modulePath, version string) (string, error) {
	escaped, err := module.EscapePath(modulePath)
	if err != nil {
		return "", err
	}
	v, err := module.EscapeVersion(version)
	return escaped + "@" + v, err
}

// downloadFile returns a file in a module cache that belongs to a module's directory.
func downloadFile(dir, extension string) string {
	escaped, version, _ := strings.Cut(dir, "@")
	return path.Join("cache/download", escaped, "@v", version+extension)
}

// errMissing is a module without its checksum. The go command has not finished
// it, or what keeps the cache has lost a file.
var errMissing = errors.New("the module cache lacks the checksum of the module")

// link makes the module cache of links. The go command takes a module in it
// for unpacked when its checksum is there as well.
func (t tree) link() error {
	for dir := range t.files {
		link := filepath.Join(t.links, dir)
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(filepath.Join(t.job.ModCache, dir), link); err != nil {
			return err
		}
		sum := downloadFile(dir, ".ziphash")
		if err := copyFile(filepath.Join(t.links, sum), filepath.Join(t.job.ModCache, sum)); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s: %w", t.versions[dir], errMissing)
		} else if err != nil {
			return err
		}
	}
	return os.MkdirAll(filepath.Join(t.links, "cache/download"), 0o755)
}

// offline returns a step that gets its modules from the links, and what else it
// needs from what was downloaded before. That was checked against the
// checksum database then, and is against go.sum again.
func (t tree) offline() gocmd.Step {
	s := t.job.within(t.job.Step,
		"GOMODCACHE="+t.links,
		"GONOPROXY=",
		"GONOSUMDB=",
		"GOPRIVATE=",
		"GOPROXY=file://"+filepath.Join(t.job.ModCache, "cache/download"),
		"GOSUMDB=off",
	)
	s.Stderr = io.Discard // It has nothing to say that the run before has not said.
	return s
}

// write completes the tree in a directory, which has the files of packages.
func (t tree) write(out string) error {
	mod := filepath.Join(out, step.ModulesDir)
	if err := os.MkdirAll(mod, 0o755); err != nil {
		return err
	}
	if err := t.writeLooked(mod); err != nil {
		return err
	}
	id, err := identity(mod)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, step.ModulesID), []byte(id), 0o644); err != nil {
		return err
	}
	return mtime.SetAll(out, 0)
}

// fips is the module in which the go command puts Go's own cryptography of an
// earlier version, as GOFIPS140 asks for it. It is unpacked from GOROOT.
const fips = "golang.org/fips140@"

// writeLooked leaves what the go command looked at in addition to packages: the
// go.mod files and checksums, what it unpacked of its own, and the modules
// that could have had a package of an import path and have not.
func (t tree) writeLooked(mod string) error {
	return filepath.WalkDir(t.links, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(t.links, name)
		switch ext := filepath.Ext(name); {
		case err != nil:
			return err
		case ext == ".mod" || ext == ".ziphash":
			return copyFile(filepath.Join(mod, rel), name)
		case e.IsDir() && strings.HasPrefix(rel, fips):
			return cmp.Or(copyAll(filepath.Join(mod, rel), name), fs.SkipDir)
		case e.IsDir() && strings.Contains(e.Name(), "@v") && !strings.HasPrefix(rel, "cache"):
			return cmp.Or(os.MkdirAll(filepath.Join(mod, rel), 0o755), fs.SkipDir)
		}
		return nil
	})
}

// identity returns a name for a module cache: another one for other files. The go
// command remembers what a module's directory has by the name of the directory.
func identity(mod string) (string, error) {
	hash := sha256.New()
	err := filepath.WalkDir(mod, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fmt.Fprintln(hash, strings.TrimPrefix(name, mod))
		if filepath.Ext(name) != ".ziphash" {
			return nil
		}
		data, err := regular.ReadFile(name, regular.Text)
		hash.Write(data)
		return err
	})
	return fmt.Sprintf("%x", hash.Sum(nil)[:16]), err
}

// copyAll copies the files below a directory.
func copyAll(to, from string) error {
	return filepath.WalkDir(from, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		return copyFile(filepath.Join(to, strings.TrimPrefix(name, from)), name)
	})
}

// copyFile makes directories as they are needed. All is readable to everybody, as
// builders differ in what they keep of modes.
func copyFile(to, from string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	in, err := regular.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
