package gocmd

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/certs"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
)

// environment returns the environment of the go command: the step's own, with
// what a machine usually has. Nothing outside of Temp is made: the root of the step
// may be empty.
func (s Step) environment() ([]string, error) {
	env := slices.Clone(s.Env)
	home, err := s.home(lookup(env, "HOME"))
	if err != nil {
		return nil, err
	}
	env = append(env, "HOME="+home, "TMPDIR="+s.Temp, "GOTMPDIR="+s.Temp)
	if exists(s.Netrc) {
		env = append(env, "NETRC="+s.Netrc)
	}
	modules, err := s.modules()
	if err != nil {
		return nil, err
	}
	if modules != "" {
		env = append(env, "GOMODCACHE="+modules)
	}
	bundle, err := s.bundle()
	if err != nil {
		return nil, err
	}
	if bundle != "" {
		env = append(env, "SSL_CERT_FILE="+bundle, "GIT_SSL_CAINFO="+bundle)
	}
	return env, nil
}

// modules makes a link to the module tree, with a name that depends on its
// content, and returns that. The go command keeps in
// GOCACHE an index of each module, by the name of its directory: it takes what is
// in a module cache for complete. That of another tree may have more packages
// of the module, or fewer. Without an index the tree keeps its usual name.
func (s Step) modules() (string, error) {
	if !step.HasIndex(s.Env) {
		return "", nil
	}
	id, err := regular.ReadFile(filepath.Join(s.Tree, step.ModulesID), sizeLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	link := s.Tree + "-" + string(id)
	err = os.Symlink(filepath.Join(s.Tree, step.ModulesDir), link)
	if errors.Is(err, fs.ErrExist) {
		return link, nil // of an earlier command of the step
	}
	return link, err
}

// linked is that name in what the go command prints.
var linked = regexp.MustCompile(regexp.QuoteMeta(step.ModuleTree) + "-[0-9a-f]{32}/")

// unlinked replaces the names that files of modules have through the link.
func unlinked(line []byte) []byte { return linked.ReplaceAll(line, []byte(step.ModCache+"/")) }

// lookup returns a variable's value; the last one counts.
func lookup(env []string, key string) string {
	for _, e := range slices.Backward(env) {
		if value, ok := strings.CutPrefix(e, key+"="); ok {
			return value
		}
	}
	return ""
}

// bundle writes the authorities to trust to a file, unless the system's own
// will do, and returns its name.
func (s Step) bundle() (string, error) {
	extra, err := certs.Extra(s.CA)
	if err != nil {
		return "", err
	}
	system := certs.System()
	if extra == nil && system != nil {
		return "", nil
	}
	if system == nil {
		system = certs.Mozilla()
	}
	name := filepath.Join(s.Temp, "ca-certificates.crt")
	return name, os.WriteFile(name, certs.Join(system, extra), 0o600)
}
