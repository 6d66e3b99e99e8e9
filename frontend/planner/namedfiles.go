package planner

import (
	"fmt"
	"path"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/step"
)

// namedFile is a file or a directory of the build context that a step reads because
// the spec names it.
type namedFile struct {
	key  string // "test.files"
	file spec.String
}

func (f namedFile) name() string { return path.Clean(f.file.Value) }

// namedFiles returns all that a spec names, except for run.files.
func namedFiles(s *spec.Spec) []namedFile {
	var all []namedFile
	add := func(key string, files []spec.String) {
		for _, f := range files {
			all = append(all, namedFile{key, f})
		}
	}
	add("build.files", s.Build.Files)
	add("test.files", s.Test.Files)
	add("lint.files", s.Lint.Files)
	for _, r := range s.Run.Repositories {
		if r.Key.IsSet() {
			add("run.repositories.key", []spec.String{r.Key})
		}
	}
	for _, g := range s.Generate {
		add("generate.files", g.Files)
		if g.Dir.IsSet() {
			add("generate.dir", []spec.String{g.Dir})
		}
	}
	return all
}

// validateNamedFiles compares what a spec names with what the scan found.
// Otherwise a misspelled name would be ignored silently.
func validateNamedFiles(s *spec.Spec, facts step.Facts, errs *diag.List) {
	for _, f := range namedFiles(s) {
		switch found := foundFile(facts.Files, f.file); {
		case found.Escapes:
			errs.Errorf(f.file.At, "%s: %s leaves the build context through the symlink %s -> %s", f.key, f.file.Value, found.Link, found.Target)
		case found.Kind == "":
			errs.Add(diag.Diagnostic{At: f.file.At, Message: fmt.Sprintf("%s: the build context has no %s", f.key, f.file.Value), Missing: []string{literal(f.name())}})
		}
	}
}

// foundFile returns what the scan found of a path of the context.
func foundFile(found []step.File, name spec.String) step.File {
	for _, f := range found {
		if f.Path == path.Clean(name.Value) {
			return f
		}
	}
	return step.File{}
}
