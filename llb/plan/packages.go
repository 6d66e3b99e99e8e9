package plan

import (
	"fmt"
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
}

// Packages adds packages to a base.
type Packages struct {
	Step              // unpacks them
	Download Step     // downloads their archives
	Context  string   // name of the build context that has the archives instead; empty without one
	Wants    []string // as of Resolve
	List     []OSPackage
	Epoch    int64 // modification time of all files
}

// OSPackage is a package of a distribution, as in package step.
type OSPackage struct {
	Name, Version, Arch string
	URL                 string
	Size                int64
	Checksum            string
	PURL                string
}

func (p Packages) write(b *strings.Builder) {
	for _, one := range p.List {
		fmt.Fprintf(b, "\tpackage %s %s %s %s\n", one.Name, one.Version, one.Arch, one.Checksum)
	}
	if p.Context != "" {
		fmt.Fprintf(b, "\t\tarchives of the build context %s\n", p.Context)
	}
}
