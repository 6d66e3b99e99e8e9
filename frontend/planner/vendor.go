package planner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"golang.org/x/mod/module"
)

// chooseVendored decides as the go command does: a vendor folder is used when
// it was made for what is built, a module or a workspace, and the go line is
// at least 1.14.
func chooseVendored(in Input, v project.Version) bool {
	p := in.Project
	switch {
	case in.Spec.Modules.Mode.IsSet():
		return in.Spec.Modules.Mode.Value == "vendor"
	case p.Vendor == nil || p.Vendor.Workspace != (p.Work != nil):
		return false
	case p.Work != nil:
		return knowsVendor(p.Work.Go) && (!v.IsSet() || project.Compare(v.Value, "1.22") >= 0)
	}
	return p.Root != nil && knowsVendor(p.Root.Go)
}

func knowsVendor(line project.Version) bool {
	return line.IsSet() && project.Compare(line.Value, "1.14") >= 0
}

// checkVendored holds vendor/modules.txt against the go.mod files, as the go
// command does before it compiles. What makes the folder anew needs no right
// one.
func checkVendored(c choices, errs *diag.List) {
	if !c.vendored || c.Project.Vendor == nil || slices.Contains([]string{TidyTarget, VendorTarget, VerifyTarget, LockTarget}, c.Request.Target) {
		return
	}
	v := vendoring{c.Project, c.Project.Vendor, errs}
	if v.vendor.Workspace != (v.project.Work != nil) {
		v.otherKind()
		return
	}
	for _, m := range v.project.Members {
		for _, r := range m.Require {
			v.require(m, r)
		}
	}
	v.replaces()
	for _, m := range v.vendor.Modules {
		v.listed(m, c.version)
	}
}

// vendoring is a vendor folder beside the project that it is of.
type vendoring struct {
	project *project.Project
	vendor  *project.Vendor
	errs    *diag.List
}

// command is what makes the folder.
func (v vendoring) command() string {
	if v.project.Work != nil {
		return "go work vendor"
	}
	return "go mod vendor"
}

func (v vendoring) add(at diag.Range, related diag.Range, format string, args ...any) {
	d := diag.Diagnostic{At: at, Message: fmt.Sprintf(format, args...), Hint: "run `" + v.command() + "`"}
	if !related.IsZero() {
		d.Related = []diag.Range{related}
	}
	v.errs.Add(d)
}

func (v vendoring) otherKind() {
	made, is := "go mod vendor", "this is a workspace, by "+project.WorkFile
	if v.vendor.Workspace {
		made, is = "go work vendor", "the build context has no "+project.WorkFile
	}
	v.add(diag.At(v.vendor.File, 1, 1), diag.Range{}, "the folder was made by `%s`, and %s", made, is)
}

// require finds a module that go.mod requires and the folder has otherwise.
func (v vendoring) require(m *project.Module, r project.Require) {
	has := v.vendor.Find(r.Version)
	other := v.otherVersion(r.Version)
	switch {
	case has != nil && has.Explicit:
	case other != nil:
		v.add(r.At, other.At, "%s requires %s %s, and %s has %s", m.File, r.Path, r.Version.Version, other.At, other.Version.Version)
	case v.isOld():
	case has != nil:
		v.add(r.At, has.At, "%s requires %s %s, which %s does not mark as explicit", m.File, r.Path, r.Version.Version, has.At)
	default:
		v.add(r.At, diag.Range{}, "%s requires %s %s, which %s does not have", m.File, r.Path, r.Version.Version, v.vendor.File)
	}
}

// otherVersion is a version of a module that the folder has packages of, or
// takes for required, in the place of the one that is.
func (v vendoring) otherVersion(mod module.Version) *project.Vendored {
	for i, m := range v.vendor.Modules {
		if m.Path == mod.Path && m.Version != mod && (m.Packages > 0 || m.Explicit) {
			return &v.vendor.Modules[i]
		}
	}
	return nil
}

// isOld reports whether modules.txt comes from a Go that did not say what is
// required and what replaced everywhere.
func (v vendoring) isOld() bool {
	p := v.project
	return p.Work == nil && p.Root != nil && p.Root.Go.IsSet() && !knowsVendor(p.Root.Go)
}

// replaces finds replacements that the folder has otherwise.
func (v vendoring) replaces() {
	seen := map[module.Version]bool{}
	for _, r := range v.project.AllReplaces() {
		by, isReplaced := v.by(r.Old)
		has := v.vendor.Find(r.Old)
		switch {
		case seen[r.Old] || !isReplaced:
		case has != nil && has.By == by:
		case has != nil && has.By != module.Version{}:
			v.add(r.At, has.At, "%s is replaced by %s, and at %s by %s", versioned(r.Old), versioned(by), has.At, versioned(has.By))
		case v.isOld():
		default:
			v.add(r.At, diag.Range{}, "%s is replaced by %s, and in %s it is not", versioned(r.Old), versioned(by), v.vendor.File)
		}
		seen[r.Old] = true
	}
}

// by is what takes a module's place, as modules.txt has it: folders are
// relative to the vendor folder's own. A workspace's replacements come before
// those of its members, and those of one version before those of all.
func (v vendoring) by(old module.Version) (by module.Version, isReplaced bool) {
	for _, wanted := range []module.Version{old, {Path: old.Path}} {
		for _, r := range v.project.AllReplaces() {
			if r.Old == wanted {
				return v.relocated(r), true
			}
		}
	}
	return module.Version{}, false
}

func (v vendoring) relocated(r project.Replace) module.Version {
	if !r.IsFolder() || path.IsAbs(r.New.Path) || r.From == "." {
		return r.New
	}
	dir := path.Join(r.From, r.New.Path)
	if !strings.HasPrefix(dir, "../") {
		dir = "./" + dir
	}
	return module.Version{Path: dir}
}

// listed finds what is wrong with an entry of modules.txt by itself.
func (v vendoring) listed(m project.Vendored, have project.Version) {
	if _, isReplaced := v.by(m.Version); m.By != (module.Version{}) && !isReplaced {
		v.add(m.At, diag.Range{}, "%s is replaced by %s, and in %s it is not", versioned(m.Version), versioned(m.By), v.files())
	}
	if m.Explicit && m.Packages > 0 && !v.requires(m.Path) {
		v.add(m.At, diag.Range{}, "%s is marked as explicit, and %s does not require it", versioned(m.Version), v.files())
	}
	if have.IsSet() && m.Go.IsSet() && !project.Satisfies(have.Value, m.Go.Value) {
		v.errs.Add(diag.Diagnostic{
			At:      have.At,
			Message: fmt.Sprintf("go %s is older than go %s, which the module %s asks for at %s", have.Value, m.Go.Value, versioned(m.Version), m.Go.At),
			Hint:    fmt.Sprintf("take %s or newer here, or an older version of the module", m.Go.Value),
			Related: []diag.Range{m.Go.At},
		})
	}
}

// requires reports whether a go.mod names a module; which version of it is
// looked at there.
func (v vendoring) requires(name string) bool {
	for _, m := range v.project.Members {
		if slices.ContainsFunc(m.Require, func(r project.Require) bool { return r.Path == name }) {
			return true
		}
	}
	return false
}

// files names what says which modules there are.
func (v vendoring) files() string {
	if v.project.Work != nil {
		return "the workspace"
	}
	return project.ModFile
}

func versioned(m module.Version) string { return strings.TrimSpace(m.Path + " " + m.Version) }
