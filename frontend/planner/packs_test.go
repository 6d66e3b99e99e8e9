package planner

import (
	"testing"

	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// TestPacksForImages has when a compile begins with packs.
func TestPacksForImages(t *testing.T) {
	here := plan.Platform{OS: "linux", Architecture: "amd64"}
	for _, c := range []struct {
		name    string
		cache   string
		imports bool
		alone   bool // whether the compile shares no cache
		seeded  bool
		pgo     string
		goIs    string
		want    bool
	}{
		{name: "by default", want: false},
		{name: "asked for", cache: "pack", want: true},
		{name: "with an imported cache", imports: true, want: true},
		{name: "with an imported cache, not wanted", cache: "mount", imports: true, want: false},
		{name: "sharing no cache", alone: true, want: true},
		{name: "sharing no cache, not wanted", cache: "mount", alone: true, want: true},
		{name: "with a seed", imports: true, seeded: true, want: false},
		{name: "with a seed, asked for", cache: "pack", seeded: true, want: true},
		{name: "with a profile", cache: "pack", pgo: "cpu.pprof", want: false},
		{name: "with Go's own choice of a profile", cache: "pack", pgo: "auto", want: true},
		{name: "with an old Go", imports: true, alone: true, goIs: "1.23.4", want: false},
		{name: "with an unknown Go", imports: true, goIs: "", want: true},
	} {
		root := goroot{toolchain: toolchain{ref: "docker.io/library/golang:1", version: project.Version{Value: c.goIs}}}
		p := packing{cache: c.cache, imports: c.imports, pgo: c.pgo, env: environment{root: root}}
		p.caches = sharing{root: root, build: spec.Build{Cgo: spec.Cgo{Bool: spec.Bool{Value: c.alone}}}}
		if c.seeded {
			p.seeds = map[plan.Platform]string{here: "gocache"}
		}
		if got := p.forImages(); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
