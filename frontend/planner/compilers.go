package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// cPackages says which packages C is compiled with. The toolchain's image has
// a compiler for its own platform. Debian has compilers for other ones, and
// keeps the libraries of each architecture apart, so that all can be in one
// root file system.
type cPackages struct {
	file     string
	on       bool // whether C is compiled
	image    toolchain
	at       []diag.Range
	names    []string      // of libraries for the target
	here     plan.Platform // that the toolchain runs on
	epoch    int64
	context  string // name of the build context that has the archives; empty without one
	mirrors  []plan.Repository
	packages map[PackagesKey][]step.OSPackage
}

// cNeed is a list of packages that a step needs to compile C for a platform, and
// that the toolchain's image does not have.
type cNeed struct {
	PackagesKey
	at diag.Range // the line that asks for them
}

// cPackages returns the packages for C code of a spec, on a builder of the
// request's platform.
func (d *Decision) cPackages(s *spec.Spec, found map[PackagesKey][]step.OSPackage) cPackages {
	c := cPackages{
		file:     s.File,
		on:       s.Build.Cgo.Value && d.toolchain.ref != "",
		image:    d.toolchain,
		at:       []diag.Range{s.Build.Cgo.At},
		names:    values(s.Build.Packages),
		here:     d.toolchain.runsOn,
		epoch:    d.args.epoch.Seconds(),
		context:  d.archivesContext(),
		mirrors:  mirrors(s),
		packages: found,
	}
	for _, p := range s.Build.Packages {
		c.at = append(c.at, p.At)
	}
	return c
}

// needs returns what is needed for a platform. An image of the user's has its own
// compilers.
func (c cPackages) needs(p plan.Platform) []cNeed {
	if !c.on || p.OS != linux {
		return nil
	}
	var all []cNeed
	foreign := p.Architecture != c.here.Architecture
	if foreign && !c.image.own {
		all = append(all, cNeed{PackagesKey{c.image.ref, step.ForCompiler, crossCompiler(p), c.here}, c.at[0]})
	}
	if len(c.names) == 0 {
		return all
	}
	libraries := PackagesKey{c.image.ref, step.ForCompiler, strings.Join(c.names, " "), c.here}
	if foreign {
		libraries.For, libraries.Platform = step.ForTarget, p
	}
	return append(all, cNeed{libraries, c.at[len(c.at)-1]})
}

// crossCompiler returns Debian's package of the C and C++ compilers for a
// platform, with the C library.
func crossCompiler(p plan.Platform) string {
	return "g++-" + strings.ReplaceAll(triplet(p), "_", "-")
}

// resolve plans to find the packages for a platform.
func (c cPackages) resolve(p plan.Platform) map[PackagesKey]PackagesLookup {
	all := map[PackagesKey]PackagesLookup{}
	for _, need := range c.needs(p) {
		s := plan.Step{ID: "resolve", Name: fmt.Sprintf("find %s for %s", need.list(), p), At: spans(c.file, c.at...), Network: true}
		index := s
		index.Name = fmt.Sprintf("look up the package indexes of the toolchain for %s", need.Platform)
		all[need.PackagesKey] = PackagesLookup{
			Image: c.image.key(c.here),
			At:    need.at,
			resolve: plan.Resolve{
				Step: s, Index: index, Wants: need.wants(), Platform: need.Platform.String(),
				Fresh: need.For == step.ForTarget, Repositories: c.mirrors,
			},
		}
	}
	return all
}

// list returns what is wanted as messages have it.
func (k PackagesKey) list() string { return strings.Join(k.wants(), ", ") }

// added plans the packages that a step which compiles C for a platform needs.
func (c cPackages) added(p plan.Platform) []plan.Packages {
	var all []plan.Packages
	for _, need := range c.needs(p) {
		list := c.packages[need.PackagesKey]
		if len(list) == 0 {
			continue // the toolchain's image has them
		}
		s := plan.Step{ID: "packages", At: spans(c.file, c.at...)}
		one := plan.Packages{Step: s, Download: s, Context: c.context, Wants: need.wants(), Repositories: c.mirrors, Epoch: c.epoch, For: need.For}
		one.Name, one.Download.Name, one.Download.Network = "unpack "+need.list(), "download "+need.list(), true
		all = append(all, *added(one, list, need.Platform))
	}
	return all
}

// compilers returns all packages that C is compiled with for an image, and in
// the checks of the project.
func (p planning) compilers(img plan.Image) []plan.Packages {
	all := slices.Clone(img.Compile.Added)
	for _, one := range p.cPackages(p.Spec, p.found.Packages).added(p.Request.BuildPlatform) {
		isSame := func(o plan.Packages) bool { return o.For == one.For && slices.Equal(o.List, one.List) }
		if !slices.ContainsFunc(all, isSame) {
			all = append(all, one)
		}
	}
	return all
}

// triplet returns Debian's name of a platform in the names of its C compilers.
func triplet(p plan.Platform) string {
	if p.Architecture == "arm" && (p.Variant == "v5" || p.Variant == "v6") {
		return "arm-linux-gnueabi"
	}
	return triplets[p.Architecture]
}

// librariesDir returns the directory in which Debian keeps the libraries of a
// platform.
func librariesDir(p plan.Platform) string {
	return "/usr/lib/" + strings.Replace(triplet(p), "i686-", "i386-", 1)
}

// validateBuildPackages reports packages that no step would use.
func validateBuildPackages(s *spec.Spec, errs *diag.List) {
	if len(s.Build.Packages) == 0 || s.Build.Cgo.Value {
		return
	}
	errs.Add(diag.Diagnostic{
		At:      s.Build.Packages[0].At,
		Message: "build.packages: only C code is compiled with packages, and cgo is off",
		Hint:    "write `build: {cgo: true}`, or remove the key; packages that the program needs when it runs are `run.packages`",
	})
}

// compilerPackages plans to find all packages that a decision compiles C with on
// a builder: those of an image for each platform, and those of the checks for
// the builder's. A lock and kept archives are for the checks as well.
func (d *Decision) compilerPackages(builder plan.Platform) map[PackagesKey]PackagesLookup {
	all := map[PackagesKey]PackagesLookup{}
	add := func(s *spec.Spec, p plan.Platform) {
		c := d.cPackages(s, nil)
		c.here = builder
		maps.Copy(all, c.resolve(p))
	}
	if d.isImage() {
		for _, p := range d.Request.Platforms {
			add(d.image, p)
		}
	}
	if len(d.runningChecks()) > 0 || d.Target == packagesTarget || d.Target == LockTarget {
		add(d.Spec, builder)
	}
	return all
}
