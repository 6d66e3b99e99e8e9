package planner

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// emptyLocal are images that have nothing below /usr/local but directories of
// root's, with mode 0755. A program can be put there without looking, so that
// a base that nothing else reads need not be pulled.
var emptyLocal = []string{
	"docker.io/library/alpine",
	"gcr.io/distroless/base-debian12",
	"gcr.io/distroless/static-debian12",
}

// local is where those images are known.
const local = "/usr/local/"

// look is the question of what the base has where something of the image
// goes, nil when that is known without looking.
func (c Decision) look() *plan.Look {
	if c.base.ref == "" || !c.makesImage() {
		return nil
	}
	paths := c.destinations()
	if c.namesUser() {
		paths = append(paths, "/etc/passwd")
	} else if c.hasEmptyLocal() && !slices.ContainsFunc(paths, func(p string) bool { return !strings.HasPrefix(p, local) }) {
		return nil
	}
	slices.Sort(paths)
	return &plan.Look{
		Step:  plan.Step{ID: "look", Name: "look where files go in " + c.base.ref, At: spans(c.image, c.base.at)},
		Paths: slices.Compact(paths),
	}
}

// LookAt is the step that looks at the base of one platform.
func LookAt(l plan.Look, key ImageKey, img Image) plan.Look {
	l.Name += fmt.Sprintf(" for %s", key.Platform)
	l.Base = plan.ImageRef{Name: img.Name, Platform: key.Platform, Context: img.Context, At: l.At}
	return l
}

// makesImage reports whether the target has a root file system.
func (c Decision) makesImage() bool {
	none := []string{BinaryTarget, ObjectsTarget, SBOMTarget, ReproduceTarget, LockTarget}
	return !slices.Contains(none, c.Target) && !IsCheck(c.Target)
}

// namesUser reports whether the user is one that a passwd file has to tell.
func (c Decision) namesUser() bool {
	name, _, _ := strings.Cut(user(c.image.Run.User), ":")
	_, err := strconv.Atoi(name)
	return err != nil
}

// hasEmptyLocal reports whether the base is one of emptyLocal, and no build
// context in its place.
func (c Decision) hasEmptyLocal() bool {
	named, err := reference.ParseNormalizedNamed(c.base.ref)
	if err != nil || slices.Contains(c.Request.ContextNames(), ContextName(c.base.ref)) {
		return false
	}
	return slices.Contains(emptyLocal, named.Name())
}

// destinations are the paths of the image where something goes, as step.Look
// takes them.
func (c Decision) destinations() []string {
	paths := []string{binDir + step.Below}
	if c.debugs() {
		paths = append(paths, delveFile)
	}
	run := c.image.Run
	for _, f := range run.Files {
		paths = append(paths, path.Join(path.Clean(f.To.Value), step.Below))
	}
	for _, v := range run.Volumes {
		paths = append(paths, path.Clean(v.Value))
	}
	if run.Workdir.IsSet() {
		paths = append(paths, path.Clean(run.Workdir.Value))
	}
	return paths
}

// baseInodes is what is known of the base of a platform.
func (d draft) baseInodes(p plan.Platform) []step.Inode {
	if d.base.ref == "" {
		return step.Root()
	}
	return d.found.Bases[p]
}

// knowsBase reports whether the base's users are known.
func (d draft) knowsBase(p plan.Platform) bool {
	_, looked := d.found.Bases[p]
	return looked || d.base.ref == ""
}
