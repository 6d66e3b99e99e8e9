package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// PackagesKey names what a lock has of packages: a list of run.packages, and the
// base and platform that it is for.
type PackagesKey struct {
	Base     string
	Wants    string // separated by spaces
	Platform plan.Platform
}

// LockPackages are packages to find for a lock.
type LockPackages struct {
	Key     PackagesKey
	Resolve plan.Resolve
}

// Packages returns what has to be found for run.packages of all images, each
// once.
func (l *LockDecision) Packages(images map[ImageKey]Image) []LockPackages {
	var all []LockPackages
	for _, d := range l.images {
		if len(d.image.Run.Packages) == 0 || d.base.ref == "" {
			continue
		}
		resolve := d.resolve()
		for _, p := range d.imagePlatforms() {
			key := PackagesKey{d.base.ref, strings.Join(resolve.Wants, " "), p}
			if slices.ContainsFunc(all, func(o LockPackages) bool { return o.Key == key }) {
				continue
			}
			base := d.base.key(p)
			all = append(all, LockPackages{key, *Lookups{Resolve: &resolve}.ResolveFor(base, images[base])})
		}
	}
	return all
}

// lockPackages lists the packages by base and by list, and then by platform.
func (l *LockDecision) lockPackages(found LockFound) []spec.LockedPackages {
	var keys []PackagesKey
	for key := range found.Packages {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b PackagesKey) int {
		return cmp.Or(cmp.Compare(a.Base, b.Base), cmp.Compare(a.Wants, b.Wants), cmp.Compare(a.Platform.String(), b.Platform.String()))
	})
	var all []spec.LockedPackages
	for i, key := range keys {
		if i == 0 || keys[i-1].Base != key.Base || keys[i-1].Wants != key.Wants {
			entry := spec.LockedPackages{Base: lockText(key.Base)}
			for _, w := range strings.Fields(key.Wants) {
				entry.Wants = append(entry.Wants, lockText(w))
			}
			all = append(all, entry)
		}
		last := &all[len(all)-1]
		last.Platforms = append(last.Platforms, spec.PackagesFor{Platform: lockText(key.Platform.String()), List: lockList(found.Packages[key])})
	}
	return all
}

func lockList(list []step.OSPackage) []spec.LockedPackage {
	var all []spec.LockedPackage
	for _, p := range list {
		all = append(all, spec.LockedPackage{
			Name: lockText(p.Name), Version: lockText(p.Version), Arch: lockText(p.Arch), URL: lockText(p.URL),
			Size: lockText(strconv.FormatInt(p.Size, 10)), Checksum: lockText(p.Checksum), PURL: lockText(p.PURL),
		})
	}
	return all
}

func lockText(s string) spec.String { return spec.String{Value: s} }

// packages returns what the lock has for run.packages of an image.
func (l locking) packages(d *Decision, errs *diag.List) map[plan.Platform][]step.OSPackage {
	if len(d.written.Run.Packages) == 0 || d.base.ref == "" {
		return nil
	}
	wants, at := values(d.written.Run.Packages), d.written.Run.Packages[0].At
	i := slices.IndexFunc(l.lock.Packages, func(p spec.LockedPackages) bool {
		return p.Base.Value == d.base.ref && slices.Equal(values(p.Wants), wants)
	})
	found := map[plan.Platform][]step.OSPackage{}
	if i < 0 {
		errs.Add(l.stale(lockStart, fmt.Sprintf("the lock does not have the packages %s for %s, which %s asks for", strings.Join(wants, ", "), d.base, at), at))
		return found
	}
	locked := l.lock.Packages[i]
	for _, p := range d.imagePlatforms() {
		list, ok := locked.For(p.String())
		if !ok {
			errs.Add(l.stale(locked.Base.At, fmt.Sprintf("the lock does not have the packages %s for %s", strings.Join(wants, ", "), p), at))
		}
		found[p] = unlockList(list)
	}
	return found
}

func unlockList(list []spec.LockedPackage) []step.OSPackage {
	var all []step.OSPackage
	for _, p := range list {
		size, _ := strconv.ParseInt(p.Size.Value, 10, 64) // as the lock's parser has validated it
		all = append(all, step.OSPackage{
			Name: p.Name.Value, Version: p.Version.Value, Arch: p.Arch.Value, URL: p.URL.Value,
			Size: size, Checksum: p.Checksum.Value, PURL: p.PURL.Value,
		})
	}
	return all
}
