package gomod

import (
	"slices"

	"golang.org/x/mod/module"
)

// Difference is a contradiction between vendor/modules.txt and the go.mod
// files, for which the go command refuses to build.
type Difference struct {
	Kind    DifferenceKind
	Mod     module.Version
	Require int       // for NotExplicit and OtherVersion: the index in Vendoring.Require
	Replace Replace   // for NotReplaced and OtherReplacement: the line of go.mod
	By      Replace   // and the line that holds
	Has     *Vendored // what modules.txt has instead; nil for nothing
}

// DifferenceKind says what a Difference is about.
type DifferenceKind int

// Kinds of differences.
const (
	NotExplicit      DifferenceKind = iota // required, and not marked as explicit
	OtherVersion                           // required in another version than the one with packages
	NotReplaced                            // replaced, and not marked as replaced
	OtherReplacement                       // replaced by something else
	NotRequired                            // marked as explicit, and not required
	ReplacedAlone                          // marked as replaced, and not replaced
)

// Vendoring is what a vendor directory is compared with.
type Vendoring struct {
	Go       string           // the go line of the main module: "1.26"; of no use in a workspace
	Require  []module.Version // of all main modules
	Replaced Replacements
}

// Differences compares a vendor/modules.txt with the project.
func (v *Vendor) Differences(p Vendoring) []Difference {
	c := comparison{v, p, !p.Replaced.InWork && CompareGo(p.Go, "1.14") < 0}
	var all []Difference
	for i, r := range p.Require {
		if d, ok := c.require(r); ok {
			d.Require = i
			all = append(all, d)
		}
	}
	return slices.Concat(all, c.replaces(), c.notRequired(), c.replacedAlone())
}

type comparison struct {
	*Vendor
	Vendoring
	isOld bool // modules.txt comes from a Go that did not note everything
}

func (c comparison) require(r module.Version) (Difference, bool) {
	has := c.Find(r)
	latest, isBuilt := c.latest[r.Path]
	switch {
	case has != nil && has.Explicit:
		return Difference{}, false
	case !c.isOld:
		return Difference{Kind: NotExplicit, Mod: r, Has: has}, true
	case isBuilt && latest != r.Version:
		return Difference{Kind: OtherVersion, Mod: r, Has: c.Find(module.Version{Path: r.Path, Version: latest})}, true
	}
	return Difference{}, false
}

func (c comparison) replaces() []Difference {
	seen := map[module.Version]bool{}
	var all []Difference
	for _, r := range c.Replaced.All() {
		if d, ok := c.replace(r); ok && !seen[r.Old] {
			all = append(all, d)
		}
		seen[r.Old] = true
	}
	return all
}

func (c comparison) replace(r Replace) (Difference, bool) {
	by, isReplaced := c.Replaced.Of(r.Old)
	has := c.Find(r.Old)
	isMarked := has != nil && has.By != module.Version{}
	d := Difference{Mod: r.Old, Replace: r, By: by, Has: has}
	switch {
	case !isReplaced, isMarked && has.By == c.Replaced.InVendor(by):
		return d, false // A module that is marked alone has a difference of its own.
	case isMarked:
		d.Kind = OtherReplacement
		return d, true
	case c.isOld && (r.Old.Version == "" || c.latest[r.Old.Path] != r.Old.Version):
		return d, false
	}
	d.Kind = NotReplaced
	return d, true
}

func (c comparison) notRequired() []Difference {
	var all []Difference
	for _, m := range c.listed {
		if m.Explicit && !slices.Contains(c.Require, m.Version) {
			all = append(all, Difference{Kind: NotRequired, Mod: m.Version, Has: m})
		}
	}
	return all
}

func (c comparison) replacedAlone() []Difference {
	var all []Difference
	for _, m := range c.Modules {
		if _, isReplaced := c.Replaced.Of(m.Version); m.By != (module.Version{}) && !isReplaced {
			all = append(all, Difference{Kind: ReplacedAlone, Mod: m.Version, Has: m})
		}
	}
	return all
}
