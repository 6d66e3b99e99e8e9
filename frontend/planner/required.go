package planner

import (
	"fmt"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/plan"
)

// A main package of a module that go.mod requires is built together with those of
// the project: go.mod has its version, and go.sum its checksum. Only the step that
// fetches the modules finds it.

// required returns the main packages of an image that other modules have.
func (c *common) required(image *spec.Spec) []string {
	var all []string
	have := set{}
	for _, m := range image.Main {
		if c.Project.HasRequired(m.Package.Value) {
			have.add(m.Package.Value, &all)
		}
	}
	return all
}

// imagePick returns what is picked for an image, given the directories of its main
// packages in the context.
func (c *common) imagePick(image *spec.Spec, mains []string) plan.Pick {
	pick := c.pick(image, c.Request.Platforms, mains)
	pick.Required, pick.Grouped = c.required(image), c.grouped(image)
	if !pick.Grouped {
		pick.Vendored = c.vendoredSteps(image)
	}
	if image.Build.VCS.Value {
		// The module at the root says which tags are versions of the others.
		pick.Checkout, pick.Files = true, append(pick.Files, project.ModFile)
	}
	return pick
}

// validateRequired reports main packages of other modules that cannot be built.
func (c *common) validateRequired(image *spec.Spec, errs *diag.List) {
	for _, m := range image.Main {
		name := m.Package.Value
		switch {
		case !c.Project.HasRequired(name):
		case strings.Contains(name, "..."):
			errs.Add(diag.Diagnostic{
				At:      m.Package.At,
				Message: fmt.Sprintf("main: %s is a pattern, and its packages are in a module that %s requires", name, c.Project.File()),
				Hint:    "name each of them",
			})
		case c.modules.vendored && c.Project.Vendor != nil && c.Project.Vendor.ByPackage[name] == nil:
			errs.Add(diag.Diagnostic{
				At:      m.Package.At,
				Message: fmt.Sprintf("main: the vendor directory does not have %s", name),
				Hint:    fmt.Sprintf("run `go get -tool %s` and `%s`", name, vendoring{project: c.Project}.command()),
				Missing: []string{c.Project.VendorFile()},
			})
		}
	}
}

// notRequired reports an import path that no module has.
func notRequired(m spec.String, p *project.Project) diag.Diagnostic {
	return diag.Diagnostic{
		At:      m.At,
		Message: fmt.Sprintf("main: no module that %s requires has the package %s", p.File(), m.Value),
		Hint:    fmt.Sprintf("run `go get -tool %s`, or name a version, as in %s@v1.2.3", m.Value, m.Value),
	}
}

// isImportPath reports whether an entry of the key `main` looks like the import
// path of another module's package: its first element is a domain.
func isImportPath(main string) bool {
	first, _, below := strings.Cut(main, "/")
	return below && !strings.HasPrefix(first, ".") && !gomod.IsStandard(main)
}
