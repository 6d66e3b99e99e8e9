package planner

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"golang.org/x/mod/module"
)

// Which caches a step shares is decided here and nowhere else. What a step
// writes into a shared cache reaches the images of other projects, so a step
// shares one only if every program that runs in it is known. That leaves out
// the project's tests and generators, a C compiler, and every variable or flag
// that is not known to be harmless. It also leaves out steps that begin with
// packs or a seed: these may come from a cache that another project writes.

// fetchCaches are the caches of a step that fetches modules.
func (d draft) fetchCaches() plan.Caches {
	c := d.goCaches()
	c.From = d.sources()
	return c
}

// compileCaches are the caches of a step that compiles or vets, and begins
// with what start says.
func (d draft) compileCaches(start plan.Start) plan.Caches {
	c := d.goCaches()
	if c.Alone == "" {
		c.Alone = d.unknownSetting()
	}
	switch {
	case c.Alone != "":
	case d.Spec.Build.Cgo.Value:
		c.Alone = "it runs a C compiler"
	case len(start.Packs) > 0:
		c.Alone = "it begins with packs"
	case start.Seed != nil:
		c.Alone = "it begins with a seed"
	}
	return c
}

// sharesObjects reports whether what is compiled is kept in a cache of the
// builder from build to build.
func (d draft) sharesObjects() bool { return d.compileCaches(plan.Start{}).Alone == "" }

// goCaches tell the Go that a step runs from others. Releases of Go share
// caches, as the go command keeps their objects apart. An image of the user's
// own shares with itself.
func (c choices) goCaches(images map[ImageKey]Image) plan.Caches {
	if c.toolchain.ref == "" {
		return plan.Caches{Go: c.moduleGo()}
	}
	img := images[c.toolchain.key(c.Request.BuildPlatform)]
	switch {
	case img.Context != "" && img.Digest == "":
		return plan.Caches{Alone: "its Go comes from a build context"}
	case img.Context == "" && isOfficial(c.toolchain.ref):
		return plan.Caches{}
	}
	return plan.Caches{Go: img.Digest}
}

func (d draft) goCaches() plan.Caches { return d.choices.goCaches(d.answers.Images) }

// isOfficial reports whether an image is one of the official Go images. A
// registry serves no digest that the repository does not have.
func isOfficial(ref string) bool {
	return strings.HasPrefix(ref, officialRepository+":") || strings.HasPrefix(ref, officialRepository+"@")
}

// toolchainModule is the module that Go is published as.
const toolchainModule = "golang.org/toolchain"

// moduleGo names the Go of the module proxy: nothing where the checksum
// database vouches for it, else what does.
func (c choices) moduleGo() string {
	if sum := spec.Lookup(c.toolchain.locked, processor(c.Request.BuildPlatform)); sum != "" {
		return sum
	}
	env := c.proxyEnv()
	unchecked := first(env.Get("GONOSUMDB"), env.Get("GOPRIVATE"))
	if env.Get("GOSUMDB") == "" && !module.MatchPrefixPatterns(unchecked, toolchainModule) {
		return ""
	}
	return c.sources()
}

// sources names the settings that say where modules come from. A project that
// chooses its own proxy can have any code served under any name: what it
// fetched is for builds with the same settings alone.
func (c choices) sources() string {
	env := c.proxyEnv().List()
	if len(env) == 0 {
		return ""
	}
	return fmt.Sprintf("from-%x", sha256.Sum256([]byte(strings.Join(env, "\n"))))[:len("from-")+16]
}

// unknownSetting is a setting of `build` that is not known to be harmless, as
// the reason why a step shares no cache.
func (c choices) unknownSetting() string {
	b := c.Spec.Build
	for _, e := range b.Env {
		if !isHarmlessVariable(e.Key.Value, e.Value.Value) {
			return "build.env has " + e.Key.Value
		}
	}
	for _, f := range []struct {
		key, setting string
		known        knownFlags
	}{
		{"build.gcflags", b.Gcflags.Value, compilerFlags},
		{"build.asmflags", b.Asmflags.Value, assemblerFlags},
		{"build.ldflags", b.Ldflags.Value, linkerFlags},
	} {
		if flag, ok := f.known.unknown(f.setting); ok {
			return f.key + " has " + flag
		}
	}
	return ""
}

// harmlessVariables are those of the go command that choose among what Go
// itself can do. Their values are words: none is a program, a path or an
// address.
var harmlessVariables = []string{"GO386", "GOARM64", "GOEXPERIMENT", "GOFIPS140", "GOMIPS", "GOMIPS64", "GOPPC64", "GORISCV64", "GOWASM"}

func isHarmlessVariable(name, value string) bool {
	isWord := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == ',' || r == '_' || r == '-'
	}
	plain := strings.IndexFunc(value, func(r rune) bool { return !isWord(r) }) < 0
	return slices.Contains(harmlessVariables, name) && plain && !strings.Contains(value, "..")
}

// knownFlags are flags of one of Go's tools that change what it makes, and
// neither run a program nor name a file to write to.
type knownFlags struct {
	names []string
	// apart are those of them whose value may be the next word.
	apart []string
}

var (
	compilerFlags  = knownFlags{names: []string{"B", "C", "N", "S", "c", "dwarf", "dwarfbasentries", "dwarflocationlists", "e", "l", "lang", "m", "spectre", "v"}}
	assemblerFlags = knownFlags{names: []string{"D", "S", "debug", "e", "spectre", "v"}}
	// Without cgo, a step finds no C linker that extldflags could be for.
	linkerFlags = knownFlags{
		names: []string{"B", "E", "R", "T", "X", "bindnow", "buildid", "checklinkname", "compressdwarf", "d", "dumpdep", "extldflags", "funcalign", "n", "r", "randlayout", "s", "strictdups", "v", "w"},
		apart: []string{"X", "extldflags"},
	}
)

// unknown is the first word of a setting that is none of the known flags, and
// no value of one.
func (k knownFlags) unknown(setting string) (string, bool) {
	words, ok := splitFlags(withoutPattern(setting))
	if !ok {
		return setting, true
	}
	for i := 0; i < len(words); i++ {
		name, _, inline := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(words[i], "-"), "-"), "=")
		if !strings.HasPrefix(words[i], "-") || !slices.Contains(k.names, name) {
			return words[i], true
		}
		if !inline && slices.Contains(k.apart, name) {
			i++
		}
	}
	return "", false
}

// withoutPattern drops the packages that flags are for: "all=-N -l".
func withoutPattern(setting string) string {
	setting = strings.TrimSpace(setting)
	if strings.HasPrefix(setting, "-") {
		return setting
	}
	_, flags, _ := strings.Cut(setting, "=")
	return strings.TrimSpace(flags)
}

// splitFlags splits a setting into words as the go command does: one may be
// in quotes of either kind, as a whole. It reports whether all quotes end.
func splitFlags(setting string) (words []string, ok bool) {
	for rest := strings.TrimLeft(setting, flagSpace); rest != ""; rest = strings.TrimLeft(rest, flagSpace) {
		end, quoted := strings.IndexAny(rest, flagSpace), rest[0] == '\'' || rest[0] == '"'
		if quoted {
			end = strings.IndexByte(rest[1:], rest[0]) + 1
		}
		switch {
		case quoted && end == 0:
			return nil, false
		case quoted:
			words, rest = append(words, rest[1:end]), rest[end+1:]
		case end < 0:
			return append(words, rest), true
		default:
			words, rest = append(words, rest[:end]), rest[end:]
		}
	}
	return words, true
}

const flagSpace = " \t\n\r"
