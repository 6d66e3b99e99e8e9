package planner

import (
	"fmt"
	"slices"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// environment is that of the go commands of a build. All settings are gohull's
// or the spec's, so that nothing of a builder's gets in.
type environment struct {
	root    goroot
	modules modules
	build   spec.Build
	c       cPackages
	debug   bool // whether the image is one to debug
}

// compile returns the environment of a compile: modules come from the step
// before, or from the vendor directory, and from nowhere else.
func (e environment) compile(p plan.Platform) []string {
	env := e.settings()
	for _, v := range e.build.Env {
		env = append(env, v.Key.Value+"="+v.Value.Value)
	}
	env = append(env, "GOPROXY=off")
	if e.debug {
		env = step.WithoutIndex(env)
	}
	return e.root.env(slices.Concat(env, platformEnv(p), e.compilers(p))...)
}

// test returns the environment of what is compiled with its paths. Tests look
// for files by them, and objects have the name of the module tree in them: with
// a name by its content, another module would have all of them compiled again.
func (e environment) test() []string {
	return step.WithoutIndex(e.compile(e.root.runsOn))
}

// generate returns the environment of generators. It has the time to write into
// files. Tests do not get the time: a verdict would hold for one commit only if
// the time is that of the commit.
func (e environment) generate(args buildArgs) []string {
	if !args.epochGiven {
		return e.test()
	}
	return append(e.test(), fmt.Sprintf("%s=%d", EpochArg, args.epoch.Seconds()))
}

// fetch returns the environment of a step that fetches. It has secrets and
// shares a module cache, so it gets no variable that could have it run or read
// something.
func (e environment) fetch(own ...string) []string {
	env := e.settings()
	for _, v := range e.build.Env {
		if isHarmlessVariable(v.Key.Value, v.Value.Value) {
			env = append(env, v.Key.Value+"="+v.Value.Value)
		}
	}
	return e.root.env(slices.Concat(env, e.modules.env().List(), own)...)
}

// install returns the environment of a step that builds a program of another
// module. It has nothing of `build`, so that one program serves all projects.
func (e environment) install(p plan.Platform) []string {
	return e.root.env(slices.Concat(ownSettings("0", ""), e.modules.env().List(), platformEnv(p))...)
}

func (e environment) settings() []string {
	cgo := "0"
	if e.build.Cgo.Value {
		cgo = "1"
	}
	env := ownSettings(cgo, e.modules.flag())
	if e.modules.project.NoWork {
		env = append(env, "GOWORK=off")
	}
	return env
}

// ownSettings returns the go command's settings that all steps have.
func ownSettings(cgo, flags string) []string {
	return []string{
		"CGO_ENABLED=" + cgo,
		"GOCACHE=" + step.Cache,
		"GOENV=off",
		"GOFLAGS=" + flags,
		"GOMODCACHE=" + step.ModCache,
		"GOPATH=/go",
		"GOTELEMETRY=off",
		"GOTOOLCHAIN=local",
	}
}

// added returns the packages that a step which compiles for a platform needs.
func (e environment) added(p plan.Platform) []plan.Packages {
	if !e.build.Cgo.Value {
		return nil
	}
	return e.c.added(p)
}

// compilers names the C compilers for a platform that is not the builder's, by
// Debian's names, and where pkg-config finds its libraries. The spec and the
// toolchain's image may name others. The go command would take the builder's.
func (e environment) compilers(p plan.Platform) []string {
	if !e.build.Cgo.Value || p.OS != linux || p.Architecture == e.root.runsOn.Architecture {
		return nil
	}
	named := slices.Clone(e.root.image.Config.Config.Env)
	for _, v := range e.build.Env {
		named = append(named, v.Key.Value+"="+v.Value.Value)
	}
	isNamed := func(key string) bool {
		_, ok := lookupEnv(named, key)
		return ok
	}
	var env []string
	for _, c := range []struct{ key, program string }{{"CC", "gcc"}, {"CXX", "g++"}} {
		if !isNamed(c.key) {
			env = append(env, c.key+"="+triplet(p)+"-"+c.program)
		}
	}
	if len(e.c.needs(p)) > 0 && !slices.ContainsFunc([]string{"PKG_CONFIG", "PKG_CONFIG_LIBDIR"}, isNamed) {
		env = append(env, "PKG_CONFIG_LIBDIR="+librariesDir(p)+"/pkgconfig:/usr/share/pkgconfig")
	}
	return env
}
