package planner

import (
	"fmt"
	"path"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/layout"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// fileImage is an image or a stage that run.files copies from.
type fileImage struct {
	ref    string
	at     diag.Range  // the first entry
	paths  []string    // that entries name, as step.Look takes them
	locked []spec.Pair // digests by platform
}

func (i fileImage) key(p plan.Platform) ImageKey {
	return ImageKey{Ref: i.ref, Platform: p, Digest: spec.Lookup(i.locked, p.String()), Use: UseFiles, At: i.at}
}

// chooseFileImages returns the images and stages that run.files copies from,
// each once.
func chooseFileImages(s *spec.Spec, errs *diag.List) []fileImage {
	var all []fileImage
	for _, f := range s.Run.Files {
		ref, at := fileReference(f, errs)
		if ref == "" {
			continue
		}
		i := slices.IndexFunc(all, func(i fileImage) bool { return i.ref == ref })
		if i < 0 {
			i, all = len(all), append(all, fileImage{ref: ref, at: at})
		}
		all[i].paths = append(all[i].paths, pathInImage(f))
	}
	return all
}

// fileReference returns the reference of the image or the stage that an entry of
// run.files copies from, and where the entry names it. It is empty for another
// entry.
func fileReference(f spec.File, errs *diag.List) (string, diag.Range) {
	switch f.Source() {
	case "image":
		return validateReference("run.files.image", f.Image, nil, errs), f.Image.At
	case "stage":
		return stageRef(f.Stage.Value), f.Stage.At
	}
	return "", diag.Range{}
}

// pathInImage returns what has to be known of the image that an entry of
// run.files copies from.
func pathInImage(f spec.File) string {
	dir := path.Clean(f.From.Value)
	if step.IsPattern(dir) {
		dir, _ = layout.SplitPattern(dir)
	}
	return path.Join(dir, step.Below)
}

// look returns the step that finds what an image has.
func (i fileImage) look(s *spec.Spec) *plan.Look {
	slices.Sort(i.paths)
	return &plan.Look{
		Step:  plan.Step{ID: "look", Name: "look for files in " + i.ref, At: spans(s.File, i.at)},
		Paths: slices.Compact(i.paths),
	}
}

// imageKeys returns the images that an image is made of, other than the
// toolchain, for all platforms.
func (d *Decision) imageKeys() []ImageKey {
	var all []ImageKey
	for _, p := range d.imagePlatforms() {
		if d.base.ref != "" {
			all = append(all, d.base.key(p))
		}
		for _, i := range d.fileImages {
			all = append(all, i.key(p))
		}
	}
	return all
}

// knowsFiles reports whether it is known what images and archives have that
// run.files copies. A check of the spec does not look.
func (p planning) knowsFiles() bool {
	return p.found.Looked != nil && p.found.Archives != nil || !slices.ContainsFunc(p.spec.Run.Files, func(f spec.File) bool {
		return f.IsFromImage() || f.Source() == "url" && f.From.IsSet()
	})
}

// inside is what an image has for one platform, as far as it was looked at.
type inside struct {
	ref  *plan.ImageRef
	tree *layout.Tree
	name string // for messages
}

// insides returns what was found in the images that run.files copies from. It is
// empty if no image is made, as for a check of the spec.
func (p planning) insides(platform plan.Platform) map[string]inside {
	all := map[string]inside{}
	for _, i := range p.fileImages {
		key := i.key(platform)
		if inodes, ok := p.found.Looked[key]; ok {
			name := fmt.Sprintf("%s for %s", i.ref, platform)
			all[i.ref] = inside{imageRef(p.spec.File, key, p.found.Images[key]), layout.New(inodes, layout.Owner{}), name}
		}
	}
	return all
}
