package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// base is the image below the binary; an empty ref is scratch.
type base struct {
	ref    string
	at     diag.Range
	locked []spec.Pair // digests by platform
}

func (b base) key(p plan.Platform) ImageKey {
	return ImageKey{Ref: b.ref, Platform: p, Digest: spec.Lookup(b.locked, p.String()), Use: UseBase, At: b.at}
}

// UseBase is what an ImageKey of a base is for.
const UseBase = "base"

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
	if ref, ok := bases[s.Base.Value]; ok {
		if s.Base.Value == "distroless" && linksC(s) {
			ref = distrolessGlibc
		}
		return base{ref: ref, at: at}
	}
	return base{ref: validateReference("base", s.Base, []string{"alpine", "distroless", scratch}, errs), at: at}
}

// goArchs are the processors that Go compiles for on Linux.
var goArchs = []string{
	"386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le",
	"mipsle", "ppc64", "ppc64le", "riscv64", "s390x",
}

// variantEnv is the environment variable that takes a processor's variant,
// and what it takes for each; see `go help environment`.
var variantEnv = map[string]struct {
	name   string
	values map[string]string
}{
	"amd64": {"GOAMD64", map[string]string{"v1": "v1", "v2": "v2", "v3": "v3", "v4": "v4"}},
	"arm":   {"GOARM", map[string]string{"v5": "5", "v6": "6", "v7": "7"}},
	"arm64": {"GOARM64", map[string]string{"v8": "v8.0", "v8.1": "v8.1", "v8.2": "v8.2", "v9": "v9.0"}},
}

// validatePlatforms finds platforms that cannot be built for. A check runs on the
// builder, whatever platform is asked for.
func validatePlatforms(c Decision, errs *diag.List) {
	if IsCheck(c.Target) {
		return
	}
	for _, p := range c.Request.Platforms {
		at := diag.Range{File: "--platform " + p.String()}
		switch {
		case p.OS != "linux":
			errs.Add(diag.Diagnostic{At: at, Message: "gohull builds images and binaries for linux only", Hint: otherSystemHint(c.Target, p)})
		case !slices.Contains(goArchs, p.Architecture):
			errs.Add(diag.Diagnostic{At: at, Message: "Go does not compile for this processor", Hint: "`go tool dist list` lists those it does"})
		case p.Variant != "" && variantEnv[p.Architecture].values[p.Variant] == "":
			errs.Add(diag.Diagnostic{At: at, Message: "Go does not know this variant of the processor", Hint: variantHint(p)})
		case c.image.Build.Cgo.Value && !isReference(c.image.Toolchain) && p.Architecture != c.Request.BuildPlatform.Architecture:
			errs.Add(diag.Diagnostic{
				At:      c.image.Build.Cgo.At,
				Message: fmt.Sprintf("build.cgo needs a C compiler for %s, and the official image for %s has none", p, c.Request.BuildPlatform),
				Hint:    fmt.Sprintf("name a toolchain image that has one, %s-gcc or what CC in build.env says", triplets[p.Architecture]),
			})
		}
	}
}

func otherSystemHint(target string, p plan.Platform) string {
	const remove = "remove it from the list of platforms"
	if target == BinaryTarget {
		return remove + ", and build that binary with `" + strings.Join(platformEnv(p), " ") + " go build`"
	}
	return remove
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

// platformEnv is what makes the go command compile for a platform.
func platformEnv(p plan.Platform) []string {
	env := []string{"GOARCH=" + p.Architecture, "GOOS=" + p.OS}
	if v, ok := variantEnv[p.Architecture]; ok && p.Variant != "" {
		env = append(env, v.name+"="+v.values[p.Variant])
	}
	return env
}
