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

// CNeed names packages that the toolchain's image does not have and that steps
// need to compile C for a platform.
type CNeed struct {
	For plan.Platform
	// Foreign says that they are libraries for that platform. Otherwise they run
	// on the builder, as the toolchain's image does.
	Foreign bool
	Names   string // what is wanted, separated by spaces
}

// cPackages says which packages C is compiled with. The toolchain's image has
// a compiler for its own platform. Debian has compilers for other ones, and
// keeps the libraries of each architecture apart, so that all can be in one
// root file system.
type cPackages struct {
	file     string
	on       bool // whether C is compiled
	own      bool // whether the toolchain's image is the user's, and has its own compilers
	at       []diag.Range
	names    []string // of libraries for the target
	here     plan.Platform
	epoch    int64
	context  string // name of the build context that has the archives; empty without one
	packages map[CNeed][]step.OSPackage
}

func (d *Decision) cPackages(s *spec.Spec, found map[CNeed][]step.OSPackage) cPackages {
	c := cPackages{
		file:     s.File,
		on:       s.Build.Cgo.Value && d.toolchain.ref != "",
		own:      d.toolchain.own,
		at:       []diag.Range{s.Build.Cgo.At},
		names:    values(s.Build.Packages),
		here:     d.toolchain.runsOn,
		epoch:    d.args.epoch.Seconds(),
		packages: found,
	}
	for _, p := range s.Build.Packages {
		c.at = append(c.at, p.At)
	}
	if slices.Contains(d.Request.ContextNames(), step.PackagesContext) {
		c.context = step.PackagesContext
	}
	return c
}

// needs returns what is needed for a platform.
func (c cPackages) needs(p plan.Platform) []CNeed {
	if !c.on || p.OS != linux {
		return nil
	}
	var all []CNeed
	foreign := p.Architecture != c.here.Architecture
	if foreign && !c.own {
		all = append(all, CNeed{For: p, Names: crossCompiler(p)})
	}
	if len(c.names) > 0 {
		all = append(all, CNeed{p, foreign, strings.Join(c.names, " ")})
	}
	return all
}

// crossCompiler returns Debian's package of the C and C++ compilers for a
// platform, with the C library.
func crossCompiler(p plan.Platform) string {
	return "g++-" + strings.ReplaceAll(triplet(p), "_", "-")
}

// resolve plans to find the packages for a platform.
func (c cPackages) resolve(p plan.Platform) map[CNeed]plan.Resolve {
	all := map[CNeed]plan.Resolve{}
	for _, need := range c.needs(p) {
		s := plan.Step{ID: "resolve", Name: fmt.Sprintf("find %s for %s", need.list(), p), At: spans(c.file, c.at...), Network: true}
		index := s
		index.Name = fmt.Sprintf("look up the package indexes of the toolchain for %s", c.runs(need))
		all[need] = plan.Resolve{Step: s, Index: index, Wants: strings.Fields(need.Names), Platform: c.runs(need).String(), Fresh: need.Foreign}
	}
	return all
}

// list returns what is wanted as messages have it.
func (n CNeed) list() string { return strings.Join(strings.Fields(n.Names), ", ") }

// runs returns the platform whose packages are needed.
func (c cPackages) runs(n CNeed) plan.Platform {
	if n.Foreign {
		return n.For
	}
	return c.here
}

// added plans the packages that a step which compiles C for a platform needs.
func (c cPackages) added(p plan.Platform) []plan.Packages {
	var all []plan.Packages
	for _, need := range c.needs(p) {
		list := c.packages[need]
		if len(list) == 0 {
			continue // the toolchain's image has them
		}
		s := plan.Step{ID: "packages", At: spans(c.file, c.at...)}
		one := plan.Packages{Step: s, Download: s, Context: c.context, Wants: strings.Fields(need.Names), Epoch: c.epoch, For: step.ForCompiler}
		if need.Foreign {
			one.For = step.ForTarget
		}
		one.Name, one.Download.Name, one.Download.Network = "unpack "+need.list(), "download "+need.list(), true
		all = append(all, *added(one, list, c.runs(need)))
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

// cNeeds plans to find all packages that a decision compiles C with: those of
// an image for each platform, and those of the checks for the builder's.
func (d *Decision) cNeeds() map[CNeed]plan.Resolve {
	all := map[CNeed]plan.Resolve{}
	if d.isImage() {
		for _, p := range d.Request.Platforms {
			maps.Copy(all, d.cPackages(d.image, nil).resolve(p))
		}
	}
	if len(d.runningChecks()) > 0 {
		maps.Copy(all, d.cPackages(d.Spec, nil).resolve(d.Request.BuildPlatform))
	}
	return all
}

// ResolveC returns the step that finds packages for the toolchain's image.
func (ls Lookups) ResolveC(need CNeed, images map[ImageKey]Image) *plan.Resolve {
	r := ls.C[need]
	for key, img := range images {
		if key.Use == UseToolchain {
			r.Base = plan.ImageRef{Name: img.Name, Platform: key.Platform, Context: img.Context, At: r.At}
			return &r
		}
	}
	return nil
}
