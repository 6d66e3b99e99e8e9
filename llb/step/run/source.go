package run

import (
	"io/fs"
	"runtime"

	"github.com/gohull/gohull/internal/safe"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/source/closure"
)

func pickOne(e Env, v step.Closure) error {
	var asked closure.Asked
	if v.Asked {
		var err error
		if asked, err = closure.ReadAsked(e.at(step.Asked)); err != nil {
			return err
		}
	}
	return e.within(step.Source, func(source fs.FS) error { return closure.Pick(e.at(step.Out), source, v, asked) })
}

// pickAll picks for several images at a time: most of it is waiting for files.
func pickAll(e Env, v step.Closures) error {
	all, err := v.ByImage()
	if err != nil {
		return err
	}
	return e.within(step.Source, func(source fs.FS) error {
		eg := safe.NewGroup()
		eg.SetLimit(runtime.GOMAXPROCS(0))
		for image, c := range all {
			eg.Go(func() error { return closure.Pick(e.at(step.OutOf(image)), source, c, closure.Asked{}) })
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
