package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/groups"
	"github.com/gohull/gohull/llb/plan"
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
	var packages []groups.Package
	for _, n := range p.found.Facts.Graph {
		packages = append(packages, groups.Package(n))
	}
	return groups.For(packages, mainDirs(mains), p.spec.Build.Pgo.Value != "off")
}

// ownGroups plans the packs of groups for a platform. They start from the other
// packs.
func (p packing) ownGroups(start plan.Start, platform plan.Platform) []plan.PackGroup {
	var all []plan.PackGroup
	for _, c := range p.groups {
		g := plan.PackGroup{
			Step: p.step(fmt.Sprintf("compile %s for %s", groupTitle(c), platform), p.env.compile(platform), start, p.env.added(platform)),
			Name: c.Name(),
			Args: append([]string{"list", "-e", "-export"}, withoutNamed(p.flags.compile())...),
		}
		for _, u := range c.Uses {
			g.Uses = append(g.Uses, plan.Part{Group: u.Group, Name: p.groups[u.Group].Parts[u.Part].Name()})
		}
		all = append(all, g)
	}
	return all
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
