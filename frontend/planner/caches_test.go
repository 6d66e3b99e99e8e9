package planner

import (
	"testing"

	"github.com/gohull/gohull/frontend/goflag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// A flag that is not known keeps a step from sharing a cache: one too many
// costs time, and one too few lets a project write what others trust.
func TestUnknownFlags(t *testing.T) {
	for _, c := range []struct {
		tool          goflag.Tool
		setting, want string
	}{
		{goflag.Link, "", ""},
		{goflag.Link, "-s -w", ""},
		{goflag.Link, `-s -w -X main.version=1.2.3 -X=main.b=c --buildid=`, ""},
		{goflag.Link, `-X 'main.version=1.2.3 -extld=/x' -w`, ""},
		{goflag.Link, `-extldflags "-static" -w`, ""},
		{goflag.Link, "-X main.version=1.2.3 -extld=/src/x", "-extld=/src/x"},
		{goflag.Link, "-s --extld /src/x", "--extld"},
		{goflag.Link, "-linkmode=external", "-linkmode=external"},
		{goflag.Link, "-s -o=/.gohull/cache/x", "-o=/.gohull/cache/x"},
		{goflag.Link, "-s '-o=/x'", "-o=/x"},
		{goflag.Link, "-s -r -o=/x", "-o=/x"},
		{goflag.Link, "@/src/flags", "@/src/flags"},
		{goflag.Link, "-s @/src/flags", "@/src/flags"},
		{goflag.Link, "-X", ""},
		{goflag.Link, "-cpuprofile=/x", "-cpuprofile=/x"},
		{goflag.Link, "-s '", "-s '"},
		{goflag.Compile, "-N -l", ""},
		{goflag.Compile, "all=-N -l", ""},
		{goflag.Compile, "all= -N -l", ""},
		{goflag.Compile, "all=-N -o=/x", "-o=/x"},
		{goflag.Compile, "./...=-asmhdr=/x", "-asmhdr=/x"},
		{goflag.Compile, "-l -env=LD_PRELOAD=/x", "-env=LD_PRELOAD=/x"},
		{goflag.Compile, "-d=ssa/check_bce/debug=1", "-d=ssa/check_bce/debug=1"},
		{goflag.Asm, "-D=X=1 -spectre=all", ""},
		{goflag.Asm, "-I /.gohull/cache", "-I"},
	} {
		if got, ok := unknownFlag(c.tool, c.setting); got != c.want || ok != (c.want != "") {
			t.Errorf("%q: got %q, %v, want %q", c.setting, got, ok, c.want)
		}
	}
}

func TestHarmlessVariables(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"GOEXPERIMENT", "jsonv2,nosynchashtriemap", true},
		{"GOFIPS140", "v1.0.0", true},
		{"GOARM64", "v8.1,lse", true},
		{"GOFIPS140", "../../../src/x", false},
		{"GOFIPS140", "..", false},
		{"CGO_CFLAGS", "-O2", false},
		{"CC", "gcc", false},
		{"LD_PRELOAD", "x", false},
		{"GODEBUG", "gocacheverify=1", false},
		{"FOO", "bar", false},
	} {
		if got := isHarmlessVariable(c.name, c.value); got != c.want {
			t.Errorf("%s=%s: got %v, want %v", c.name, c.value, got, c.want)
		}
	}
}

// What fills a cache is known where Go vouches for it. Anything else has a
// cache of its own.
func TestGoCaches(t *testing.T) {
	here := plan.Platform{OS: "linux", Architecture: "amd64"}
	const digest = "sha256:ab"
	image := func(ref string) sharing {
		return sharing{root: goroot{toolchain: toolchain{ref: ref, runsOn: here}}}
	}
	byModule := func(env map[string]string) sharing {
		s := image("")
		for name, value := range env {
			s.modules.args, _ = s.modules.args.With(name, value)
		}
		return s
	}
	locked := byModule(nil)
	locked.root.locked = []spec.Pair{{Key: spec.String{Value: "linux/amd64"}, Value: spec.String{Value: "h1:x"}}}
	for _, c := range []struct {
		what string
		s    sharing
		img  Image
		want plan.Caches
	}{
		{"official", image("docker.io/library/golang:1.26.8-alpine"), Image{Digest: digest}, plan.Caches{}},
		{"official by digest", image("docker.io/library/golang@sha256:ab"), Image{Digest: digest}, plan.Caches{}},
		{"like an official one", image("docker.io/library/golang-musl:1.26.8"), Image{Digest: digest}, plan.Caches{Go: digest}},
		{"on another registry", image("registry.example/docker.io/library/golang:1.26.8"), Image{Digest: digest}, plan.Caches{Go: digest}},
		{"official, replaced by an image", image("docker.io/library/golang:1.26.8-alpine"), Image{Digest: digest, Context: "golang"}, plan.Caches{Go: digest}},
		{"official, replaced by files", image("docker.io/library/golang:1.26.8-alpine"), Image{Context: "golang"}, plan.Caches{Alone: "its Go comes from a build context"}},
		{"module", byModule(nil), Image{}, plan.Caches{}},
		{"module of a company's proxy", byModule(map[string]string{"GOPROXY": "https://proxy.example"}), Image{}, plan.Caches{}},
		{"module with a lock", locked, Image{}, plan.Caches{Go: "h1:x"}},
		{"module, private others", byModule(map[string]string{"GOPRIVATE": "corp.example"}), Image{}, plan.Caches{}},
		{"module, not verified", byModule(map[string]string{"GOSUMDB": "off"}), Image{}, plan.Caches{Go: "from-430fc48815c8f37b"}},
		{"module, private", byModule(map[string]string{"GOPRIVATE": "golang.org"}), Image{}, plan.Caches{Go: "from-5fc0a702ee3d4690"}},
		{"module, private but verified", byModule(map[string]string{"GOPRIVATE": "golang.org", "GONOSUMDB": "corp.example"}), Image{}, plan.Caches{}},
	} {
		c.s.root.image = c.img
		if got := c.s.ofGo(); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.what, got, c.want)
		}
	}
}
