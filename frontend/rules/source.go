package rules

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/llb/step"
)

// notes returns the notes of a kind about what is built.
func (s Subject) notes(kind string) []step.Note {
	var out []step.Note
	for _, n := range s.Facts.Notes {
		built := func(main string) bool { return slices.Contains(s.Mains, main) }
		if n.Kind == kind && slices.ContainsFunc(n.Mains, built) {
			out = append(out, n)
		}
	}
	return out
}

func at(n step.Note) diag.Range { return diag.At(n.File, n.Line, n.Col) }

func cgoOff(s Subject) []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, n := range s.notes(step.NoteCgo) {
		if n.Text != "" {
			out = append(out, diag.Diagnostic{
				At:      at(n),
				Message: n.Text + " needs cgo, but cgo is off: it compiles, and fails when it is used",
				Hint:    "write `build: {cgo: true}` and `base: distroless`, or use a package without C",
			})
			continue
		}
		out = append(out, diag.Diagnostic{
			At:      at(n),
			Message: "this file imports \"C\", but cgo is off, so the file is not compiled",
			Hint:    "write `build: {cgo: true}`, or add a file with `//go:build !cgo` to use instead",
		})
	}
	return out
}

func embedIgnored(s Subject) []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, n := range s.notes(step.NoteEmbed) {
		name := path.Join(path.Dir(n.File), strings.TrimPrefix(n.Text, "all:"))
		// Wildcards of the ignore file match those in the pattern.
		if line, hidden := s.Ignored.Hides(name); hidden && line.At.File != "" {
			out = append(out, diag.Diagnostic{
				At:      at(n),
				Message: fmt.Sprintf("//go:embed %q matches nothing: %s hides it with %q", n.Text, line.At, line.Pattern),
				Hint:    fmt.Sprintf("add the line %q below that one", "!"+name),
				Related: []diag.Range{line.At},
			})
		}
	}
	return out
}

func vendorIgnored(s Subject) []diag.Diagnostic {
	line, hidden := s.Ignored.Hides(project.VendorFile)
	if !hidden || !s.VendorHidden {
		return nil
	}
	return []diag.Diagnostic{{
		At:      line.At,
		Message: fmt.Sprintf("%q hides the vendor directory, so modules are downloaded; `go build` would use the directory", line.Pattern),
		Hint:    "remove the line, or write `modules: {mode: mod}` to download them",
	}}
}

func profileIgnored(s Subject) []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, name := range slices.Sorted(maps.Keys(s.Profiles)) {
		line := s.Profiles[name]
		out = append(out, diag.Diagnostic{
			At:      line.At,
			Message: fmt.Sprintf("%q hides %s, which `go build` would use to optimize the program", line.Pattern, name),
			Hint:    fmt.Sprintf("add the line %q below that one, or write `build: {pgo: \"off\"}`", "!"+name),
		})
	}
	return out
}

// noCertificates reports one import only: every package may have one.
func noCertificates(s Subject) []diag.Diagnostic {
	return s.missing(step.NoteCertificates, "CA certificates",
		"use another base, such as scratch or distroless, or copy them with `run.files` to /etc/ssl/certs/ca-certificates.crt")
}

func noTimeZones(s Subject) []diag.Diagnostic {
	return s.missing(step.NoteZones, "time zones",
		"use another base, such as scratch or distroless, or write `build: {tags: [timetzdata]}`")
}

// missing reports what the base does not have, at the base's line, and names
// the first place in the source that needs it.
func (s Subject) missing(kind, what, hint string) []diag.Diagnostic {
	notes := s.notes(kind)
	if len(notes) == 0 || !slices.Contains(s.NoteKinds, kind) {
		return nil
	}
	n := notes[0]
	return []diag.Diagnostic{{
		At:      s.Spec.Base.At,
		Message: fmt.Sprintf("base: %s has no %s, which %s at %s looks for", s.Spec.Base.Shown(), what, n.Text, at(n)),
		Hint:    hint,
	}}
}

// replaceOutside ignores vendored builds, which do not use these directories. A
// project that is a part of a larger one may have dozens of such lines, which
// are one finding.
func replaceOutside(s Subject) []diag.Diagnostic {
	if s.Vendored {
		return nil
	}
	var outside []project.Replace
	for _, r := range s.Project.Replaces() {
		if r.Outside() {
			outside = append(outside, r)
		}
	}
	if outside == nil {
		return nil
	}
	first := outside[0]
	d := diag.Diagnostic{
		At:      first.At,
		Message: fmt.Sprintf("replace %s: %q is outside of the build context", first.Old.Path, first.New.Path),
		Hint:    "build with a directory that has both as the context, and name the main package there with the key `main`; or run `go mod vendor`",
	}
	for _, r := range outside[1:] {
		d.Related = append(d.Related, r.At)
	}
	if n := len(outside) - 1; n > 0 {
		d.Message += fmt.Sprintf(", and so are the directories of %d other replace lines", n)
	}
	return []diag.Diagnostic{d}
}
