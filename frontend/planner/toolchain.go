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

// toolchain is where Go comes from: an image by reference, or, when ref is
// empty, the module proxy.
type toolchain struct {
	ref    string
	at     diag.Range  // the line that asks for it
	locked []spec.Pair // digests of the image, or checksums of the module, by platform
}

func (t toolchain) key(p plan.Platform) ImageKey {
	return ImageKey{Ref: t.ref, Platform: p, Digest: spec.Lookup(t.locked, p.String()), Use: "toolchain", At: t.at}
}

// chooseVersion takes the build arg, the spec's key, or what the project
// prefers, in this order, and holds it against every line that asks for more.
func chooseVersion(in Input, args buildArgs, errs *diag.List) project.Version {
	v := wantedVersion(in, args, errs)
	if !v.IsSet() {
		return v
	}
	if !project.IsVersion(v.Value) {
		errs.Add(diag.Diagnostic{At: v.At, Message: fmt.Sprintf("%q is not a Go version", v.Value), Hint: "write one as in 1.26.8"})
		return project.Version{}
	}
	validateVersion(in.Project, v, errs)
	validateDirectives(in.Project, v, errs)
	return v
}

func wantedVersion(in Input, args buildArgs, errs *diag.List) project.Version {
	switch {
	case args.goVersion != "":
		return project.Version{Value: args.goVersion, At: diag.Range{File: "--build-arg GO_VERSION"}}
	case in.Spec.Go.IsSet():
		return project.Version{Value: in.Spec.Go.Value, At: in.Spec.Go.At}
	}
	v := in.Project.Preferred()
	if !v.IsSet() && len(in.Project.Members) > 0 && !isReference(in.Spec.Toolchain) {
		errs.Add(diag.Diagnostic{
			At:      diag.Range{File: in.Project.Members[0].File},
			Message: "no go line, so the Go version is not known",
			Hint:    "add one to it, as in `go 1.26.0`, or write the key `go` in " + in.Spec.File,
		})
	}
	return v
}

// validateVersion finds the lines that ask for a newer Go than the chosen one,
// before anything is pulled.
func validateVersion(p *project.Project, have project.Version, errs *diag.List) {
	for _, want := range p.Versions() {
		validateLine(have, want, errs)
	}
}

// validateDirectives finds directives that the toolchain is too old to know. Of
// those that a newer Go may have, the toolchain decides.
func validateDirectives(p *project.Project, have project.Version, errs *diag.List) {
	if !have.IsSet() || project.Compare(project.Language(have.Value), gomod.KnownGo) > 0 {
		return
	}
	for _, d := range p.Unknown() {
		errs.Errorf(d.At, "unknown directive: %s", d.Name)
	}
}

func validateLine(have, want project.Version, errs *diag.List) {
	if !want.IsSet() || project.Satisfies(have.Value, want.Value) {
		return
	}
	errs.Add(diag.Diagnostic{
		At:      have.At,
		Message: fmt.Sprintf("go %s is older than go %s, which %s asks for", have.Value, want.Value, want.At),
		Hint:    fmt.Sprintf("take %s or newer here, or lower the line there", want.Value),
		Related: []diag.Range{want.At},
	})
}

// isReference reports whether a toolchain is given as an image of the user's
// own, whose Go version only the image tells.
func isReference(t spec.String) bool {
	return t.IsSet() && t.Value != "image" && t.Value != "module"
}

func chooseToolchain(c Decision, errs *diag.List) toolchain {
	s, v, cgo := c.image, c.asked, compilesC(c.image, c.Spec)
	at := s.Toolchain.At
	switch {
	case s.Toolchain.Value == "module":
		if cgo.Value {
			errs.Add(diag.Diagnostic{At: cgo.At, Message: cgo.name + " needs a C compiler, which `toolchain: module` does not have", Hint: "remove the key `toolchain`, or name an image that has Go and a C compiler"})
		}
		validatePublished(s, v, errs)
		return toolchain{at: at}
	case isReference(s.Toolchain):
		return toolchain{ref: validateReference("toolchain", s.Toolchain, []string{"image", "module"}, errs), at: at}
	}
	if at.IsZero() {
		at = v.At
	}
	if !v.IsSet() {
		return toolchain{at: at}
	}
	return toolchain{ref: officialImage(v.Value, cgo.Value || c.direct()), at: at}
}

// firstModule is the first Go that is published as a module.
const firstModule = "1.21"

func validatePublished(s *spec.Spec, v project.Version, errs *diag.List) {
	if v.IsSet() && project.Compare(v.Value, firstModule) < 0 {
		errs.Add(diag.Diagnostic{
			At:      v.At,
			Message: fmt.Sprintf("go %s is not published as a module, as `toolchain: module` at %s needs it; Go %s was the first", v.Value, s.Toolchain.At, firstModule),
			Hint:    "write a newer one as the key `go`: it builds what asks for an older one",
			Related: []diag.Range{s.Toolchain.At},
		})
	}
}

// officialImage is the official Go image of a version: the small one, or,
// when a C compiler or git is needed, the one on the Debian release that the
// distroless base is made from.
func officialImage(version string, large bool) string {
	if large {
		return officialRepository + ":" + version + "-bookworm"
	}
	return officialRepository + ":" + version + "-alpine"
}

// officialRepository has the official Go images.
const officialRepository = "docker.io/library/golang"

// OfficialGo is the Go version of an official image, as officialImage has it.
func OfficialGo(ref string) (version string, ok bool) {
	tag, ok := strings.CutPrefix(ref, officialRepository+":")
	if !ok {
		return "", false
	}
	version, kind, _ := strings.Cut(tag, "-")
	return version, project.IsVersion(version) && (kind == "alpine" || kind == "bookworm")
}

// validateReference normalises an image reference. A reference that floats is an
// error: what it means today is not what it means tomorrow.
func validateReference(key string, s spec.String, words []string, errs *diag.List) string {
	named, err := reference.ParseNormalizedNamed(s.Value)
	if err != nil {
		errs.Add(withNearMiss(diag.Diagnostic{At: s.At, Message: fmt.Sprintf("%s: %q is not an image reference: %v", key, s.Value, err)}, s.Value, words))
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
		errs.Add(withNearMiss(d, s.Value, words))
		return ""
	}
	if tagged.Tag() == "latest" {
		errs.Add(diag.Diagnostic{
			At:      s.At,
			Message: fmt.Sprintf("%s: the tag latest floats, so that no two builds need to agree", key),
			Hint:    fmt.Sprintf("write a version, or pin the digest: %s@sha256:…", s.Value),
		})
		return ""
	}
	return named.String()
}

// releases are tags of images that programs are often put on. A tag that is
// made up would send a user to an image that does not exist.
var releases = map[string]string{
	"docker.io/library/busybox": "1.37",
	"docker.io/library/debian":  "12-slim",
	"docker.io/library/golang":  "1.26-bookworm",
	"docker.io/library/ubuntu":  "24.04",
}

func tagHint(named reference.Named, written string, words []string) string {
	hint := "add the tag of a version, or a digest"
	if tag, ok := releases[named.Name()]; ok {
		hint = fmt.Sprintf("write its version, as in %s:%s, or its digest", written, tag)
	}
	return hint + "; the words are " + strings.Join(words, ", ")
}

func withNearMiss(d diag.Diagnostic, value string, words []string) diag.Diagnostic {
	if near, ok := suggest.Search(value, words, true); ok {
		d.Hint = fmt.Sprintf("did you mean %s?", near)
	}
	return d
}
