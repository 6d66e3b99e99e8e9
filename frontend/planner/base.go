package planner

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// base is the image or the stage below the binary; an empty ref is scratch.
type base struct {
	ref    string
	at     diag.Range
	locked []spec.Pair // digests by platform
}

func (b base) key(p plan.Platform) ImageKey {
	return ImageKey{Ref: b.ref, Platform: p, Digest: spec.Lookup(b.locked, p.String()), Use: UseBase, At: b.at}
}

// String returns the reference, or "scratch".
func (b base) String() string { return cmp.Or(b.ref, scratch) }

// name returns the base with the digest that was found for it. A build context
// that replaces it may have none.
func (b base) name(img Image) string {
	if img.Digest == "" || hasDigest(img.Name) {
		return img.Name
	}
	return img.Name + "@" + img.Digest
}

// What an ImageKey is for.
const (
	UseBase      = "base"
	UseFiles     = "image of run.files"
	UseGenerate  = "stage of generate"
	UseStage     = "build context of a stage"
	UseToolchain = "toolchain"
)

// scratch is the empty base. gohull adds what programs expect of a root file
// system, which the other bases bring along.
const scratch = "scratch"

// bases are the words that stand for an image. They name a release, never a
// tag that floats, and change only with gohull's own version.
var bases = map[string]string{
	scratch:      "",
	"alpine":     "docker.io/library/alpine:3.22",
	"distroless": "gcr.io/distroless/static-debian12:nonroot",
}

func chooseBase(s *spec.Spec, errs *diag.List) base {
	at := s.Base.At
	if !s.Base.IsSet() {
		return base{}
	}
	if s.Base.Stage.IsSet() {
		return base{ref: stageRef(s.Base.Stage.Value), at: at}
	}
	if ref, ok := bases[s.Base.Value]; ok {
		if s.Base.Value == "distroless" && (linksC(s) || isPIE(s.Build) && !s.Build.Cgo.Value) {
			ref = distrolessGlibc
		}
		return base{ref: ref, at: at}
	}
	return base{ref: validateReference("base", s.Base.String, []string{"alpine", "distroless", scratch}, errs), at: at}
}

// variantEnv is the environment variable that takes an architecture's variant,
// and its value for each; see `go help environment`.
var variantEnv = map[string]struct {
	name   string
	values map[string]string
}{
	"amd64": {"GOAMD64", map[string]string{"v1": "v1", "v2": "v2", "v3": "v3", "v4": "v4"}},
	"arm":   {"GOARM", map[string]string{"v5": "5", "v6": "6", "v7": "7"}},
	"arm64": {"GOARM64", map[string]string{"v8": "v8.0", "v8.1": "v8.1", "v8.2": "v8.2", "v9": "v9.0"}},
}

// validatePlatforms reports platforms that cannot be built for.
func validatePlatforms(s *spec.Spec, r Request, target string, errs *diag.List) {
	for _, p := range r.Platforms {
		at := diag.Range{File: "--platform " + p.String()}
		switch {
		case p.OS != linux:
			validateSystem(s, target, p, errs)
		case !slices.Contains(spec.Architectures, p.Architecture):
			errs.Add(diag.Diagnostic{At: at, Message: "Go does not compile for this architecture", Hint: "`go tool dist list` lists those it does"})
		case p.Variant != "" && variantEnv[p.Architecture].values[p.Variant] == "":
			errs.Add(diag.Diagnostic{At: at, Message: "Go does not know this variant of the architecture", Hint: variantHint(p)})
		}
	}
}

func variantHint(p plan.Platform) string {
	v, ok := variantEnv[p.Architecture]
	if !ok {
		return fmt.Sprintf("write %s/%s", p.OS, p.Architecture)
	}
	var known []string
	for name := range v.values {
		known = append(known, name)
	}
	slices.Sort(known)
	return fmt.Sprintf("it knows %v", known)
}

// platformEnv returns the variables that make the go command compile for a
// platform.
func platformEnv(p plan.Platform) []string {
	env := []string{"GOARCH=" + p.Architecture, "GOOS=" + p.OS}
	if v, ok := variantEnv[p.Architecture]; ok && p.Variant != "" {
		env = append(env, v.name+"="+v.values[p.Variant])
	}
	return env
}
