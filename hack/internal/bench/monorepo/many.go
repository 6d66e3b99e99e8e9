package monorepo

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// Packages that WriteMany adds: areas of a company, each with parts.
const (
	areas = 25
	parts = 40
)

// part is a package. It imports parts of areas before its own, and of its own
// area those before itself.
type part struct {
	Name    string // "part07"
	Imports []string
	Kinds   []int // each is a type with methods
}

//go:embed part.tmpl
var partText string

var partTemplate = template.Must(template.New("part").Parse(partText))

// WriteMany writes the ten services, and 1,000 packages more that the first
// service is made of.
func WriteMany(dir string) error {
	if err := Write(dir); err != nil {
		return err
	}
	for area := range areas {
		for n := range parts {
			if err := writePart(dir, area, n); err != nil {
				return err
			}
		}
	}
	main := filepath.Join(dir, Mains()[0], "areas.go")
	return os.WriteFile(main, []byte(users()), 0o644)
}

func writePart(dir string, area, n int) error {
	p := part{Name: fmt.Sprintf("part%02d", n), Imports: imports(area, n), Kinds: []int{1, 2, 3, 4, 5, 6}}
	name := filepath.Join(dir, filepath.FromSlash(place(area, n)), p.Name+".go")
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	var text strings.Builder
	if err := partTemplate.Execute(&text, p); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text.String()), 0o644)
}

func place(area, n int) string { return fmt.Sprintf("internal/area%02d/part%02d", area, n) }

// imports are import paths that a part needs: the part before it in its area,
// if that is not a multiple of four, and parts of two areas before.
func imports(area, n int) []string {
	var all []string
	for _, back := range []int{7, 3} {
		if area >= back {
			all = append(all, "example.com/shop/"+place(area-back, (n*back+area)%parts))
		}
	}
	if n%4 != 0 {
		all = append(all, "example.com/shop/"+place(area, n-1))
	}
	return all
}

// users is a file of the first service that imports the last part of each
// four, and with that all of them.
func users() string {
	var imports, uses strings.Builder
	for area := range areas {
		for n := 3; n < parts; n += 4 {
			fmt.Fprintf(&imports, "\ta%02dp%02d \"example.com/shop/%s\"\n", area, n, place(area, n))
			fmt.Fprintf(&uses, "\ta%02dp%02d.Total,\n", area, n)
		}
	}
	return "package main\n\nimport (\n" + imports.String() + ")\n\nvar totals = []func(int) int{\n" + uses.String() +
		"}\n\nfunc init() {\n\tsum := 0\n\tfor _, total := range totals {\n\t\tsum += total(1)\n\t}\n\tif sum == 0 {\n\t\tpanic(\"no part counts\")\n\t}\n}\n"
}
