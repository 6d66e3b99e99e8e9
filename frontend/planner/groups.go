package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/groups"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// grouped reports whether the project's own packages are packed in groups for an
// image: if packs are wanted and of use. Programs that count which lines run,
// those that are optimised by a profile, and those that a tool compiles are made of
// other objects. A seed has everything that groups would have.
func (c *common) grouped(image *spec.Spec) bool {
	switch {
	case image.Cache.Value != "pack" && (image.Cache.Value == "mount" || !c.Request.Imports || slices.Contains(c.Request.ContextNames(), SeedContext)):
		return false
	case c.version.IsSet() && !(toolchain{version: c.version}).atLeast(firstCacheProgram):
		return false
	}
	return !image.Build.Cover.On.Value && len(image.Build.Toolexec) == 0 && !isProfile(image.Build.Pgo.Value)
}

// groupsFor returns the groups of own packages that main packages need.
func (p planning) groupsFor(mains []mainPackage) []groups.Compiled {
	if !p.grouped(p.spec) {
		return nil
	}
	return groups.For(packagesOf(p.found.Facts), mainDirs(mains), p.spec.Build.Pgo.Value != "off")
}

// packagesOf returns the packages of the context with what they import of it.
func packagesOf(facts step.Facts) []groups.Package {
	var all []groups.Package
	for _, n := range facts.Graph {
		all = append(all, groups.Package(n))
	}
	return all
}

// ownGroups plans the packs of groups of the project's packages. They start from the
// packs of other packages. Imports say how they are compiled.
func (p packing) ownGroups(all []groups.Compiled, i imports, start plan.Start) []plan.PackGroup {
	var packs []plan.PackGroup
	for _, c := range all {
		packs = append(packs, plan.PackGroup{
			Step: p.step(fmt.Sprintf("compile %s for %s", groupTitle(c), i.of), i.env, start, i.added),
			Name: c.Name(),
			Uses: usedParts(all, c.Uses),
			Vet:  i.vet,
			Args: append([]string{"list", "-e", "-export"}, withoutNamed(i.flags)...),
		})
	}
	return packs
}

// usedParts returns parts of groups.
func usedParts(all []groups.Compiled, uses []groups.Use) []plan.Part {
	var parts []plan.Part
	for _, u := range uses {
		parts = append(parts, plan.Part{Group: u.Group, Name: all[u.Group].Parts[u.Part].Name()})
	}
	return parts
}

// groupTitle returns what people call a group: packages in a directory, or those
// of one rank.
func groupTitle(c groups.Compiled) string {
	if c.Rank == 0 {
		return "packages in " + dot(c.Dir)
	}
	return fmt.Sprintf("packages in %s, rank %d,", dot(c.Dir), c.Rank)
}

// withoutNamed drops flags that hold for the packages that a command names, and
// for no other: a build names main packages, and groups have none.
func withoutNamed(flags []string) []string {
	return slices.DeleteFunc(slices.Clone(flags), func(flag string) bool {
		for _, name := range []string{"-gcflags=", "-asmflags="} {
			if value, ok := strings.CutPrefix(flag, name); ok {
				return strings.HasPrefix(strings.TrimSpace(value), "-")
			}
		}
		return false
	})
}
