package planner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/project"
	"golang.org/x/mod/module"
)

// direct reports whether a module that the project requires is fetched from
// its own host, which mostly takes git: all are when GOPROXY begins with
// direct, else those that are private.
func (c choices) direct() bool {
	if c.vendored && !c.fetchesAgain() {
		return false
	}
	env := map[string]string{}
	for _, e := range c.proxyEnv() {
		key, value, _ := strings.Cut(e, "=")
		env[key] = value
	}
	first, _, _ := strings.Cut(strings.ReplaceAll(env["GOPROXY"], "|", ","), ",")
	without := cmp.Or(env["GONOPROXY"], env["GOPRIVATE"])
	return slices.ContainsFunc(c.fetched(), func(path string) bool {
		return strings.TrimSpace(first) == "direct" || module.MatchPrefixPatterns(without, path)
	})
}

// fetchesAgain reports whether a check looks past the vendor folder.
func (c choices) fetchesAgain() bool {
	asked := append(values(c.Spec.Checks), c.Request.Target)
	return slices.ContainsFunc([]string{TidyTarget, VendorTarget, VerifyTarget}, func(check string) bool {
		return slices.Contains(asked, check)
	})
}

// fetched are the paths of the modules that come from elsewhere than the
// context, those of replacements in the place of what they replace.
func (c choices) fetched() []string {
	replaced := map[module.Version]project.Replace{}
	for _, r := range slices.Backward(c.Project.AllReplaces()) {
		replaced[r.Old] = r // What comes first holds.
	}
	var paths []string
	for _, m := range c.Project.Members {
		for _, r := range m.Require {
			by, isReplaced := replaced[r.Version]
			if !isReplaced {
				by, isReplaced = replaced[module.Version{Path: r.Path}]
			}
			switch {
			case c.isMember(r.Path):
			case !isReplaced:
				paths = append(paths, r.Path)
			case !by.IsFolder():
				paths = append(paths, by.New.Path)
			}
		}
	}
	return paths
}

// isMember reports whether a module is one of the project's own.
func (c choices) isMember(path string) bool {
	return slices.ContainsFunc(c.Project.Members, func(m *project.Module) bool { return m.Path == path })
}
