package closure

import (
	"path"
	"slices"

	"github.com/gohull/gohull/llb/step"
)

// tools takes what the tools of v are made of, and files in which they find
// their settings.
func (w *walk) tools(v step.Closure) error {
	for _, t := range w.project.tools {
		if !slices.Contains(v.Tools, t.path) {
			continue
		}
		w.programs[t.path] = true
		if err := w.follow(location{dir: t.dir}, []string{t.path}); err != nil {
			return err
		}
	}
	if len(v.Settings) == 0 {
		return nil
	}
	for _, m := range w.project.modules {
		dirs, err := w.tree.packageDirs(m.Dir)
		if err != nil {
			return err
		}
		for _, dir := range append(dirs, m.Dir, ".") {
			for _, name := range v.Settings {
				if err := w.tree.add(path.Join(dir, name)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
