package project

import (
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/gomod"
)

// Version is a Go version that a file asks for. The zero value is a missing
// line.
type Version struct {
	Value string // "1.26.8", without the "go" of a toolchain line
	At    diag.Range
}

// IsSet reports whether the file has the line.
func (v Version) IsSet() bool { return v.Value != "" }

// Versions returns every Go version that the project's files ask for, the
// newest first. None may be newer than the toolchain.
func (p *Project) Versions() []Version {
	var all []Version
	add := func(v Version) {
		if v.IsSet() {
			all = append(all, v)
		}
	}
	if p.Work != nil {
		add(p.Work.Go)
	}
	for _, m := range p.Members {
		add(m.Go)
	}
	slices.SortStableFunc(all, func(a, b Version) int { return gomod.CompareGo(b.Value, a.Value) })
	return all
}

// Preferred returns the version of the toolchain that `go help toolchain` says
// the project would choose: the toolchain line of go.work or go.mod, else the
// newest go line.
func (p *Project) Preferred() Version {
	var choice Version
	if vs := p.Versions(); len(vs) > 0 {
		choice = vs[0]
	}
	if v := p.Toolchain(); v.IsSet() && gomod.CompareGo(v.Value, choice.Value) >= 0 {
		choice = v
	}
	return choice
}

// Toolchain returns the toolchain line that the go command would read; not set
// if there is none. The line of a go.work hides those of its members.
func (p *Project) Toolchain() Version {
	switch {
	case p.Work != nil:
		return p.Work.Toolchain
	case p.Root != nil:
		return p.Root.Toolchain
	}
	return Version{}
}

// Toolchains returns every toolchain line of the project's files.
func (p *Project) Toolchains() []Version {
	var all []Version
	if p.Work != nil {
		all = append(all, p.Work.Toolchain)
	}
	for _, m := range p.Members {
		all = append(all, m.Toolchain)
	}
	return slices.DeleteFunc(all, func(v Version) bool { return !v.IsSet() })
}
