package planner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
)

// MainContext is what clients call the build context itself.
const MainContext = "context"

// Replaced is a folder of the context that another build context takes the
// place of.
type Replaced struct {
	Context string     // its name, the path of the module that the folder has
	Dir     string     // relative to the context
	At      diag.Range // the replace line
}

// ReplacedModules returns the directories that stand for modules by replace
// lines and that the request brings from elsewhere. Vendored builds do not look
// there.
func (c Decision) ReplacedModules() []Replaced {
	if c.vendored {
		return nil
	}
	var all []Replaced
	for _, r := range c.Project.Replaces() {
		one := Replaced{Context: ContextName(r.Old.Path), Dir: r.Dir(), At: r.At}
		isSame := func(o Replaced) bool { return o.Context == one.Context && o.Dir == one.Dir }
		if !r.Outside() && slices.Contains(c.Request.ContextNames(), one.Context) && !slices.ContainsFunc(all, isSame) {
			all = append(all, one)
		}
	}
	return all
}

// ContextNames are the names of the build contexts beside the main one,
// without platforms.
func (r Request) ContextNames() []string {
	var names []string
	for _, given := range r.Contexts {
		name, _, _ := strings.Cut(given, "::")
		names = append(names, name)
	}
	return names
}

// replaceable are the modules that build contexts can bring.
func (c Decision) replaceable() []string {
	if c.vendored {
		return nil
	}
	var names []string
	for _, r := range c.Project.Replaces() {
		if name := ContextName(r.Old.Path); !r.Outside() && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// misplaced explains the name of a build context that stands for something
// which no build context can replace.
func (c Decision) misplaced(name string) (message, hint string, ok bool) {
	if name == MainContext {
		return "the main build context has no name", "it is the last argument of `docker buildx build`: a folder, a repository's URL, or an archive", true
	}
	named := func(r project.Replace) bool { return ContextName(r.Old.Path) == name }
	i := slices.IndexFunc(c.Project.Replaces(), named)
	switch {
	case i < 0:
		return "", "", false
	case c.vendored:
		return "the source of " + name + " comes from the vendor folder", "write `modules: {mode: mod}`, or remove the flag", true
	}
	r := c.Project.Replaces()[i]
	message = fmt.Sprintf("%s:%d replaces %s by %s, which is outside of the main build context", r.At.File, r.At.Start.Line, r.Old.Path, r.New.Path)
	return message, "name a folder in it on that line, as in ./" + path.Base(r.New.Path) + "; it need not be there", true
}
