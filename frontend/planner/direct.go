package planner

import (
	"slices"

	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/internal/gomod"
)

// direct reports whether a module that the project requires is fetched from
// its own host, which mostly takes git: all are when GOPROXY begins with
// direct, else those that are private.
func (c Decision) direct() bool {
	if c.vendored && !c.fetchesAgain() {
		return false
	}
	env := c.proxyEnv()
	private := gomod.Private{GOPRIVATE: env.Get("GOPRIVATE"), GONOPROXY: env.Get("GONOPROXY")}
	return slices.ContainsFunc(c.fetched(), func(path string) bool { return gomod.Direct(env.Get("GOPROXY"), private, path) })
}

// fetchesAgain reports whether a check looks past the vendor folder.
func (c Decision) fetchesAgain() bool {
	asked := append(values(c.image.Checks), c.Target)
	return slices.ContainsFunc([]string{TidyTarget, VendorTarget, VerifyTarget}, func(check string) bool {
		return slices.Contains(asked, check)
	})
}

// fetched are the paths of the modules that come from elsewhere than the
// context, those of replacements in the place of what they replace.
func (c Decision) fetched() []string {
	replaced := c.Project.Replacements()
	var paths []string
	for _, m := range c.Project.Members {
		for _, r := range m.Require {
			if by, ok := replaced.Fetched(r.Version); ok && !c.isMember(r.Path) {
				paths = append(paths, by.Path)
			}
		}
	}
	return paths
}

// isMember reports whether a module is one of the project's own.
func (c Decision) isMember(path string) bool {
	return slices.ContainsFunc(c.Project.Members, func(m *project.Module) bool { return m.Path == path })
}
