package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/distribution/reference"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/plan"
)

// lock pins the images and the toolchain of a decision to what the lock has. A
// lock that does not fit has to be renewed: nothing else is looked up.
func (d *Decision) lock(errs *diag.List) {
	l := locking{d.Lock, d.renewal()}
	d.base.locked = l.digests(d.base.key(d.Request.BuildPlatform), d.Request.Platforms, errs)
	for i := range d.fileImages {
		d.fileImages[i].locked = l.digests(d.fileImages[i].key(d.Request.BuildPlatform), d.Request.Platforms, errs)
	}
	if d.toolchain.ref != "" {
		d.toolchain.locked = l.digests(d.toolchain.key(d.toolchain.runsOn), []plan.Platform{d.toolchain.runsOn}, errs)
	}
	l.validatePrograms(d.written.Programs, errs)
	d.locked = l.packages(d, errs)
	if !d.asked.IsSet() || d.toolchain.own {
		return
	}
	l.validateVersion(d.asked, errs)
	if d.toolchain.ref == "" {
		d.toolchain.locked = l.checksums(d.toolchain, d.asked.Value, errs)
	}
}

// locking compares a lock with what it has to hold.
type locking struct {
	lock    *spec.Lock
	renewal string // the command that writes the lock
}

// lockedVersion returns the version of Go that the lock has for the one that is
// asked for.
func lockedVersion(in Input, asked project.Version) project.Version {
	if in.Lock != nil && asked.IsSet() && !isReference(in.Spec.Toolchain) {
		asked.Value = in.Lock.GoFor(asked.Value).Version.Value
	}
	return asked
}

// digests returns what the lock has of an image. One that the spec names by
// digest needs no lock. A stage has no digest: its Dockerfile names images.
func (l locking) digests(key ImageKey, platforms []plan.Platform, errs *diag.List) []spec.Pair {
	if _, isStage := StageOf(key.Ref); isStage || key.Ref == "" || hasDigest(key.Ref) {
		return nil
	}
	i := slices.IndexFunc(l.lock.Images, func(img spec.LockedImage) bool { return img.Name.Value == key.Ref })
	if i < 0 {
		errs.Add(l.notLocked(key))
		return nil
	}
	img := l.lock.Images[i]
	for _, p := range platforms {
		if spec.Lookup(img.Digests, p.String()) == "" {
			errs.Add(l.stale(img.Name.At, fmt.Sprintf("the lock has no digest of %s for %s", key.Ref, p), key.At))
		}
	}
	return img.Digests
}

// validatePrograms reports programs without a checksum.
func (l locking) validatePrograms(programs []spec.Program, errs *diag.List) {
	for _, prog := range programs {
		if spec.Lookup(l.lock.Programs, prog.Key()) == "" {
			errs.Add(l.stale(lockStart, fmt.Sprintf("the lock does not have the program %s, which %s asks for", prog.Key(), prog.Package.At), prog.Package.At))
		}
	}
}

func hasDigest(ref string) bool {
	named, err := reference.ParseNormalizedNamed(ref)
	_, ok := named.(reference.Digested)
	return err == nil && ok
}

// notLocked points at the same image of another release, if the lock has one.
func (l locking) notLocked(key ImageKey) diag.Diagnostic {
	for _, img := range l.lock.Images {
		if name := img.Name.Value; repository(name) == repository(key.Ref) {
			return l.stale(img.Name.At, fmt.Sprintf("the lock has the %s %s, and %s asks for %s", key.Use, name, key.At, key.Ref), key.At)
		}
	}
	return l.stale(lockStart, fmt.Sprintf("the lock does not have the %s %s, which %s asks for", key.Use, key.Ref, key.At), key.At)
}

// lockStart is the place of errors about something that the lock does not have.
var lockStart = diag.At(project.LockFile, 1, 1)

// repository returns a normalised reference without its tag.
func repository(ref string) string {
	if i := strings.LastIndex(ref, ":"); i > strings.LastIndex(ref, "/") {
		return ref[:i]
	}
	return ref
}

func (l locking) validateVersion(want project.Version, errs *diag.List) {
	locked := l.lock.GoFor(want.Value)
	switch {
	case !locked.Version.IsSet():
		errs.Add(l.stale(lockStart, fmt.Sprintf("the lock has no Go version, and %s asks for go %s", want.At, want.Value), want.At))
	case locked.Asked.Value != want.Value:
		at := locked.Asked.At
		if at.IsZero() {
			at = locked.Version.At
		}
		errs.Add(l.stale(at, fmt.Sprintf("the lock is for go %s, and %s asks for go %s", cmp.Or(locked.Asked.Value, locked.Version.Value), want.At, want.Value), want.At))
	case locked.Version.Value != want.Value && gomod.Language(locked.Version.Value) != want.Value:
		errs.Add(l.stale(locked.Version.At, fmt.Sprintf("go %s is no release of go %s", locked.Version.Value, want.Value), want.At))
	}
}

// checksums returns those of the toolchain's module.
func (l locking) checksums(t toolchain, asked string, errs *diag.List) []spec.Pair {
	platform := goPlatform(t.runsOn)
	locked := l.lock.GoFor(asked)
	if locked.Version.IsSet() && spec.Lookup(locked.Modules, platform) == "" {
		errs.Add(l.stale(locked.Version.At, fmt.Sprintf("the lock has no checksum of the toolchain's module for %s, where the builder runs", platform), t.at))
	}
	return locked.Modules
}

// stale reports a lock that does not fit the spec any more.
func (l locking) stale(at diag.Range, message string, because diag.Range) diag.Diagnostic {
	d := diag.Diagnostic{At: at, Message: message, Hint: "renew it: " + l.renewal}
	if because.Start.Line > 0 {
		d.Related = []diag.Range{because}
	}
	return d
}

// renewal returns the command that writes the lock, for all platforms that it
// has and that are asked for.
func (c *common) renewal() string {
	command := "docker buildx build"
	if c.Spec.File != defaultSpecFile {
		command += " -f " + c.Spec.File
	}
	if platforms := c.lockPlatforms(); len(platforms) > 1 || platforms[0] != c.Request.BuildPlatform.String() {
		command += " --platform " + strings.Join(platforms, ",")
	}
	return command + " --target " + LockTarget + " -o . ."
}

// defaultSpecFile is the file that clients take for the spec by default.
const defaultSpecFile = "Dockerfile"

// lockPlatforms returns the platforms that images are asked for or locked for,
// sorted.
func (c *common) lockPlatforms() []string {
	var all []string
	for _, p := range c.Request.Platforms {
		all = append(all, p.String())
	}
	if c.Lock != nil {
		for _, g := range c.Lock.Go {
			all = append(all, keys(g.Modules)...)
		}
		for _, img := range c.Lock.Images {
			all = append(all, keys(img.Digests)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func keys(pairs []spec.Pair) []string {
	var all []string
	for _, p := range pairs {
		all = append(all, p.Key.Value)
	}
	return all
}
