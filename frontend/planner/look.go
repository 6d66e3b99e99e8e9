package planner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// emptyLocal are images that have nothing below /usr/local but directories that
// belong to root and have the mode 0755, and in their root only what usualRoot
// has. A program can be put there without looking, so that a base that nothing
// else reads need not be pulled.
var emptyLocal = []string{
	"docker.io/library/alpine",
	"gcr.io/distroless/base-debian12",
	"gcr.io/distroless/static-debian12",
}

// local is the directory whose content is known in those images.
const local = "/usr/local/"

// usualRoot is what images may have in their root.
var usualRoot = strings.Fields("bin boot dev etc home lib lib32 lib64 libx32 media mnt opt proc root run sbin srv sys tmp usr var")

// isFree reports whether a path is free in all images of emptyLocal.
func isFree(name string) bool {
	top := strings.TrimSuffix(strings.TrimPrefix(name, "/"), step.Below)
	return strings.HasPrefix(name, local) || top != "" && !strings.Contains(top, "/") && !slices.Contains(usualRoot, top)
}

// look returns the step that finds what the base has where something of the
// image goes; nil if that is known without looking.
func look(s *spec.Spec, b base, debug bool, contexts []string) *plan.Look {
	if b.ref == "" {
		return nil
	}
	paths := destinations(s, debug)
	known := hasEmptyLocal(b, contexts) && len(s.Run.Packages) == 0
	if accounts := accountFiles(s); accounts != nil {
		paths = append(paths, accounts...)
	} else if known && !slices.ContainsFunc(paths, func(p string) bool { return !isFree(p) }) {
		return nil
	}
	slices.Sort(paths)
	return &plan.Look{
		Step:  plan.Step{ID: "look", Name: "look where files go in " + b.ref, At: spans(s.File, b.at)},
		Paths: slices.Compact(paths),
	}
}

// LookAt returns the step that looks at an image for one platform, with the
// packages that are added to it if it is the base; nil if nothing has to be
// known of it.
func (ls Lookups) LookAt(key ImageKey, img Image, added *plan.Packages) *plan.Look {
	look := ls.Inside[key.Ref]
	switch key.Use {
	case UseBase:
		look = ls.Look
	case UseToolchain, UseGenerate:
		look = nil
	}
	if look == nil {
		return nil
	}
	l := *look
	if key.Use == UseBase {
		l.Packages = added
	}
	l.Name += fmt.Sprintf(" for %s", key.Platform)
	l.Base = plan.ImageRef{Name: img.Name, Platform: key.Platform, Context: img.Context, Stage: img.Stage, At: l.At}
	return &l
}

// accountFiles returns the files that tell about users and groups of the base, if
// the spec names any by name or adds some.
func accountFiles(s *spec.Spec) []string {
	run := s.Run
	if len(run.Users) > 0 || len(run.Groups) > 0 {
		return []string{"/etc/group", "/etc/gshadow", "/etc/passwd", "/etc/shadow"}
	}
	if namesAccount(user(run.User)) || slices.ContainsFunc(run.Files, func(f spec.File) bool { return namesAccount(user(f.Owner)) }) {
		return []string{"/etc/group", "/etc/passwd"}
	}
	return nil
}

// hasEmptyLocal reports whether the base is one of emptyLocal, and no build
// context replaces it.
func hasEmptyLocal(b base, contexts []string) bool {
	named, err := reference.ParseNormalizedNamed(b.ref)
	if err != nil || slices.Contains(contexts, ContextName(b.ref)) {
		return false
	}
	return slices.Contains(emptyLocal, named.Name())
}

// destinations returns the paths of the image where something goes, as
// step.Look takes them.
func destinations(s *spec.Spec, debug bool) []string {
	run := s.Run
	paths := []string{binDir + step.Below}
	for _, m := range s.Main {
		if to := m.To.Value; m.To.IsSet() && path.IsAbs(to) {
			paths = append(paths, path.Join(path.Clean(to), step.Below))
		}
	}
	for _, prog := range s.Programs {
		if to := prog.To.Value; path.IsAbs(to) {
			paths = append(paths, path.Join(path.Clean(to), step.Below))
		}
	}
	if debug {
		paths = append(paths, delveFile)
	}
	for _, f := range run.Files {
		to := path.Clean(f.To.Value)
		if f.HasContent() && (f.Source() != "url" || f.From.IsSet() || strings.HasSuffix(f.To.Value, "/")) {
			to = path.Join(to, step.Below)
		}
		paths = append(paths, to)
	}
	for _, u := range run.Users {
		if home := homeOf(u).Value; home != step.NoHome {
			paths = append(paths, home)
		}
	}
	for _, v := range run.Volumes {
		paths = append(paths, path.Clean(v.Value))
	}
	if run.Workdir.IsSet() {
		paths = append(paths, path.Clean(run.Workdir.Value))
	}
	return paths
}
