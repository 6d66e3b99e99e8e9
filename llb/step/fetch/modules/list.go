package modules

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/version"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
	"github.com/gohull/gohull/llb/step/gocmd/failure"
	"golang.org/x/mod/module"
)

// fields are those of `go list -json` that pkg has.
const fields = "CFiles,CXXFiles,CgoFiles,Dir,EmbedFiles,Error,FFiles,GoFiles,HFiles,IgnoredGoFiles," +
	"ImportPath,InvalidGoFiles,MFiles,Module,Name,SFiles,Standard,SwigCXXFiles,SwigFiles,SysoFiles"

// command returns what lists packages. Go before 1.19 knows no choice of fields,
// and takes longer.
func command(v step.Modules) []string {
	asJSON := "-json=" + fields
	if v.Go != "" && version.Compare("go"+v.Go, "go1.19") < 0 {
		asJSON = "-json"
	}
	return append([]string{"list", "-e", "-deps", asJSON}, v.Flags...)
}

// pkg is a package as the go command lists it.
type pkg struct {
	ImportPath string
	Name       string
	Dir        string
	Standard   bool
	Module     *struct {
		Path, Version, Dir string
		Replace            *struct{ Path, Version string }
	}
	Error *pkgError
	files

	stub     bool   // it was asked for by name
	platform string // settings that it was listed for
}

// pkgError is what is wrong with a package.
type pkgError struct{ Err string }

// key tells packages of one listing apart.
func (p pkg) key() [2]string { return [2]string{p.platform, p.ImportPath} }

// files are the files of a package, as the go command sorts them.
type files struct {
	GoFiles, CgoFiles, InvalidGoFiles, IgnoredGoFiles           []string
	CFiles, CXXFiles, MFiles, HFiles, FFiles, SFiles, SysoFiles []string
	SwigFiles, SwigCXXFiles, EmbedFiles                         []string
}

// built returns the files that a build reads. Those that build constraints
// exclude count where they are all there is, so that the go command can say
// why.
func (f files) built() []string {
	all := slices.Concat(f.GoFiles, f.CgoFiles, f.InvalidGoFiles,
		f.CFiles, f.CXXFiles, f.MFiles, f.HFiles, f.FFiles, f.SFiles, f.SysoFiles,
		f.SwigFiles, f.SwigCXXFiles, f.EmbedFiles)
	if len(f.GoFiles)+len(f.CgoFiles) == 0 {
		all = append(all, f.IgnoredGoFiles...)
	}
	return all
}

// usesCgo reports whether a C compiler will see files of the package, which
// may include any file of the module.
func (f files) usesCgo() bool {
	return len(f.CgoFiles)+len(f.SwigFiles)+len(f.SwigCXXFiles) > 0
}

// isIn reports whether the package is in a directory.
func (p pkg) isIn(dir string) bool {
	rel, err := filepath.Rel(dir, p.Dir)
	return p.Dir != "" && err == nil && filepath.IsLocal(rel)
}

// origin returns the module, and its version, that the package is really of.
func (p pkg) origin() (modulePath, version string) {
	if r := p.Module.Replace; r != nil {
		return r.Path, r.Version
	}
	return p.Module.Path, p.Module.Version
}

// version returns the same as a module.
func (p pkg) version() module.Version {
	modulePath, version := p.origin()
	return module.Version{Path: modulePath, Version: version}
}

// unavailable reports whether the package is missing because its module is.
func (p pkg) unavailable() bool { return failure.IsModule(p.Error.Err) }

// failure returns why it is. A message that names no module begins with the
// package, which says where in go.mod it belongs.
func (p pkg) failure() string {
	text := strings.TrimSpace(p.Error.Err)
	if failure.IsGit(text) || len(mentioned(text)) == 0 {
		return p.ImportPath + ": " + text
	}
	return text
}

// query lists packages.
type query struct {
	job   gocmd.Step
	args  []string // of the go command
	stubs []string // import paths
}

// list returns the stubs and all that they depend on, for one platform after
// the other. The error is a problem when the go command fails.
func (q query) list(platforms []string) (all []pkg, err error) {
	for _, settings := range platforms {
		s := q.job
		s.Env = append(slices.Clone(s.Env), strings.Fields(settings)...)
		listed, err := q.run(s)
		if err != nil {
			return nil, err
		}
		for i := range listed {
			listed[i].platform = settings
		}
		all = append(all, listed...)
	}
	for i, p := range all {
		all[i].stub = slices.Contains(q.stubs, p.ImportPath)
	}
	return all, nil
}

// run lists packages for the platform of a step.
func (q query) run(s gocmd.Step) ([]pkg, error) {
	out, stderr, code, err := gocmd.Output(s, slices.Concat(q.args, []string{"--"}, q.stubs))
	var stalled *gocmd.Stalled
	switch {
	case errors.As(err, &stalled):
		return nil, &problem{text: stalledText(stalled), tries: stalledAttempts}
	case err != nil:
		return nil, err
	case code != 0:
		return nil, newProblem(stderr, true)
	}
	return decode(out)
}

func decode(out []byte) ([]pkg, error) {
	var all []pkg
	d := json.NewDecoder(bytes.NewReader(out))
	for {
		var p pkg
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
}

// below returns the name of a file of a package relative to its module, and
// reports whether it is in the module.
func (p pkg) below(name string) (string, bool) {
	rel, err := filepath.Rel(p.Module.Dir, p.Dir)
	if err != nil {
		return "", false
	}
	full := path.Join(filepath.ToSlash(rel), name)
	return full, filepath.IsLocal(full)
}

// profile returns the file by which the go command optimises a main package by
// default, if the package has it.
func (p pkg) profile() []string {
	const name = "default.pgo"
	if info, err := os.Stat(filepath.Join(p.Dir, name)); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	return []string{name}
}

// read returns the text of a file of the package's module, nil when there is
// none.
func (p pkg) read(name string) ([]byte, error) {
	if _, ok := p.below(name); !ok {
		return nil, nil
	}
	data, err := regular.ReadFile(filepath.Join(p.Dir, name), regular.Text)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return data, err
}
