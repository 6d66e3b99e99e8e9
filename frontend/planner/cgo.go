package planner

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// distrolessGlibc is the distroless image that has glibc. The official toolchain
// image with a C compiler is made from the same Debian release.
const distrolessGlibc = "gcr.io/distroless/base-debian12:nonroot"

// cgoKey is a key of the spec for which steps need a C compiler.
type cgoKey struct {
	spec.Bool
	name string
}

// compilesC returns the key by which steps need a C compiler: that of an image,
// or of the tests of the file. The race detector is in C.
func compilesC(image, file *spec.Spec) cgoKey {
	if race := file.Test.Race; race.Value && !image.Build.Cgo.Value {
		return cgoKey{race, "test.race"}
	}
	return cgoKey{image.Build.Cgo.Bool, "build.cgo"}
}

// linksC reports whether binaries need a C library of the image: cgo is on,
// and nothing asks for it to be linked in.
func linksC(s *spec.Spec) bool {
	if !s.Build.Cgo.Value || s.Build.Cgo.Static {
		return false
	}
	texts := []string{s.Build.Ldflags.Value}
	for _, e := range s.Build.Env {
		if e.Key.Value == "CGO_LDFLAGS" {
			texts = append(texts, e.Value.Value)
		}
	}
	return !slices.ContainsFunc(texts, static.MatchString)
}

// static matches the flag of C's linker that links everything in, and no
// similar one, such as -static-libgcc.
var static = regexp.MustCompile(`(^|[^\w-])-static(-pie)?($|[^\w-])`)

// validateCgo reports builds with cgo that cannot work. What run.files brings
// to scratch may be a C library, which only the linked binary can tell.
func validateCgo(s *spec.Spec, b base, errs *diag.List) {
	if !linksC(s) || b.ref != "" || slices.ContainsFunc(s.Run.Files, func(f spec.File) bool { return f.HasContent() }) {
		return
	}
	errs.Add(diag.Diagnostic{
		At:      s.Build.Cgo.At,
		Message: "build.cgo: the binary needs a C library, which the base scratch does not have",
		Hint:    "write `base: distroless`, which has glibc when cgo is on, or link it in with `cgo: static`",
	})
}

// validatePIE reports position-independent programs on a base that cannot start
// them. What run.files brings to scratch may be a dynamic linker.
func validatePIE(s *spec.Spec, b base, errs *diag.List) {
	if !isPIE(s.Build) || s.Build.Cgo.Value || b.ref != "" || slices.ContainsFunc(s.Run.Files, func(f spec.File) bool { return f.HasContent() }) {
		return
	}
	errs.Add(diag.Diagnostic{
		At:      s.Build.Mode.At,
		Message: "build.mode: without cgo, Go's pie programs start through a dynamic linker, which the base scratch does not have",
		Hint:    "write `base: distroless` or `base: alpine`, or remove the key; a static pie takes a C compiler: `build: {mode: pie, cgo: static}`",
	})
}

// dynamic matches flags of Go's linker that may make a dynamically linked
// program without cgo.
var dynamic = regexp.MustCompile(`(^|\s)--?(buildmode[= ]pie|linkmode[= ]external|I[= ])`)

// linking is how binaries find what they are linked with in their image.
type linking struct {
	file  string
	base  base
	build spec.Build
}

// dynamic reports whether binaries are taken for dynamically linked before they
// are compiled.
func (l linking) dynamic() bool {
	if l.build.Cgo.Static {
		return false
	}
	return l.build.Cgo.Value || isPIE(l.build) || dynamic.MatchString(l.build.Ldflags.Value)
}

// linker plans the step that finds the dynamic linker for binaries. It is nil
// if a C compiler links them, against the C library of the toolchain's image.
func (l linking) linker(binaries []plan.Binary, p plan.Platform) *plan.Linker {
	if l.build.Cgo.Value || external.MatchString(l.build.Ldflags.Value) {
		return nil
	}
	return &plan.Linker{
		Step: plan.Step{
			ID:   "libraries",
			Name: fmt.Sprintf("find the dynamic linker of %s for %s in %s", packageList(binaries), p, l.base),
			At:   spans(l.file, l.base.at),
		},
		Arch: p.Architecture,
	}
}

// external matches the flag that makes a C compiler link.
var external = regexp.MustCompile(`(^|\s)--?linkmode[= ]external`)

// libraries plans the step that checks that an image with some environment has
// the libraries that its binaries need.
func (l linking) libraries(binaries []plan.Binary, p plan.Platform, env []string) plan.Libraries {
	path, _ := lookupEnv(env, "LD_LIBRARY_PATH")
	return plan.Libraries{
		Step: plan.Step{
			ID:   "libraries",
			Name: fmt.Sprintf("find the C libraries of %s for %s in %s", packageList(binaries), p, l.base),
			At:   spans(l.file, l.base.at, l.build.Cgo.At),
		},
		Image: l.base.String(),
		Path:  path,
		Cgo:   l.build.Cgo.Value,
	}
}

// triplets are Debian's names of architectures in the names of its C compilers.
var triplets = map[string]string{
	"386":      "i686-linux-gnu",
	"amd64":    "x86_64-linux-gnu",
	"arm":      "arm-linux-gnueabihf",
	"arm64":    "aarch64-linux-gnu",
	"loong64":  "loongarch64-linux-gnu",
	"mips":     "mips-linux-gnu",
	"mips64":   "mips64-linux-gnuabi64",
	"mips64le": "mips64el-linux-gnuabi64",
	"mipsle":   "mipsel-linux-gnu",
	"ppc64":    "powerpc64-linux-gnu",
	"ppc64le":  "powerpc64le-linux-gnu",
	"riscv64":  "riscv64-linux-gnu",
	"s390x":    "s390x-linux-gnu",
}
