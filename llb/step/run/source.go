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
	graph, err := e.graph(v)
	if err != nil {
		return err
	}
	return e.within(step.Source, func(source fs.FS) error { return e.pick(source, step.Out, v, graph) })
}

// pick picks to a directory.
func (e Env) pick(source fs.FS, out string, v step.Closure, graph []step.Node) error {
	var asked closure.Asked
	if v.Asked {
		var err error
		if asked, err = closure.ReadAsked(e.at(step.Asked)); err != nil {
			return err
		}
	}
	if v.Grouped {
		asked.Graph = graph
	}
	return closure.Pick(e.at(out), source, v, asked)
}

// graph returns the graph of packages that a scan found, if one of the
// closures is grouped.
func (e Env) graph(closures ...step.Closure) ([]step.Node, error) {
	if !slices.ContainsFunc(closures, func(v step.Closure) bool { return v.Grouped }) {
		return nil, nil
	}
	data, err := regular.ReadFile(filepath.Join(e.at(step.Scanned), step.FactsFile), regular.Text)
	if err != nil {
		return nil, err
	}
	var facts step.Facts
	err = json.Unmarshal(data, &facts)
	return facts.Graph, err
}

// pickAll picks several closures at a time: most of it is waiting for files.
func pickAll(e Env, v step.Closures) error {
	all, err := v.ByImage()
	if err != nil {
		return err
	}
	graph, err := e.graph(slices.Collect(maps.Values(all))...)
	if err != nil {
		return err
	}
	return e.within(step.Source, func(source fs.FS) error {
		eg := safe.NewGroup()
		eg.SetLimit(runtime.GOMAXPROCS(0))
		for name, c := range all {
			eg.Go(func() error { return e.pick(source, step.OutOf(name), c, graph) })
		}
		return eg.Wait()
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
