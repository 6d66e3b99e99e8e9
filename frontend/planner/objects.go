package planner

import (
	"fmt"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/llb/plan"
)

// SeedContext is the name of the build context that brings objects.
const SeedContext = "gocache"

// firstCacheProgram is the first Go that lets a program stand before its
// cache, which is how a pack's objects are found.
const firstCacheProgram = "1.24"

// checkPack finds a wish for packs that the toolchain cannot fulfil.
func checkPack(c choices, errs *diag.List) {
	if c.atLeast(firstCacheProgram) {
		return
	}
	d := diag.Diagnostic{Hint: "write a newer one as the key `go`: it builds what asks for an older one", Related: []diag.Range{c.version.At}}
	if cache := c.Spec.Cache; cache.Value == "pack" {
		d.At = cache.At
		d.Message = fmt.Sprintf("cache: pack needs Go %s or newer, and %s has %s", firstCacheProgram, c.version.At, c.version.Value)
		errs.Add(d)
	}
	if c.Request.Target == ObjectsTarget {
		d.At = diag.Range{File: "--target " + ObjectsTarget}
		d.Message = fmt.Sprintf("it needs Go %s or newer, and %s has %s", firstCacheProgram, c.version.At, c.version.Value)
		errs.Add(d)
	}
}

// packs reports whether what is compiled of dependencies goes through packs.
// A profile to optimise by changes how every package is compiled, and the
// packs' steps do not have it.
func (d draft) packs() bool {
	if isProfile(d.Spec.Build.Pgo.Value) {
		return false
	}
	switch d.Spec.Cache.Value {
	case "pack":
		return true
	case "mount":
		return false
	}
	seeded := len(d.answers.Seeds) > 0
	return d.Request.Imports && !seeded && d.atLeast(firstCacheProgram)
}

// start is what the compiler of one platform begins with.
func (d draft) start(binaries []plan.Binary, p plan.Platform) plan.Start {
	var s plan.Start
	if name, ok := d.answers.Seeds[p]; ok {
		s.Seed = &plan.Seed{Context: name, Folders: d.seedFolders(p)}
	}
	if !d.packs() {
		return s
	}
	if d.downloads() || d.vendored {
		s.Packs = append(s.Packs, d.dependencies(binaries, p))
	}
	s.Packs = append(s.Packs, d.standard(binaries, p, s.Packs))
	return s
}

// seedFolders are where exporters put the pack of this image for a platform:
// in a folder of the platform where there are several, and below that in one
// of the image where there are several.
func (c choices) seedFolders(p plan.Platform) []string {
	platform := "/" + strings.ReplaceAll(p.String(), "/", "_")
	folders := []string{"", platform}
	if c.Image != "" {
		folders = append(folders, "/"+c.Image, platform+"/"+c.Image)
	}
	return folders
}

func (d draft) dependencies(binaries []plan.Binary, p plan.Platform) plan.Objects {
	return plan.Objects{
		Step: d.objectsStep(fmt.Sprintf("compile what %s imports for %s", packageList(binaries), p), d.compileEnv(p)),
		Of:   plan.OfModules,
		Args: d.listCommand(),
	}
}

// standard is apart from the modules, so that importing another package of
// the standard library compiles no module again. It runs in no module.
func (d draft) standard(binaries []plan.Binary, p plan.Platform, before []plan.Objects) plan.Objects {
	env := setEnv(d.compileEnv(p), "GOFLAGS", "")
	return plan.Objects{
		Step:  d.objectsStep(fmt.Sprintf("compile the standard library that %s imports for %s", packageList(binaries), p), env),
		Of:    plan.OfStandard,
		Start: plan.Start{Packs: before},
		Args:  d.listCommand(),
	}
}

// objects is everything that a compile goes through.
func (d draft) objects(c plan.Compile, p plan.Platform) plan.Objects {
	args := d.listCommand()
	for _, b := range c.Binaries {
		args = append(args, b.Package)
	}
	return plan.Objects{
		Step:  d.objectsStep(fmt.Sprintf("collect what %s is compiled of for %s", packageList(c.Binaries), p), c.Env),
		Of:    plan.OfSource,
		Start: c.Start,
		Args:  args,
	}
}

func (d draft) objectsStep(name string, env []string) plan.Step {
	return plan.Step{ID: "objects", Name: name, At: spans(d.Spec, d.Spec.Cache.At), Env: env}
}

// listCommand compiles packages without linking any. A package that does not
// compile is left to the compile of the binaries, which has the whole source.
func (d draft) listCommand() []string {
	return append([]string{"list", "-e", "-deps", "-export"}, d.compileFlags()...)
}
