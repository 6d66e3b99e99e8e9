package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/llb/plan"
)

// SeedContext is the name of the build context that brings objects.
const SeedContext = "gocache"

// firstCacheProgram is the first Go that lets a program stand before its
// cache, which is how a pack's objects are found.
const firstCacheProgram = "1.24"

// validatePack finds a wish for packs that the toolchain cannot fulfil.
func validatePack(c Decision, errs *diag.List) {
	if c.atLeast(firstCacheProgram) {
		return
	}
	d := diag.Diagnostic{Hint: "write a newer one as the key `go`: it builds what asks for an older one", Related: []diag.Range{c.version.At}}
	if cache := c.image.Cache; cache.Value == "pack" {
		d.At = cache.At
		d.Message = fmt.Sprintf("cache: pack needs Go %s or newer, and %s has %s", firstCacheProgram, c.version.At, c.version.Value)
		errs.Add(d)
	}
	if c.Target == ObjectsTarget {
		d.At = diag.Range{File: "--target " + ObjectsTarget}
		d.Message = fmt.Sprintf("it needs Go %s or newer, and %s has %s", firstCacheProgram, c.version.At, c.version.Value)
		errs.Add(d)
	}
}

// packs reports whether what is compiled of dependencies goes through packs.
func (d draft) packs() bool {
	switch d.image.Cache.Value {
	case "pack":
		return true
	case "mount":
		return false
	}
	return d.Request.Imports && d.atLeast(firstCacheProgram)
}

// packsImage reports whether it does so for an image: always where the compile
// shares no cache. A profile to optimise by changes how every package is
// compiled, and the packs' steps do not have it. A seed has all that a pack
// would have.
func (d draft) packsImage() bool {
	seeded := len(d.found.Seeds) > 0 && d.image.Cache.Value != "pack"
	wanted := d.packs() || d.atLeast(firstCacheProgram) && !d.sharesObjects()
	return wanted && !seeded && !isProfile(d.image.Build.Pgo.Value)
}

// start is what the compiler of one platform begins with.
func (d draft) start(binaries []plan.Binary, p plan.Platform) plan.Start {
	var s plan.Start
	if name, ok := d.found.Seeds[p]; ok {
		s.Seed = &plan.Seed{Context: name, Folders: d.seedFolders(p)}
	}
	if d.packsImage() {
		s.Packs = d.packed(imports{
			of:    fmt.Sprintf("%s imports for %s", packageList(binaries), p),
			flags: d.compileFlags(),
			env:   d.compileEnv(p),
		})
	}
	return s
}

// vetStart is what vet begins with: what the image is compiled from, if that
// is for the platform that vet runs on. For several images vet is one step.
func (d draft) vetStart(binaries []plan.Binary) plan.Start {
	here := d.Request.BuildPlatform
	if d.Image != "" || !slices.Contains(d.Request.Platforms, here) || d.whole().image.Build.Cgo.Value != d.image.Build.Cgo.Value {
		return plan.Start{}
	}
	return d.start(binaries, here)
}

// testStart is what tests begin with. They share no cache, so packs bring
// them what other steps compiled. Where those keep it from build to build,
// that includes the tests themselves.
func (d draft) testStart() plan.Start {
	if !d.atLeast(firstCacheProgram) {
		return plan.Start{}
	}
	i := imports{
		of:    packagesAndTests + " import",
		flags: slices.Concat(d.fileFlags(), d.raceFlags()),
		env:   d.testEnv(),
	}
	packs := d.packed(i)
	if !d.packs() && d.sharesObjects() {
		packs = append(packs, d.tests(i, packs))
	}
	return plan.Start{Packs: packs}
}

// tests is a pack of all packages and their tests.
func (d draft) tests(i imports, before []plan.Objects) plan.Objects {
	return plan.Objects{
		Step:    d.objectsStep("compile "+packagesAndTests, i.env, plan.Start{}),
		Of:      plan.OfSource,
		Without: before,
		Args:    slices.Concat(listCommand(i.flags), []string{"-test", "--"}, d.testPatterns()),
	}
}

// generateStart is what generators begin with: the programs that they are.
func (d draft) generateStart() plan.Start {
	if !d.atLeast(firstCacheProgram) {
		return plan.Start{}
	}
	return plan.Start{Packs: []plan.Objects{{
		Step: d.objectsStep("compile the generators", d.testEnv(), plan.Start{}),
		Of:   plan.OfPrograms,
		Args: listCommand(nil),
	}}}
}

// seedFolders are where exporters put the pack of this image for a platform:
// in a folder of the platform where there are several, and below that in one
// of the image where there are several.
func (c Decision) seedFolders(p plan.Platform) []string {
	platform := "/" + strings.ReplaceAll(p.String(), "/", "_")
	folders := []string{"", platform}
	if c.Image != "" {
		folders = append(folders, "/"+c.Image, platform+"/"+c.Image)
	}
	return folders
}

// imports is what some packages import, and how that is compiled.
type imports struct {
	of    string // "./cmd/api imports for linux/amd64"
	flags []string
	env   []string
}

// packed are packs of what is imported: one of other modules, if there are
// any, and one of the standard library.
func (d draft) packed(i imports) []plan.Objects {
	var packs []plan.Objects
	if d.downloads() || d.vendored {
		packs = append(packs, d.dependencies(i))
	}
	return append(packs, d.standard(i, packs))
}

func (d draft) dependencies(i imports) plan.Objects {
	return plan.Objects{
		Step: d.objectsStep("compile what "+i.of, i.env, plan.Start{}),
		Of:   plan.OfModules,
		Args: listCommand(i.flags),
	}
}

// standard is apart from the modules, so that importing another package of
// the standard library compiles no module again. It runs in no module.
func (d draft) standard(i imports, before []plan.Objects) plan.Objects {
	start := plan.Start{Packs: before}
	return plan.Objects{
		Step:    d.objectsStep("compile the standard library that "+i.of, setEnv(slices.Clone(i.env), "GOFLAGS", ""), start),
		Of:      plan.OfStandard,
		Start:   start,
		Without: before,
		Args:    listCommand(i.flags),
	}
}

// objects is everything that a compile goes through.
func (d draft) objects(c plan.Compile, p plan.Platform) plan.Objects {
	args := append(listCommand(d.compileFlags()), "--")
	for _, b := range c.Binaries {
		args = append(args, b.Package)
	}
	return plan.Objects{
		Step:  d.objectsStep(fmt.Sprintf("collect what %s is compiled of for %s", packageList(c.Binaries), p), c.Env, c.Start),
		Of:    plan.OfSource,
		Start: c.Start,
		Args:  args,
	}
}

func (d draft) objectsStep(name string, env []string, start plan.Start) plan.Step {
	return plan.Step{ID: "objects", Name: name, At: spans(d.image, d.image.Cache.At), Env: env, Caches: d.compileCaches(start)}
}

// listCommand compiles packages without linking any. A package that does not
// compile is left to the compile of the binaries, which has the whole source.
func listCommand(flags []string) []string {
	return append([]string{"list", "-e", "-deps", "-export"}, flags...)
}
