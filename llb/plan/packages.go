package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Resolve finds which packages have to be added to a base. It runs before there
// is a plan, because the plan has the packages.
type Resolve struct {
	Step          // resolves
	Index    Step // looks up the indexes
	Base     ImageRef
	Platform string   // "linux/arm/v7"
	Wants    []string // "git", "tini=0.19.0-1"
	Fresh    bool     // whether packages that the base has do not count: they are for another platform

	Repositories []Repository
}

// Repository is where packages come from, as in package step.
type Repository struct {
	URL, Mirrors, Suite string
	Components          []string
	Key                 string // file of the build context; empty for the keys of the base
}

// Packages adds packages to a base.
type Packages struct {
	Step                  // unpacks them
	Download     Step     // downloads their archives
	Context      string   // name of the build context that has the archives instead; empty without one
	Wants        []string // as of Resolve
	List         []OSPackage
	Repositories []Repository
	Epoch        int64  // modification time of all files
	For          string // what they are for, as of step.Packages
}

// OSPackage is a package of a distribution, as in package step.
type OSPackage struct {
	Name, Version, Arch string
	URL                 string
	Size                int64
	Checksum            string
	PURL                string
	Replaces            string
}

// Replaces reports whether packages of the base become others, so that files of
// the base may have to be deleted. A compiler's packages delete nothing.
func (p Packages) Replaces() bool {
	return p.For == "" && slices.ContainsFunc(p.List, func(one OSPackage) bool { return one.Replaces != "" })
}

func (p Packages) write(b *strings.Builder) {
	p.writeAs(b, "package")
}

func (p Packages) writeAs(b *strings.Builder, what string) {
	for _, one := range p.List {
		fmt.Fprintf(b, "\t%s %s %s %s %s\n", what, one.Name, one.Version, one.Arch, one.Checksum)
		if one.Replaces != "" {
			fmt.Fprintf(b, "\t\tinstead of %s of the base\n", one.Replaces)
		}
	}
	for _, r := range p.Repositories {
		if r.Mirrors != "" {
			fmt.Fprintf(b, "\t\t%s instead of %s\n", r.URL, r.Mirrors)
		} else {
			fmt.Fprintf(b, "\t\talso of %s\n", r.URL)
		}
	}
	if p.Context != "" {
		fmt.Fprintf(b, "\t\tarchives of the build context %s\n", p.Context)
	}
}
