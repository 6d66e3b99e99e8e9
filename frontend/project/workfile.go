package project

import (
	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/gomod"
)

// Work is a go.work.
type Work struct {
	File      string
	Go        Version
	Toolchain Version
	Use       []Use
	Replace   []Replace
	Unknown   []Directive
}

// Use is a module that a go.work names.
type Use struct {
	Dir string // below the context, cleaned
	At  diag.Range
}

func parseWork(name string, data []byte, errs *diag.List) *Work {
	f, unknown, err := gomod.ParseWork(name, data)
	if err != nil {
		addParseErrors(name, err, errs)
		addUnknown(directives(name, unknown), errs)
		return nil
	}
	w := &Work{
		File: name, Toolchain: toolchainOf(name, f.Toolchain), Replace: replaces(name, f.Replace),
		Unknown: directives(name, unknown),
	}
	if f.Go != nil {
		w.Go = Version{f.Go.Version, lineOf(name, f.Go.Syntax)}
	}
	for _, use := range f.Use {
		at := lineOf(name, use.Syntax)
		dir, inside := gomod.UseDir(name, use)
		if !inside {
			errs.Add(diag.Diagnostic{At: at, Message: "use " + use.Path + ": the directory is outside of the build context", Hint: "build with a directory that has both as the context"})
			continue
		}
		w.Use = append(w.Use, Use{Dir: dir, At: at})
	}
	return w
}
