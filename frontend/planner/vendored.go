package planner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/plan"
	"golang.org/x/mod/module"
)

// chooseVendored reports whether dependencies come from the vendor directory:
// as the spec says, else as the go command decides.
func chooseVendored(s *spec.Spec, p *project.Project, v project.Version) bool {
	switch {
	case s.Modules.Mode.IsSet():
		return s.Modules.Mode.Value == "vendor"
	case p.Vendor == nil:
		return false
	case p.Work != nil:
		return p.Vendor.Used(true, p.Work.Go.Value, v.Value)
	}
	return p.Root != nil && p.Vendor.Used(false, p.Root.Go.Value, v.Value)
}

// vendoredSteps plans the steps for the vendor directory of an image; nil if there is
// none. What is generated may lie in the directory, and a symbolic link may lead to
// it: then it cannot be read by itself. The groups of own packages that are packed
// have files of it as well, so that the step that picks them reads it, too.
func (c *common) vendoredSteps(image *spec.Spec) *plan.Vendored {
	if !c.modules.vendored || len(c.Spec.Generate) > 0 || slices.Contains(c.Linked, c.Project.VendorFile()) {
		return nil
	}
	s := plan.Step{ID: "source", At: spans(image.File, mainLines(image)...)}
	steps := &plan.Vendored{List: s, Pick: s}
	steps.List.Name = "list the packages of " + path.Join(c.Project.Dir, "vendor")
	steps.Pick.Name = "pick vendored packages"
	if name := image.Name.Value; name != "" {
		steps.Pick.Name += " of " + name
	}
	return steps
}

// validateVendored compares vendor/modules.txt with the go.mod files, as the go
// command does before it compiles.
func validateVendored(p *project.Project, have project.Version, errs *diag.List) {
	if p.Vendor == nil {
		return
	}
	v := vendoring{p, p.Vendor, errs}
	differences := v.vendor.Differences(v.compared())
	for _, m := range v.vendor.Modules {
		v.validateGo(m, have)
	}
	if len(differences) > 0 && v.vendor.Workspace != (v.project.Work != nil) {
		v.otherKind()
		return
	}
	for _, d := range differences {
		v.report(d, differences)
	}
}

// validateVendor reports a spec that asks for a vendor directory, or for a
// check of one, if the context has none.
func validateVendor(s *spec.Spec, p *project.Project, errs *diag.List) {
	if p.Vendor != nil {
		return
	}
	if mode := s.Modules.Mode; mode.Value == "vendor" {
		errs.Add(diag.Diagnostic{
			At:      mode.At,
			Message: "modules.mode is vendor, but the build context has no " + p.VendorFile(),
			Hint:    "run `go mod vendor`",
			Missing: []string{p.VendorFile()},
		})
	}
	for _, name := range s.Checks {
		if name.Value == vendorCheck {
			errs.Add(diag.Diagnostic{
				At:      name.At,
				Message: "checks: the build context has no " + p.VendorFile() + " for the check vendor",
				Hint:    "make it with `go mod vendor`, or with --target vendor -o . while the check is not listed",
				Missing: []string{p.VendorFile()},
			})
		}
	}
}

// vendoring is a vendor directory and the project that it belongs to.
type vendoring struct {
	project *project.Project
	vendor  *project.Vendor
	errs    *diag.List
}

// command returns the command that makes the directory.
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
	v.add(diag.At(v.vendor.File, 1, 1), diag.Range{}, "the directory was made by `%s`, and %s", made, is)
}

// compared returns what the directory has to fit.
func (v vendoring) compared() gomod.Vendoring {
	out := gomod.Vendoring{Replaced: v.project.Replacements()}
	if v.project.Root != nil {
		out.Go = v.project.Root.Go.Value
	}
	for _, r := range v.requires() {
		out.Require = append(out.Require, r.Version)
	}
	return out
}

// required is a line of a go.mod.
type required struct {
	project.Require
	file string
}

func (v vendoring) requires() []required {
	var all []required
	for _, m := range v.project.Members {
		for _, r := range m.Require {
			all = append(all, required{r, m.File})
		}
	}
	return all
}

// report reports a difference. A version that changed is one message, although
// the go command has two.
func (v vendoring) report(d gomod.Difference, all []gomod.Difference) {
	switch d.Kind {
	case gomod.NotExplicit, gomod.OtherVersion:
		v.reportRequired(v.requires()[d.Require], d)
	case gomod.NotReplaced:
		v.add(v.project.At(d.Replace), diag.Range{}, "%s is replaced by %s, and in %s it is not", versioned(d.Mod), v.by(d), v.vendor.File)
	case gomod.OtherReplacement:
		at := v.vendor.At(d.Has.Line)
		v.add(v.project.At(d.Replace), at, "%s is replaced by %s, and at %s by %s", versioned(d.Mod), v.by(d), at, versioned(d.Has.By))
	case gomod.ReplacedAlone:
		v.add(v.vendor.At(d.Has.Line), diag.Range{}, "%s is replaced by %s, and in %s it is not", versioned(d.Mod), versioned(d.Has.By), v.files())
	case gomod.NotRequired:
		isReported := func(o gomod.Difference) bool { return o.Kind <= gomod.OtherVersion && o.Mod.Path == d.Mod.Path }
		if !slices.ContainsFunc(all, isReported) {
			v.add(v.vendor.At(d.Has.Line), diag.Range{}, "%s is marked as explicit, and %s does not require it", versioned(d.Mod), v.files())
		}
	}
}

func (v vendoring) by(d gomod.Difference) string {
	return versioned(v.project.Replacements().InVendor(d.By))
}

// reportRequired reports a module that go.mod requires and that the directory
// has otherwise.
func (v vendoring) reportRequired(r required, d gomod.Difference) {
	if other := v.otherVersion(r.Version.Version, r.Path); other != nil {
		at := v.vendor.At(other.Line)
		v.add(r.At, at, "%s requires %s %s, and %s has %s", r.file, r.Path, r.Version.Version, at, other.Version.Version)
		return
	}
	if d.Has != nil {
		at := v.vendor.At(d.Has.Line)
		v.add(r.At, at, "%s requires %s %s, which %s does not mark as explicit", r.file, r.Path, r.Version.Version, at)
		return
	}
	v.add(r.At, diag.Range{}, "%s requires %s %s, which %s does not have", r.file, r.Path, r.Version.Version, v.vendor.File)
}

// otherVersion returns another version of a module that the directory has
// packages of, or takes for required.
func (v vendoring) otherVersion(version, name string) *gomod.Vendored {
	for _, m := range v.vendor.Modules {
		if m.Path == name && m.Version.Version != version && (m.Packages > 0 || m.Explicit) {
			return m
		}
	}
	return nil
}

// validateGo reports a module that asks for a newer Go.
func (v vendoring) validateGo(m *gomod.Vendored, have project.Version) {
	if !have.IsSet() || m.Go == "" || gomod.Satisfies(have.Value, m.Go) {
		return
	}
	at := v.vendor.At(m.GoLine)
	v.errs.Add(diag.Diagnostic{
		At:      have.At,
		Message: fmt.Sprintf("go %s is older than go %s, which the module %s asks for at %s", have.Value, m.Go, versioned(m.Version), at),
		Hint:    fmt.Sprintf("take %s or newer here, or an older version of the module", m.Go),
		Related: []diag.Range{at},
	})
}

// files returns the name of what lists the modules.
func (v vendoring) files() string {
	if v.project.Work != nil {
		return "the workspace"
	}
	return project.ModFile
}

func versioned(m module.Version) string { return strings.TrimSpace(m.Path + " " + m.Version) }
