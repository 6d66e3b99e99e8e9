package planner

import (
	"crypto/sha256"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/netenv"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/plan"
)

// modules is where the project's dependencies come from.
type modules struct {
	project  *project.Project
	settings spec.Modules
	args     netenv.Env // build args, which override the settings
	vendored bool       // whether they come from a vendor directory of the context
	contexts []string   // names of build contexts, which may replace directories
}

// downloads reports whether modules come from outside of the context.
func (m modules) downloads() bool { return !m.vendored && m.project.Requires() }

// flag returns the flag that tells the go command where it finds modules, as it
// would decide itself.
func (m modules) flag() string {
	if m.vendored {
		return "-mod=vendor"
	}
	return "-mod=readonly"
}

// env returns what the user said of proxies; the rest is Go's own default.
func (m modules) env() netenv.Env {
	var env netenv.Env
	for _, s := range []struct{ name, value string }{
		{"GOPROXY", m.settings.Proxy.Value},
		{"GOPRIVATE", strings.Join(values(m.settings.Private), ",")},
		{"GOSUMDB", m.settings.Sumdb.Value},
	} {
		env, _ = env.With(s.name, s.value) // which the spec has validated
	}
	for _, name := range netenv.Names() {
		env, _ = env.With(name, m.args.Get(name))
	}
	return env
}

// sources names the settings that say where modules come from. A project that
// chooses its own proxy can have any code served under any name: what it
// fetched is for builds with the same settings alone.
func (m modules) sources() string {
	env := m.env().List()
	if len(env) == 0 {
		return ""
	}
	return fmt.Sprintf("from-%x", sha256.Sum256([]byte(strings.Join(env, "\n"))))[:len("from-")+16]
}

// direct reports whether a module that the project requires is fetched from
// its own host, which mostly takes git: all are if GOPROXY begins with direct,
// else those that are private.
func (m modules) direct() bool {
	proxies, private := m.env().Get("GOPROXY"), m.private()
	return slices.ContainsFunc(m.fetched(), func(path string) bool { return gomod.Direct(proxies, private, path) })
}

// directPrograms reports whether a program is fetched from its own host.
func (m modules) directPrograms(programs []spec.Program) bool {
	proxies, private := m.env().Get("GOPROXY"), m.private()
	return slices.ContainsFunc(programs, func(p spec.Program) bool { return gomod.Direct(proxies, private, p.Package.Value) })
}

// private returns which modules the go command fetches differently.
func (m modules) private() gomod.Private {
	env := m.env()
	return gomod.Private{GOPRIVATE: env.Get("GOPRIVATE"), GONOPROXY: env.Get("GONOPROXY"), GONOSUMDB: env.Get("GONOSUMDB")}
}

// fetched returns the paths of the modules that come from outside of the
// context. A replacement counts instead of what it replaces.
func (m modules) fetched() []string {
	replaced := m.project.Replacements()
	var paths []string
	for _, member := range m.project.Members {
		for _, r := range member.Require {
			if by, ok := replaced.Fetched(r.Version); ok && !m.isMember(r.Path) {
				paths = append(paths, by.Path)
			}
		}
	}
	return paths
}

// isMember reports whether a module is one of the project's own.
func (m modules) isMember(path string) bool {
	return slices.ContainsFunc(m.project.Members, func(member *project.Module) bool { return member.Path == path })
}

// Replaced is a directory of the context that another build context replaces.
type Replaced struct {
	Context string     // its name, the path of the module in the directory
	Dir     string     // relative to the context
	At      diag.Range // the replace line
}

// replaced returns the directories that stand for modules by replace lines and
// that the request brings from elsewhere. Vendored builds do not look there.
func (m modules) replaced() []Replaced {
	if m.vendored {
		return nil
	}
	var all []Replaced
	for _, r := range m.project.Replaces() {
		one := Replaced{Context: ContextName(r.Old.Path), Dir: r.Dir(), At: r.At}
		isSame := func(o Replaced) bool { return o.Context == one.Context && o.Dir == one.Dir }
		if !r.Outside() && slices.Contains(m.contexts, one.Context) && !slices.ContainsFunc(all, isSame) {
			all = append(all, one)
		}
	}
	return all
}

// isReplaced reports whether another build context replaces a directory that
// replaces a module.
func (m modules) isReplaced(dir string) bool {
	return slices.ContainsFunc(m.project.Replaces(), func(r project.Replace) bool {
		return r.Dir() == dir && slices.Contains(m.contexts, ContextName(r.Old.Path))
	})
}

// replaceable returns the modules that build contexts can bring.
func (m modules) replaceable() []string {
	if m.vendored {
		return nil
	}
	var names []string
	for _, r := range m.project.Replaces() {
		if name := ContextName(r.Old.Path); !r.Outside() && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// misplaced explains why a build context cannot replace the module of its name.
func (m modules) misplaced(name string) (message, hint string, ok bool) {
	named := func(r project.Replace) bool { return ContextName(r.Old.Path) == name }
	i := slices.IndexFunc(m.project.Replaces(), named)
	switch {
	case i < 0:
		return "", "", false
	case m.vendored:
		return "the source of " + name + " comes from the vendor directory", "write `modules: {mode: mod}`, or remove the flag", true
	}
	r := m.project.Replaces()[i]
	message = fmt.Sprintf("%s:%d replaces %s by %s, which is outside of the main build context", r.At.File, r.At.Start.Line, r.Old.Path, r.New.Path)
	return message, "name a directory in it on that line, as in ./" + path.Base(r.New.Path) + "; it need not exist", true
}

// specLines returns the lines of the spec that say how modules are fetched.
func (m modules) specLines() []diag.Range {
	lines := []diag.Range{m.settings.Proxy.At, m.settings.Sumdb.At}
	for _, p := range m.settings.Private {
		lines = append(lines, p.At)
	}
	return slices.DeleteFunc(lines, diag.Range.IsZero)
}

// dirs returns the directories of the project's modules.
func (m modules) dirs() []string {
	var dirs []string
	for _, member := range m.project.Members {
		dirs = append(dirs, member.Dir)
	}
	return dirs
}

// patterns returns the packages of all modules of the project.
func (m modules) patterns() []string {
	var patterns []string
	for _, dir := range m.dirs() {
		patterns = append(patterns, "./"+path.Join(dir, "..."))
	}
	return patterns
}

// fetch downloads for all platforms in one step: what they need differs by
// little.
func (m modules) fetch(s plan.Step, version string, flags []string, platforms []plan.Platform) *plan.Modules {
	if !m.downloads() {
		return nil
	}
	s.ID, s.Network = "modules", true
	fetched := &plan.Modules{Step: s, Go: version, Flags: flags}
	for _, p := range platforms {
		fetched.Platforms = append(fetched.Platforms, strings.Join(platformEnv(p), " "))
	}
	return fetched
}
