package planner

import (
	"testing"

	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
)

// TestSlims has when compiles run on a part of the toolchain's image.
func TestSlims(t *testing.T) {
	const official = "docker.io/library/golang:1.26.8-alpine"
	list := func(names ...string) (all []spec.String) {
		for _, name := range names {
			all = append(all, spec.String{Value: name})
		}
		return all
	}
	for _, c := range []struct {
		name   string
		ref    string
		image  Image
		spec   spec.Spec
		cache  string
		target string
		want   bool
	}{
		{name: "without packs", ref: official, want: false},
		{name: "with packs", ref: official, cache: "pack", want: true},
		{name: "an official image that the spec names", ref: "docker.io/library/golang:1.26.8-bookworm", cache: "pack", want: true},
		{name: "an image of the user's own", ref: "registry.example/go:1", cache: "pack", want: false},
		{name: "a stage", ref: "stage go", image: Image{Context: "stage go", Stage: true}, cache: "pack", want: false},
		{name: "a build context instead of the image", ref: official, image: Image{Context: official}, cache: "pack", want: false},
		{name: "the module proxy", cache: "pack", want: false},
		{name: "with cgo", ref: official, cache: "pack", spec: spec.Spec{Build: spec.Build{Cgo: spec.Cgo{Bool: spec.Bool{Value: true}}}}, want: false},
		{name: "with a linker of the user's own", ref: official, cache: "pack", spec: spec.Spec{Build: spec.Build{Ldflags: spec.String{Value: "-extld=/usr/bin/x"}}}, want: false},
		{name: "with checks that run Go's own programs", ref: official, cache: "pack", spec: spec.Spec{Checks: list("tidy", "fmt", "vendor", "verify", "vet", "vuln")}, want: true},
		{name: "with tests", ref: official, cache: "pack", spec: spec.Spec{Checks: list("vet", "test")}, want: false},
		{name: "with tools", ref: official, cache: "pack", spec: spec.Spec{Checks: list("lint")}, want: false},
		{name: "with a check of generated files", ref: official, cache: "pack", spec: spec.Spec{Checks: list("generate")}, want: false},
		{name: "with generators", ref: official, cache: "pack", spec: spec.Spec{Generate: []spec.Generator{{Run: list("go", "tool", "x")}}}, want: false},
		{name: "tests alone", ref: official, cache: "pack", target: "test", want: false},
		{name: "reports alone", ref: official, cache: "pack", target: "test-report", want: false},
		{name: "vet alone", ref: official, cache: "pack", target: "vet", want: true},
	} {
		root := goroot{toolchain: toolchain{ref: c.ref, version: project.Version{Value: "1.26.8"}}, image: c.image}
		p := parts{spec: &c.spec, root: root, caches: sharing{root: root, build: c.spec.Build}}
		p.packs = packing{cache: c.cache, env: environment{root: root}}
		if got := p.slims(c.target); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
