package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/groups"
	"github.com/gohull/gohull/llb/plan"
)

// SeedContext is the name of the build context that brings objects.
const SeedContext = "gocache"

// firstCacheProgram is the first Go that knows GOCACHEPROG, by which a step
// reads packs.
const firstCacheProgram = "1.24"

// validatePack reports a wish for packs that the toolchain cannot fulfil.
func validatePack(t toolchain, cache spec.String, target string, errs *diag.List) {
	if t.atLeast(firstCacheProgram) {
		return
	}
	d := diag.Diagnostic{Hint: "write a newer Go as the key `go`: it also builds what asks for an older one", Related: []diag.Range{t.version.At}}
	if cache.Value == "pack" {
		d.At = cache.At
		d.Message = fmt.Sprintf("cache: pack needs Go %s or newer, and %s has %s", firstCacheProgram, t.version.At, t.version.Value)
		errs.Add(d)
	}
	if target == objectsTarget {
		d.At = diag.Range{File: "--target " + objectsTarget}
		d.Message = fmt.Sprintf("it needs Go %s or newer, and %s has %s", firstCacheProgram, t.version.At, t.version.Value)
		errs.Add(d)
	}
}

// packing decides with which compiled packages a step begins.
type packing struct {
	at      []plan.Span // the line of the key `cache`
	cache   string      // that key: "auto", "mount" or "pack"
	imports bool        // whether the build imports a cache
	pgo     string      // the key `build.pgo`
	image   string      // the image's name
	seeds   map[plan.Platform]string
	modules modules
	flags   goFlags
	env     environment
	caches  sharing
	groups  []groups.Compiled // of the project's own packages; nil if they are not packed
}

// canPack reports whether the toolchain knows packs.
func (p packing) canPack() bool { return p.env.root.atLeast(firstCacheProgram) }

// wanted reports whether what is compiled of dependencies goes through packs.
func (p packing) wanted() bool {
	switch p.cache {
	case "pack":
		return true
	case "mount":
		return false
	}
	return p.imports && p.canPack()
}

// carries reports whether packs only carry objects out of a cache of the builder, to
// steps that share none. Otherwise packs are where the objects are kept.
func (p packing) carries() bool { return !p.wanted() && p.caches.keepsObjects() }

// forImages reports whether it does so for an image: always if the compile
// shares no cache. A profile to optimise by changes how every package is
// compiled, and the packs' steps do not have it. A seed has everything that a
// pack would have.
func (p packing) forImages() bool {
	seeded := len(p.seeds) > 0 && p.cache != "pack"
	wanted := p.wanted() || p.canPack() && !p.caches.keepsObjects()
	return wanted && !seeded && !isProfile(p.pgo)
}

// start returns what the compiler of one platform begins with.
func (p packing) start(binaries []plan.Binary, platform plan.Platform) plan.Start {
	var s plan.Start
	if name, ok := p.seeds[platform]; ok {
		s.Seed = &plan.Seed{Context: name, Dirs: p.seedDirs(platform)}
	}
	if p.forImages() {
		i := imports{
			of:    fmt.Sprintf("%s imports for %s", packageList(binaries), platform),
			flags: p.flags.compile(),
			env:   p.env.compile(platform),
			added: p.env.added(platform),
		}
		s.Packs = p.imported(i)
		i.of = platform.String()
		s.Groups = p.ownGroups(p.groups, i, s)
	}
	return s
}

// tests returns what tests begin with. They share no cache, so packs bring
// them what other steps compiled. If those keep it from build to build, that
// includes the tests themselves.
func (p packing) tests(patterns, race []string) plan.Start {
	if !p.canPack() {
		return plan.Start{}
	}
	i := p.ofTests(race)
	packs := p.imported(i)
	if len(patterns) > 0 && p.carries() {
		packs = append(packs, p.compiledTests(i, patterns, packs))
	}
	return plan.Start{Packs: packs}
}

// ofTests returns how packages are compiled for tests, and vetted.
func (p packing) ofTests(race []string) imports {
	flags := slices.Concat(p.flags.files(), race)
	return imports{
		of:    packagesAndTests + " import",
		flags: flags,
		env:   p.env.test(),
		added: p.env.added(p.env.root.runsOn),
		vet:   append([]string{"test"}, flags...),
	}
}

// ownForTests plans packs of the project's own packages that groups of tests import.
func (p packing) ownForTests(all []groups.Compiled, race []string) plan.Start {
	i := p.ofTests(race)
	s := plan.Start{Packs: p.imported(i)}
	i.of = "tests"
	s.Groups = p.ownGroups(all, i, s)
	return s
}

// compiledTests plans a pack of all packages and their tests.
func (p packing) compiledTests(i imports, patterns []string, before []plan.Objects) plan.Objects {
	return plan.Objects{
		Step:    p.step("compile "+packagesAndTests, i.env, plan.Start{}, i.added),
		Of:      plan.OfSource,
		Without: before,
		Args:    slices.Concat(listCommand(i.flags), []string{"-test", "--"}, patterns),
	}
}

// generators returns what generators begin with: the programs that they are.
func (p packing) generators() plan.Start {
	if !p.canPack() {
		return plan.Start{}
	}
	return plan.Start{Packs: []plan.Objects{p.programs("compile the generators")}}
}

// lint returns what tools begin with: the tools themselves, and what the
// packages import that they examine.
func (p packing) lint(patterns []string) plan.Start {
	s := p.tests(patterns, nil)
	if p.canPack() {
		s.Packs = append(s.Packs, p.programs("compile the tools"))
	}
	return s
}

// programs plans a pack of programs that a step runs.
func (p packing) programs(name string) plan.Objects {
	return plan.Objects{
		Step: p.step(name, p.env.test(), plan.Start{}, p.env.added(p.env.root.runsOn)),
		Of:   plan.OfPrograms,
		Args: listCommand(nil),
	}
}

// seedDirs returns where exporters put the pack of this image for a platform:
// in a directory of the platform if there are several, and below that in one
// of the image if there are several.
func (p packing) seedDirs(of plan.Platform) []string {
	platform := "/" + strings.ReplaceAll(of.String(), "/", "_")
	dirs := []string{"", platform}
	if p.image != "" {
		dirs = append(dirs, "/"+p.image, platform+"/"+p.image)
	}
	return dirs
}

// vetting returns what vet begins with if it shares no cache: what the image begins
// with, and what vet has to know of everything that packages and tests import.
func (p packing) vetting(image plan.Start) plan.Start {
	i := imports{
		of:    packagesAndTests + " import, for vet",
		flags: p.flags.packages(),
		env:   p.env.compile(p.env.root.runsOn),
		added: p.env.added(p.env.root.runsOn),
		vet:   slices.Concat([]string{"vet"}, p.flags.packages()),
	}
	for _, o := range image.Packs {
		o.OfImage = true
		i.before = append(i.before, o)
	}
	return plan.Start{Packs: append(slices.Clone(i.before), p.imported(i)...)}
}

// imports is what some packages import, and how that is compiled.
type imports struct {
	of     string // "./cmd/api imports for linux/amd64"
	flags  []string
	env    []string
	added  []plan.Packages
	before []plan.Objects // packs that the compiler begins with
	vet    []string       // the command of the go command by which vet leaves facts about them; nil for none
}

// imported returns packs of what is imported: one of other modules, if there
// are any, and one of the standard library.
func (p packing) imported(i imports) []plan.Objects {
	if !p.modules.downloads() && !p.modules.vendored {
		return []plan.Objects{p.standard(i)}
	}
	modules := p.dependencies(i)
	i.before = append(slices.Clone(i.before), modules)
	return []plan.Objects{modules, p.standard(i)}
}

// dependencies plans a pack of other modules.
func (p packing) dependencies(i imports) plan.Objects {
	start := plan.Start{Packs: i.before}
	return plan.Objects{
		Step:    p.step("compile what "+i.of, i.env, start, i.added),
		Of:      plan.OfModules,
		Start:   start,
		Without: i.before,
		Vet:     i.vet,
		Args:    listCommand(i.flags),
	}
}

// standard plans a pack of the standard library. It is apart from the modules,
// so that importing another package of the standard library compiles no module
// again. It runs in no module. It begins with the packs before it only if no cache of
// the builder has their objects, because a step that begins with packs shares no cache.
func (p packing) standard(i imports) plan.Objects {
	start := plan.Start{Packs: i.before}
	if p.carries() {
		start = plan.Start{}
	}
	return plan.Objects{
		Step:    p.step("compile the standard library that "+i.of, setEnv(slices.Clone(i.env), "GOFLAGS", ""), start, i.added),
		Of:      plan.OfStandard,
		Start:   start,
		Without: i.before,
		Vet:     i.vet,
		Args:    listCommand(i.flags),
	}
}

// all plans a pack of everything that a compile goes through.
func (p packing) all(c plan.Compile, platform plan.Platform) plan.Objects {
	args := append(listCommand(p.flags.compile()), "--")
	for _, b := range c.Binaries {
		args = append(args, p.modules.relative(b.Package))
	}
	return plan.Objects{
		Step:  p.step(fmt.Sprintf("collect what %s is compiled of for %s", packageList(c.Binaries), platform), c.Env, c.Start, c.Added),
		Of:    plan.OfSource,
		Start: c.Start,
		Args:  args,
	}
}

func (p packing) step(name string, env []string, start plan.Start, added []plan.Packages) plan.Step {
	return plan.Step{ID: "objects", Name: name, At: p.at, Env: env, Caches: p.caches.compile(start), Added: added}
}

// listCommand compiles packages without linking any. A package that does not
// compile is left to the compile of the binaries, which has the whole source.
func listCommand(flags []string) []string {
	return append([]string{"list", "-e", "-deps", "-export"}, flags...)
}
