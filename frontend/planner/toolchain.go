package planner

import (
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/plan"
	"github.com/moby/buildkit/util/suggest"
)

// toolchain is where Go comes from: an image by reference or, if ref is empty,
// the module proxy.
type toolchain struct {
	ref     string
	at      diag.Range      // the line that asks for it
	own     bool            // whether the spec names an image: only that image tells which Go it has
	version project.Version // of Go, as the lock has it; not set if only the image tells
	runsOn  plan.Platform   // the builder's
	locked  []spec.Pair     // digests of the image, or checksums of the module, by platform
}

// key asks for the image that runs on a platform.
func (t toolchain) key(p plan.Platform) ImageKey {
	return ImageKey{Ref: t.ref, Platform: p, Digest: spec.Lookup(t.locked, p.String()), Use: UseToolchain, At: t.at}
}

// atLeast reports whether Go is a version or newer. A version that only the
// image tells is taken for a new one.
func (t toolchain) atLeast(v string) bool {
	return !t.version.IsSet() || gomod.CompareGo(t.version.Value, v) >= 0
}

// sum returns the checksum that a lock has for the module that runs on a
// platform.
func (t toolchain) sum(p plan.Platform) string { return spec.Lookup(t.locked, goPlatform(p)) }

// module fetches the toolchain that runs on a platform through the module
// proxy.
func (t toolchain) module(p plan.Platform, m modules, at []plan.Span) *plan.ModuleToolchain {
	return &plan.ModuleToolchain{
		Step: plan.Step{
			ID:      "toolchain",
			Name:    fmt.Sprintf("fetch the go%s toolchain", t.version.Value),
			At:      at,
			Env:     m.env().List(),
			Network: true,
		},
		Version:  t.version.Value,
		Platform: goPlatform(p),
		Sum:      t.sum(p),
	}
}

// goPlatform names a platform as Go's toolchains do, without a variant.
func goPlatform(p plan.Platform) string { return p.OS + "/" + p.Architecture }

// chooseVersion takes the build arg, the spec's key, or what the project
// prefers, in this order, and compares it with every line that asks for more.
func chooseVersion(s *spec.Spec, p *project.Project, arg string, errs *diag.List) project.Version {
	v := wantedVersion(s, p, arg, errs)
	if !v.IsSet() {
		return v
	}
	if !gomod.IsGo(v.Value) {
		errs.Add(diag.Diagnostic{At: v.At, Message: fmt.Sprintf("%q is not a Go version", v.Value), Hint: "write one as in 1.26.8"})
		return project.Version{}
	}
	validateVersion(p, v, errs)
	validateDirectives(p, v, errs)
	return v
}

func wantedVersion(s *spec.Spec, p *project.Project, arg string, errs *diag.List) project.Version {
	switch {
	case arg != "":
		return project.Version{Value: arg, At: diag.Range{File: "--build-arg GO_VERSION"}}
	case s.Go.IsSet():
		return project.Version{Value: s.Go.Value, At: s.Go.At}
	}
	v := p.Preferred()
	if !v.IsSet() && len(p.Members) > 0 && !isReference(s.Toolchain) {
		errs.Add(diag.Diagnostic{
			At:      diag.Range{File: p.Members[0].File},
			Message: "no go line, so the Go version is not known",
			Hint:    "add one to it, as in `go 1.26.0`, or write the key `go` in " + s.File,
		})
	}
	return v
}

// validateVersion reports the lines that ask for a newer Go than the chosen
// one, before anything is pulled.
func validateVersion(p *project.Project, have project.Version, errs *diag.List) {
	for _, want := range p.Versions() {
		validateLine(have, want, errs)
	}
}

// validateDirectives reports directives that the toolchain is too old to know.
// If the toolchain is newer than the Go that gohull knows, the toolchain
// decides.
func validateDirectives(p *project.Project, have project.Version, errs *diag.List) {
	if !have.IsSet() || gomod.CompareGo(gomod.Language(have.Value), gomod.KnownGo) > 0 {
		return
	}
	for _, d := range p.Unknown() {
		errs.Errorf(d.At, "unknown directive: %s", d.Name)
	}
}

func validateLine(have, want project.Version, errs *diag.List) {
	if !want.IsSet() || gomod.Satisfies(have.Value, want.Value) {
		return
	}
	errs.Add(diag.Diagnostic{
		At:      have.At,
		Message: fmt.Sprintf("go %s is older than go %s, which %s asks for", have.Value, want.Value, want.At),
		Hint:    fmt.Sprintf("take %s or newer here, or lower the line there", want.Value),
		Related: []diag.Range{want.At},
	})
}

// isReference reports whether a toolchain is an image or a stage of the user's own, whose
// Go version only the image tells.
func isReference(t spec.Origin) bool {
	return t.IsSet() && t.Value != "image" && t.Value != "module"
}

// chooseToolchain takes the key of the spec. Without it, the official image of
// the version: the large one if a step runs a C compiler, or git.
func chooseToolchain(key spec.Origin, asked project.Version, cgo cgoKey, git bool, errs *diag.List) toolchain {
	at := key.At
	switch {
	case key.Value == "module":
		if cgo.Value {
			errs.Add(diag.Diagnostic{At: cgo.At, Message: cgo.name + " needs a C compiler, which `toolchain: module` does not have", Hint: "remove the key `toolchain`, or name an image that has Go and a C compiler"})
		}
		validatePublished(key.String, asked, errs)
		return toolchain{at: at}
	case key.Stage.IsSet():
		return toolchain{ref: stageRef(key.Stage.Value), at: at, own: true}
	case isReference(key):
		return toolchain{ref: validateReference("toolchain", key.String, []string{"image", "module"}, errs), at: at, own: true}
	}
	if at.IsZero() {
		at = asked.At
	}
	if !asked.IsSet() {
		return toolchain{at: at}
	}
	return toolchain{ref: officialImage(asked.Value, cgo.Value || git), at: at}
}

// firstModule is the first Go that is published as a module.
const firstModule = "1.21"

func validatePublished(key spec.String, v project.Version, errs *diag.List) {
	if v.IsSet() && gomod.CompareGo(v.Value, firstModule) < 0 {
		errs.Add(diag.Diagnostic{
			At:      v.At,
			Message: fmt.Sprintf("go %s is not published as a module, as `toolchain: module` at %s needs it; Go %s was the first", v.Value, key.At, firstModule),
			Hint:    "write a newer Go as the key `go`: it also builds what asks for an older one",
			Related: []diag.Range{key.At},
		})
	}
}

// officialImage returns the official Go image of a version: the small one or,
// if a C compiler or git is needed, the one on the Debian release that the
// distroless base is made from.
func officialImage(version string, large bool) string {
	if large {
		return officialRepository + ":" + version + "-bookworm"
	}
	return officialRepository + ":" + version + "-alpine"
}

// officialRepository has the official Go images.
const officialRepository = "docker.io/library/golang"

// OfficialGo returns the Go version of an official image.
func OfficialGo(ref string) (version string, ok bool) {
	tag, ok := strings.CutPrefix(ref, officialRepository+":")
	if !ok {
		return "", false
	}
	version, kind, _ := strings.Cut(tag, "-")
	return version, gomod.IsGo(version) && (kind == "alpine" || kind == "bookworm")
}

// HasToolchainModule reports whether `toolchain: module` can be used instead of an official image:
// not one that is large for its C compiler and git.
func HasToolchainModule(ref string) bool {
	version, ok := OfficialGo(ref)
	return ok && strings.HasSuffix(ref, "-alpine") && gomod.CompareGo(version, firstModule) >= 0
}

// validateReference normalises an image reference. A tag that floats is an error:
// tomorrow it may be another image.
func validateReference(key string, s spec.String, words []string, errs *diag.List) string {
	named, err := reference.ParseNormalizedNamed(s.Value)
	if err != nil {
		errs.Add(withClosest(diag.Diagnostic{At: s.At, Message: fmt.Sprintf("%s: %q is not an image reference: %v", key, s.Value, err)}, s.Value, words))
		return ""
	}
	if _, ok := named.(reference.Digested); ok {
		return named.String()
	}
	tagged, ok := named.(reference.Tagged)
	if !ok {
		d := diag.Diagnostic{
			At:      s.At,
			Message: fmt.Sprintf("%s: %s has no tag, which would mean latest", key, s.Value),
			Hint:    tagHint(named, s.Value, words),
		}
		errs.Add(withClosest(d, s.Value, words))
		return ""
	}
	if tagged.Tag() == "latest" {
		errs.Add(diag.Diagnostic{
			At:      s.At,
			Message: fmt.Sprintf("%s: the tag latest floats: two builds may get different images", key),
			Hint:    fmt.Sprintf("write a version, or pin the digest: %s@sha256:…", s.Value),
		})
		return ""
	}
	return named.String()
}

// usualTags are tags of common base images, for hints. A made-up tag could be
// one that does not exist.
var usualTags = map[string]string{
	"docker.io/library/busybox": "1.37",
	"docker.io/library/debian":  "12-slim",
	"docker.io/library/golang":  "1.26-bookworm",
	"docker.io/library/ubuntu":  "24.04",
}

func tagHint(named reference.Named, written string, words []string) string {
	hint := "add the tag of a version, or a digest"
	if tag, ok := usualTags[named.Name()]; ok {
		hint = fmt.Sprintf("write its version, as in %s:%s, or its digest", written, tag)
	}
	if len(words) == 0 {
		return hint
	}
	return hint + "; the words are " + strings.Join(words, ", ")
}

func withClosest(d diag.Diagnostic, value string, words []string) diag.Diagnostic {
	if near, ok := suggest.Search(value, words, true); ok {
		d.Hint = fmt.Sprintf("did you mean %s?", near)
	}
	return d
}
