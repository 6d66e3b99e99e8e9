package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/distribution/reference"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// locked returns the decision with what the lock has for it, if there is a
// lock. A lock that does not fit has to be renewed: nothing else is looked up.
func (c Decision) locked(errs *diag.List) Decision {
	if c.Lock == nil {
		return c
	}
	build := c.Request.BuildPlatform
	c.base.locked = c.lockedDigests(c.base.key(build), c.Request.Platforms, errs)
	if c.toolchain.ref != "" {
		c.toolchain.locked = c.lockedDigests(c.toolchain.key(build), []plan.Platform{build}, errs)
	}
	if c.asked.IsSet() && !isReference(c.image.Toolchain) {
		c.validateLockedVersion(errs)
		if c.toolchain.ref == "" {
			c.toolchain.locked = c.lockedModules(errs)
		}
	}
	return c
}

// lockedVersion returns the version of Go that the lock has for the one that is
// asked for.
func lockedVersion(in Input, asked project.Version) project.Version {
	if in.Lock != nil && asked.IsSet() && !isReference(in.Spec.Toolchain) {
		asked.Value = in.Lock.Go.Version.Value
	}
	return asked
}

// lockedDigests are what the lock has of an image; one that the spec names by
// digest needs no lock.
func (c Decision) lockedDigests(key ImageKey, platforms []plan.Platform, errs *diag.List) []spec.Pair {
	if key.Ref == "" || hasDigest(key.Ref) {
		return nil
	}
	i := slices.IndexFunc(c.Lock.Images, func(img spec.LockedImage) bool { return img.Name.Value == key.Ref })
	if i < 0 {
		errs.Add(c.notLocked(key))
		return nil
	}
	img := c.Lock.Images[i]
	for _, p := range platforms {
		if spec.Lookup(img.Digests, p.String()) == "" {
			errs.Add(c.stale(img.Name.At, fmt.Sprintf("the lock has no digest of %s for %s", key.Ref, p), key.At))
		}
	}
	return img.Digests
}

func hasDigest(ref string) bool {
	named, err := reference.ParseNormalizedNamed(ref)
	_, ok := named.(reference.Digested)
	return err == nil && ok
}

// notLocked points at the same image of another release, if the lock has one.
func (c Decision) notLocked(key ImageKey) diag.Diagnostic {
	for _, img := range c.Lock.Images {
		if name := img.Name.Value; repository(name) == repository(key.Ref) {
			return c.stale(img.Name.At, fmt.Sprintf("the lock has the %s %s, and %s asks for %s", key.Use, name, key.At, key.Ref), key.At)
		}
	}
	return c.stale(lockStart, fmt.Sprintf("the lock does not have the %s %s, which %s asks for", key.Use, key.Ref, key.At), key.At)
}

// lockStart stands for what a lock lacks altogether.
var lockStart = diag.At(project.LockFile, 1, 1)

// repository is a normalised reference without its tag.
func repository(ref string) string {
	if i := strings.LastIndex(ref, ":"); i > strings.LastIndex(ref, "/") {
		return ref[:i]
	}
	return ref
}

func (c Decision) validateLockedVersion(errs *diag.List) {
	locked, want := c.Lock.Go, c.asked
	switch {
	case !locked.Version.IsSet():
		errs.Add(c.stale(lockStart, fmt.Sprintf("the lock has no Go version, and %s asks for go %s", want.At, want.Value), want.At))
	case locked.Asked.Value != want.Value:
		at := locked.Asked.At
		if at.IsZero() {
			at = locked.Version.At
		}
		errs.Add(c.stale(at, fmt.Sprintf("the lock is for go %s, and %s asks for go %s", first(locked.Asked.Value, locked.Version.Value), want.At, want.Value), want.At))
	case locked.Version.Value != want.Value && project.Language(locked.Version.Value) != want.Value:
		errs.Add(c.stale(locked.Version.At, fmt.Sprintf("go %s is no release of go %s", locked.Version.Value, want.Value), want.At))
	}
}

// lockedModules are the checksums of the toolchain's module.
func (c Decision) lockedModules(errs *diag.List) []spec.Pair {
	platform := processor(c.Request.BuildPlatform)
	if locked := c.Lock.Go; locked.Version.IsSet() && spec.Lookup(locked.Modules, platform) == "" {
		errs.Add(c.stale(locked.Version.At, fmt.Sprintf("the lock has no checksum of the toolchain's module for %s, where the builder runs", platform), c.toolchain.at))
	}
	return c.Lock.Go.Modules
}

// stale is a diagnostic of a lock that does not fit the spec any more.
func (c Decision) stale(at diag.Range, message string, because diag.Range) diag.Diagnostic {
	d := diag.Diagnostic{At: at, Message: message, Hint: "renew it: " + c.renewal()}
	if because.Start.Line > 0 {
		d.Related = []diag.Range{because}
	}
	return d
}

// renewal is the command that writes the lock, for all platforms that it has
// and that are asked for.
func (c Decision) renewal() string {
	command := "docker buildx build"
	if c.image.File != defaultSpecFile {
		command += " -f " + c.image.File
	}
	if platforms := c.lockPlatforms(); len(platforms) > 1 || platforms[0] != c.Request.BuildPlatform.String() {
		command += " --platform " + strings.Join(platforms, ",")
	}
	return command + " --target " + LockTarget + " -o . ."
}

// defaultSpecFile is the file that clients take for the spec unless told.
const defaultSpecFile = "Dockerfile"

// lockPlatforms are the platforms that images are asked for or locked for,
// sorted.
func (c Decision) lockPlatforms() []string {
	var all []string
	for _, p := range c.Request.Platforms {
		all = append(all, p.String())
	}
	if c.Lock != nil {
		all = append(all, names(c.Lock.Go.Modules)...)
		for _, img := range c.Lock.Images {
			all = append(all, names(img.Digests)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func names(pairs []spec.Pair) []string {
	var all []string
	for _, p := range pairs {
		all = append(all, p.Key.Value)
	}
	return all
}
