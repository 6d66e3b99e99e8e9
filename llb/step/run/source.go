package run

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/internal/safe"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/source/closure"
	"github.com/gohull/gohull/llb/step/source/manifest"
)

func pickOne(e Env, v step.Closure) error {
	known, err := e.known(v)
	if err != nil {
		return err
	}
	return e.within(step.Source, func(source fs.FS) error { return e.pick(source, step.Out, v, known) })
}

// known is what earlier steps found.
type known struct {
	graph    []step.Node                 // of the packages of the context
	tested   [][]string                  // directories of packages that are tested together
	vendored map[string]closure.Vendored // by directory of the project
}

// pick picks to a directory.
func (e Env) pick(source fs.FS, out string, v step.Closure, k known) error {
	var asked closure.Asked
	if v.Asked {
		var err error
		if asked, err = closure.ReadAsked(e.at(step.Asked)); err != nil {
			return err
		}
	}
	if v.Grouped {
		asked.Graph, asked.Tested = k.graph, k.tested
	}
	if v.Vendored {
		asked.Vendored = k.vendored[v.Dir]
	}
	return closure.Pick(e.at(out), source, v, asked)
}

// known reads what the closures need of what earlier steps found, once.
func (e Env) known(closures ...step.Closure) (k known, err error) {
	k.vendored = map[string]closure.Vendored{}
	var facts *step.Facts
	for _, v := range closures {
		if v.Grouped && facts == nil {
			if facts, err = readJSON[step.Facts](e.at(step.Scanned), step.FactsFile); err != nil {
				return k, err
			}
			k.graph = facts.Graph
		}
		if v.Vendored && k.vendored[v.Dir] == nil {
			listed, err := readJSON[closure.Vendored](e.at(step.ListedAt(v.Dir)), step.VendoredFile)
			if err != nil {
				return k, err
			}
			k.vendored[v.Dir] = *listed
		}
	}
	return k, nil
}

// readJSON reads what a step left in a directory.
func readJSON[T any](dir, name string) (*T, error) {
	data, err := regular.ReadFile(filepath.Join(dir, name), regular.Text)
	if err != nil {
		return nil, err
	}
	value := new(T)
	return value, json.Unmarshal(data, value)
}

// pickAll picks several closures at a time: most of it is waiting for files.
func pickAll(e Env, v step.Closures) error {
	all, err := v.ByImage()
	if err != nil {
		return err
	}
	known, err := e.known(slices.Collect(maps.Values(all))...)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if c := all[name]; !c.OfOthers {
			known.tested = append(known.tested, c.Mains)
		}
	}
	return e.within(step.Source, func(source fs.FS) error {
		eg := safe.NewGroup()
		eg.SetLimit(runtime.GOMAXPROCS(0))
		for name, c := range all {
			eg.Go(func() error { return e.pick(source, step.OutOf(name), c, known) })
		}
		return eg.Wait()
	})
}

func pickVendored(e Env, v step.PickVendored) error {
	return e.within(step.Source, func(source fs.FS) error {
		return closure.PickVendored(e.at(step.Out), source, e.at(step.Listed), v)
	})
}

func skeleton(e Env, v step.Skeleton) error {
	return e.within(step.Source, func(source fs.FS) error {
		s, err := closure.FindSkeleton(source, v.Project)
		if err != nil {
			return err
		}
		return closure.WriteSkeleton(e.at(step.Out), source, s)
	})
}

func pickGoFiles(e Env, v step.GoFiles) error {
	return e.within(step.Source, func(source fs.FS) error { return closure.PickGoFiles(e.at(step.Out), source, v.Modules) })
}

func writeManifest(e Env, v step.Manifest) error {
	dirs := manifest.Dirs{
		Source:  e.at(step.Source),
		Modules: e.existing(step.ModuleTree),
		Made:    e.existing(step.Made),
		Before:  e.existing(step.Before),
		Program: e.at(step.Binary),
	}
	for i := range v.Parts {
		dirs.Layers = append(dirs.Layers, e.at(step.Part(i)))
	}
	parts, err := manifest.List(dirs)
	if err != nil {
		return err
	}
	data, err := json.Marshal(parts)
	if err != nil {
		return err
	}
	return e.write(step.ManifestFile, data)
}

// existing returns a path of the step; "" if nothing is mounted there.
func (e Env) existing(name string) string {
	if _, err := os.Stat(e.at(name)); err != nil {
		return ""
	}
	return e.at(name)
}
