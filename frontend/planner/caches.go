package planner

import (
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/goflag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// Which caches a step shares is decided here and nowhere else. What a step
// writes into a shared cache reaches the images of other projects, so a step
// shares one only if every program that runs in it is known. That leaves out
// the project's tests and generators, a C compiler, and every variable or flag
// that is not known to be harmless. It also leaves out steps that begin with
// packs or a seed: these may come from a cache that another project writes.

// sharing decides which caches of the builder steps share.
type sharing struct {
	root    goroot
	modules modules
	build   spec.Build
}

// fetch returns the caches of a step that fetches modules.
func (s sharing) fetch() plan.Caches {
	c := s.ofGo()
	c.From = s.modules.sources()
	return c
}

// compile returns the caches of a step that compiles or vets, and begins with
// what start says.
func (s sharing) compile(start plan.Start) plan.Caches {
	c := s.ofGo()
	if c.Alone == "" {
		c.Alone = unknownSetting(s.build)
	}
	switch {
	case c.Alone != "":
	case s.build.Cgo.Value:
		c.Alone = "it runs a C compiler"
	case len(start.Packs) > 0:
		c.Alone = "it begins with packs"
	case start.Seed != nil:
		c.Alone = "it begins with a seed"
	}
	return c
}

// toolexecCaches are the caches of a compile that runs Go's tools through a tool
// of the project. It begins with no packs either: the go command takes a package
// for the same, whatever the tool makes of it.
var toolexecCaches = plan.Caches{Alone: "it runs build.toolexec"}

// keepsObjects reports whether a cache of the builder keeps what is compiled
// from build to build.
func (s sharing) keepsObjects() bool { return s.compile(plan.Start{}).Alone == "" }

// ofGo distinguishes the Go that a step runs. Releases of Go share caches, as
// the go command keeps their objects apart. An image of the user's own shares
// with itself.
func (s sharing) ofGo() plan.Caches {
	if s.root.ref == "" {
		return plan.Caches{Go: s.moduleGo()}
	}
	switch img := s.root.image; {
	case img.Stage:
		return plan.Caches{Alone: "its Go comes from a stage"}
	case img.Context != "" && img.Digest == "":
		return plan.Caches{Alone: "its Go comes from a build context"}
	case img.Context == "" && isOfficial(s.root.ref):
		return plan.Caches{}
	default:
		return plan.Caches{Go: img.Digest}
	}
}

// isOfficial reports whether an image is one of the official Go images. A
// registry serves no digest that the repository does not have.
func isOfficial(ref string) bool {
	return strings.HasPrefix(ref, officialRepository+":") || strings.HasPrefix(ref, officialRepository+"@")
}

// toolchainModule is the module that Go is published as.
const toolchainModule = "golang.org/toolchain"

// moduleGo names the Go of the module proxy: it is empty if the checksum
// database vouches for it, else it is what does.
func (s sharing) moduleGo() string {
	if sum := s.root.sum(s.root.runsOn); sum != "" {
		return sum
	}
	if s.modules.env().Get("GOSUMDB") == "" && !s.modules.private().NoSum(toolchainModule) {
		return ""
	}
	return s.modules.sources()
}

// unknownSetting returns a setting of `build` that is not known to be harmless,
// as the reason why a step shares no cache.
func unknownSetting(b spec.Build) string {
	for _, e := range b.Env {
		if !isHarmlessVariable(e.Key.Value, e.Value.Value) {
			return "build.env has " + e.Key.Value
		}
	}
	for _, f := range []struct {
		key, setting string
		tool         goflag.Tool
	}{
		{"build.gcflags", b.Gcflags.Value, goflag.Compile},
		{"build.asmflags", b.Asmflags.Value, goflag.Asm},
		{"build.ldflags", b.Ldflags.Value, goflag.Link},
	} {
		if flag, ok := unknownFlag(f.tool, f.setting); ok {
			return f.key + " has " + flag
		}
	}
	return ""
}

// harmlessVariables are variables of the go command that only choose among what
// Go itself can do. Their values are words: none is a program, a path or an
// address.
var harmlessVariables = []string{"GO386", "GOARM64", "GOEXPERIMENT", "GOFIPS140", "GOMIPS", "GOMIPS64", "GOPPC64", "GORISCV64", "GOWASM"}

func isHarmlessVariable(name, value string) bool {
	isWord := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == ',' || r == '_' || r == '-'
	}
	plain := strings.IndexFunc(value, func(r rune) bool { return !isWord(r) }) < 0
	return slices.Contains(harmlessVariables, name) && plain && !strings.Contains(value, "..")
}

// harmlessFlags are flags of Go's tools that change what a tool makes, and
// neither run a program nor name a file to write to. -extldflags is harmless
// because a step without cgo has no C linker.
var harmlessFlags = map[goflag.Tool][]string{
	goflag.Compile: {"B", "C", "N", "S", "c", "dwarf", "dwarfbasentries", "dwarflocationlists", "e", "l", "lang", "m", "spectre", "v"},
	goflag.Asm:     {"D", "S", "debug", "e", "spectre", "v"},
	goflag.Link:    {"B", "E", "R", "T", "X", "bindnow", "buildid", "checklinkname", "compressdwarf", "d", "dumpdep", "extldflags", "funcalign", "n", "r", "randlayout", "s", "strictdups", "v", "w"},
}

// unknownFlag returns the first word of a setting that is neither a harmless
// flag nor the value of one.
func unknownFlag(tool goflag.Tool, setting string) (string, bool) {
	flags, wrong := goflag.Parse(setting)
	if wrong != nil {
		return setting, true
	}
	for i, role := range flags.Words.Roles(tool) {
		if !role.IsValue && !slices.Contains(harmlessFlags[tool], role.Flag) {
			return flags.Words[i], true
		}
	}
	return "", false
}
