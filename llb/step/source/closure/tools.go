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
	return w.settings(v.Settings)
}

// settings takes files of these names from the directories of packages, and from
// all directories above them.
func (w *walk) settings(names []string) error {
	if len(names) == 0 {
		return nil
	}
	looked := set{}
	for _, m := range w.project.modules {
		dirs, err := w.tree.packageDirs(m.Dir)
		if err != nil {
			return err
		}
		for _, dir := range append(dirs, m.Dir) {
			for ; !looked[dir]; dir = path.Dir(dir) {
				looked[dir] = true
				for _, name := range names {
					if err := w.tree.add(path.Join(dir, name)); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}
