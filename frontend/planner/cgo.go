package planner

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// distrolessGlibc is the distroless image that has glibc, of the Debian
// release that the official toolchain image with a C compiler is made from.
const distrolessGlibc = "gcr.io/distroless/base-debian12:nonroot"

// cgoKey is a key of the spec that takes a C compiler.
type cgoKey struct {
	spec.Bool
	name string
}

// compilesC is the key by which steps need a C compiler: that of an image, or
// of the tests of the file. The race detector is in C.
func compilesC(image, file *spec.Spec) cgoKey {
	if race := file.Test.Race; race.Value && !image.Build.Cgo.Value {
		return cgoKey{race, "test.race"}
	}
	return cgoKey{image.Build.Cgo, "build.cgo"}
}

// linksC reports whether binaries need a C library of the image: cgo is on,
// and nothing asks for it to be linked in.
func linksC(s *spec.Spec) bool {
	if !s.Build.Cgo.Value {
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

// static is the flag of C's linker that links everything in, and none of its
// kin, such as -static-libgcc.
var static = regexp.MustCompile(`(^|[^\w-])-static(-pie)?($|[^\w-])`)

// validateCgo finds builds with cgo that cannot work. What run.files brings to
// scratch may be a C library, which only the linked binary can tell.
func validateCgo(c Decision, errs *diag.List) {
	if !linksC(c.image) || c.base.ref != "" || len(c.image.Run.Files) > 0 || !c.ofImage() {
		return
	}
	errs.Add(diag.Diagnostic{
		At:      c.image.Build.Cgo.At,
		Message: "build.cgo: the binary needs a C library, which the base scratch does not have",
		Hint:    "write `base: distroless`, which has glibc when cgo is on, or link it in with `ldflags: -s -w -linkmode external -extldflags -static`",
	})
}

// dynamic are flags of Go's linker that may make a dynamically linked program
// without cgo.
var dynamic = regexp.MustCompile(`(^|\s)--?(buildmode[= ]pie|linkmode[= ]external|I[= ])`)

// linksDynamically reports whether binaries are taken for dynamically linked
// before they are compiled.
func (d draft) linksDynamically() bool {
	return d.image.Build.Cgo.Value || dynamic.MatchString(d.image.Build.Ldflags.Value)
}

// linker is the step that finds the dynamic linker for binaries; nil where a C
// compiler links them, against the C library of the toolchain's image.
func (d draft) linker(binaries []plan.Binary, p plan.Platform) *plan.Linker {
	if d.image.Build.Cgo.Value || external.MatchString(d.image.Build.Ldflags.Value) {
		return nil
	}
	return &plan.Linker{
		Step: plan.Step{
			ID:   "libraries",
			Name: fmt.Sprintf("find the dynamic linker of %s for %s in %s", packageList(binaries), p, d.baseRef()),
			At:   spans(d.image, d.image.Base.At),
		},
		Arch: p.Architecture,
	}
}

// external is the flag that has a C compiler link.
var external = regexp.MustCompile(`(^|\s)--?linkmode[= ]external`)

// libraries is the step that checks that the image has the libraries that its
// binaries need.
func (d draft) libraries(binaries []plan.Binary, p plan.Platform) plan.Libraries {
	path, _ := lookupEnv(d.mergeEnv(d.found.Images[d.base.key(p)].Config.Config.Env, d.image.Run.Env), "LD_LIBRARY_PATH")
	return plan.Libraries{
		Step: plan.Step{
			ID:   "libraries",
			Name: fmt.Sprintf("find the C libraries of %s for %s in %s", packageList(binaries), p, d.baseRef()),
			At:   spans(d.image, d.image.Base.At, d.image.Build.Cgo.At),
		},
		Image: d.baseRef(),
		Path:  path,
		Cgo:   d.image.Build.Cgo.Value,
	}
}

// baseRef is what people call the base.
func (d draft) baseRef() string { return first(d.base.ref, scratch) }

// triplets are what Debian calls processors in the names of its C compilers.
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

// compilers name the C compilers for a platform that is not the builder's:
// those of the platform's own name, unless the spec or the toolchain's image
// names others. The go command would take the builder's.
func (d draft) compilers(p plan.Platform) []string {
	if !d.image.Build.Cgo.Value || p.Architecture == d.Request.BuildPlatform.Architecture {
		return nil
	}
	named := slices.Clone(d.found.Images[d.toolchain.key(d.Request.BuildPlatform)].Config.Config.Env)
	for _, e := range d.image.Build.Env {
		named = append(named, e.Key.Value+"="+e.Value.Value)
	}
	var env []string
	for _, c := range []struct{ key, program string }{{"CC", "gcc"}, {"CXX", "g++"}} {
		if _, ok := lookupEnv(named, c.key); !ok {
			env = append(env, c.key+"="+triplets[p.Architecture]+"-"+c.program)
		}
	}
	return env
}
