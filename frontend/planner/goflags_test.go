package planner

import (
	"strings"
	"testing"

	"github.com/gohull/gohull/frontend/spec"
)

// TestGoFlags has the flags of each part for the keys of `build`.
func TestGoFlags(t *testing.T) {
	text := func(s string) spec.String {
		return spec.String{Value: s, At: firstLine(&spec.Spec{File: "Dockerfile"})}
	}
	full := spec.Build{
		Tags: []spec.String{text("netgo"), text("a")}, Ldflags: text("-w"), Gcflags: text("-l"), Asmflags: text("-S"),
		Race: spec.Bool{Value: true}, Pgo: text("cpu.pprof"),
	}
	for _, c := range []struct {
		name                         string
		flags                        goFlags
		compile, packages, tags, ldf string
	}{
		{"nothing", goFlags{noVCS: true}, "-trimpath -buildvcs=false", "-trimpath -buildvcs=false", "", "-s -w"},
		{"an old Go", goFlags{}, "-trimpath", "-trimpath", "", "-s -w"},
		{"everything", goFlags{build: full},
			"-trimpath -gcflags=-l -asmflags=-S -tags=netgo,a -race -pgo=/src/cpu.pprof",
			"-trimpath -gcflags=-l -asmflags=-S -tags=netgo,a -race", "-tags=netgo,a", "-w"},
		{"to debug", goFlags{build: full, debug: true},
			"-gcflags=all=-N -l -asmflags=-S -tags=netgo,a -race -pgo=/src/cpu.pprof",
			"-gcflags=all=-N -l -asmflags=-S -tags=netgo,a -race", "-tags=netgo,a", "-w -s=false -w=false"},
	} {
		f := c.flags
		for _, flags := range []struct {
			of, want string
			got      []string
		}{
			{"compile", c.compile, f.compile()},
			{"packages", c.packages, f.packages()},
			{"tags", c.tags, f.tags()},
			{"link", c.ldf, []string{f.link(f.build.Ldflags)}},
		} {
			if got := strings.Join(flags.got, " "); got != flags.want {
				t.Errorf("%s, %s: got %s, want %s", c.name, flags.of, got, flags.want)
			}
		}
	}
}
