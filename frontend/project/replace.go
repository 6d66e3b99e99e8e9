package project

import (
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/gomod"
)

// Replaces returns the replace lines with directories.
func (p *Project) Replaces() []Replace {
	return slices.DeleteFunc(p.AllReplaces(), func(r Replace) bool { return !r.IsDir() })
}

// Replacements returns the replace lines as the go command combines them.
func (p *Project) Replacements() gomod.Replacements {
	rs := gomod.Replacements{InWork: p.Work != nil, WorkDir: p.Dir}
	members := p.Members
	if p.Work != nil {
		rs.Work = plain(p.Work.Replace)
		members = nil
		for _, use := range p.Work.Use {
			if m := p.Member(use.Dir); m != nil {
				members = append(members, m)
			}
		}
	}
	for _, m := range members {
		rs.Mains = append(rs.Mains, m.Path)
		rs.Members = append(rs.Members, plain(m.Replace))
	}
	return rs
}

// At returns the place of a replace line.
func (p *Project) At(r gomod.Replace) diag.Range { return lineOf(r.File, r.Syntax) }

func plain(lines []Replace) []gomod.Replace {
	var all []gomod.Replace
	for _, r := range lines {
		all = append(all, r.Replace)
	}
	return all
}

// AllReplaces returns all replace lines, those of the go.work first.
func (p *Project) AllReplaces() []Replace {
	var all []Replace
	if p.Work != nil {
		all = append(all, p.Work.Replace...)
	}
	for _, m := range p.Members {
		all = append(all, m.Replace...)
	}
	return all
}
