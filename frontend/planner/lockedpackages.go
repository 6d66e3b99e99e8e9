package planner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// Packages returns how the packages of all images are found, on each builder that
// the lock is for and that has the toolchain's image.
func (l *LockDecision) Packages(images map[ImageKey]Image) map[PackagesKey]PackagesLookup {
	all := map[PackagesKey]PackagesLookup{}
	for _, d := range l.images {
		maps.Copy(all, d.basePackages())
		for _, builder := range d.Request.builders() {
			on := d.toolchain.lockKey(builder)
			if _, ok := images[on]; !ok {
				continue
			}
			for key, lookup := range d.compilerPackages(builder) {
				if _, have := all[key]; !have {
					lookup.Image = on
					all[key] = lookup
				}
			}
		}
	}
	return all
}

// comparePackages sorts by image and by list, and then by platform.
func comparePackages(a, b PackagesKey) int {
	return cmp.Or(cmp.Compare(a.Base, b.Base), cmp.Compare(a.For, b.For), cmp.Compare(a.Wants, b.Wants), cmp.Compare(a.Platform.String(), b.Platform.String()))
}

// lockPackages lists the packages in the order of comparePackages.
func (l *LockDecision) lockPackages(found LockFound) []spec.LockedPackages {
	var all []spec.LockedPackages
	var before PackagesKey
	for _, key := range slices.SortedFunc(maps.Keys(found.Packages), comparePackages) {
		list := key
		list.Platform = plan.Platform{}
		if list != before {
			all, before = append(all, lockEntry(key)), list
		}
		last := &all[len(all)-1]
		last.Platforms = append(last.Platforms, spec.PackagesFor{Platform: lockText(key.Platform.String()), List: lockList(found.Packages[key])})
	}
	return all
}

func lockEntry(key PackagesKey) spec.LockedPackages {
	entry := spec.LockedPackages{Base: lockText(key.Base), For: lockText(key.For)}
	for _, w := range key.wants() {
		entry.Wants = append(entry.Wants, lockText(w))
	}
	return entry
}

func lockList(list []step.OSPackage) []spec.LockedPackage {
	var all []spec.LockedPackage
	for _, p := range list {
		all = append(all, spec.LockedPackage{
			Name: lockText(p.Name), Version: lockText(p.Version), Arch: lockText(p.Arch), URL: lockText(p.URL),
			Size: lockText(strconv.FormatInt(p.Size, 10)), Checksum: lockText(p.Checksum), PURL: lockText(p.PURL), Replaces: lockText(p.Replaces),
		})
	}
	return all
}

func lockText(s string) spec.String { return spec.String{Value: s} }

// packages returns what the lock has of the packages that a decision needs.
func (l locking) packages(d *Decision, errs *diag.List) map[PackagesKey][]step.OSPackage {
	needed := d.compilerPackages(d.Request.BuildPlatform)
	maps.Copy(needed, d.basePackages())
	found := map[PackagesKey][]step.OSPackage{}
	for _, key := range slices.SortedFunc(maps.Keys(needed), comparePackages) {
		found[key] = l.packageList(key, needed[key].At, errs)
	}
	return found
}

func (l locking) packageList(key PackagesKey, at diag.Range, errs *diag.List) []step.OSPackage {
	i := slices.IndexFunc(l.lock.Packages, func(p spec.LockedPackages) bool {
		return p.Base.Value == key.Base && p.For.Value == key.For && slices.Equal(values(p.Wants), key.wants())
	})
	if i < 0 {
		errs.Add(l.stale(lockStart, fmt.Sprintf("the lock does not have the packages %s for %s, which %s asks for", key.list(), key.Base, at), at))
		return nil
	}
	locked := l.lock.Packages[i]
	list, ok := locked.On(key.Platform.String())
	if !ok {
		errs.Add(l.stale(locked.Base.At, fmt.Sprintf("the lock does not have the packages %s for %s", key.list(), key.Platform), at))
	}
	return unlockList(list)
}

func unlockList(list []spec.LockedPackage) []step.OSPackage {
	var all []step.OSPackage
	for _, p := range list {
		size, _ := strconv.ParseInt(p.Size.Value, 10, 64) // as the lock's parser has validated it
		all = append(all, step.OSPackage{
			Name: p.Name.Value, Version: p.Version.Value, Arch: p.Arch.Value, URL: p.URL.Value,
			Size: size, Checksum: p.Checksum.Value, PURL: p.PURL.Value, Replaces: p.Replaces.Value,
		})
	}
	return all
}
