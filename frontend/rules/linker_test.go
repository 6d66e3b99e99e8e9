package rules

import (
	"testing"

	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/llb/step"
	"golang.org/x/mod/module"
)

// TestPackageKind: a package is reported only if it is known to be missing.
func TestPackageKind(t *testing.T) {
	app := &project.Module{
		Dir: ".", Path: "example.com/app", Go: project.Version{Value: "1.26"},
		Require: []project.Require{{Version: module.Version{Path: "example.com/lib", Version: "v1.0.0"}}, {Version: module.Version{Path: "corp/lib", Version: "v1.0.0"}}},
	}
	s := Subject{
		Project: &project.Project{Members: []*project.Module{app}},
		Facts: step.Facts{Packages: []step.Package{
			{Dir: ".", Module: ".", Name: "app"},
			{Dir: "cmd/server", Module: ".", Name: "main"},
			{Dir: "internal/version", Module: ".", Name: "version"},
			{Dir: "windows", Module: ".", Reason: "build constraints exclude all Go files"},
		}},
	}
	for path, want := range map[string]int{
		"main":                             somePackage,
		"example.com/app":                  somePackage,
		"example.com/app/internal/version": somePackage,
		"example.com/app/windows":          somePackage,
		"example.com/lib":                  somePackage,
		"example.com/lib/v2/x":             somePackage,
		"corp/lib/x":                       somePackage,
		"runtime/debug":                    somePackage,
		"example.com/app/cmd/server":       mainPackage,
		"example.com/app/version":          noPackage,
		"example.com/apple":                noPackage,
		"cmd/server":                       noPackage,
		"version":                          noPackage,
	} {
		if got := s.packageKind(path); got != want {
			t.Errorf("%s: got %d, want %d", path, got, want)
		}
	}
	app.Go.Value = "1.16"
	if got := s.packageKind("example.org/indirect"); got != somePackage {
		t.Errorf("a go.mod of Go 1.16 does not list all modules, and the kind is %d", got)
	}
}
