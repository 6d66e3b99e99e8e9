package project

import (
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/gomod"
)

// Vendor is a vendor/modules.txt, and the places of its lines.
type Vendor struct {
	*gomod.Vendor
	File  string
	lines []string
}

func parseVendor(name string, data []byte) *Vendor {
	return &Vendor{gomod.ParseVendor(data), name, strings.Split(string(data), "\n")}
}

// WithHiddenVendor returns the project with the vendor directory that the
// ignore file hides, and reports whether there is one.
func (p *Project) WithHiddenVendor() (*Project, bool) {
	data, ok := p.Hidden[p.VendorFile()]
	if !ok {
		return p, false
	}
	seen := *p
	seen.Vendor = parseVendor(p.VendorFile(), data)
	return &seen, true
}

// At returns the place of a line.
func (v *Vendor) At(line int) diag.Range {
	r := diag.At(v.File, line, 1)
	if line > 0 && line <= len(v.lines) {
		r.End = diag.Pos{Line: line, Col: 1 + len([]rune(strings.TrimSpace(v.lines[line-1])))}
	}
	return r
}
