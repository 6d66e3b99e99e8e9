package spec

import (
	"cmp"
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/gohull/gohull/frontend/diag"
)

// maxErrors is how many errors are told one by one. A file with more has
// something wrong that the first ones already show.
const maxErrors = 20

// Parse reads a spec. The name is what errors call the file; nothing is
// opened. An empty file is a valid, empty Spec. The error is a diag.Errors in
// which every diagnostic has a line and a column of the file.
func Parse(name string, data []byte) (*Spec, error) {
	p := &parser{file: newSource(name, data), known: Reference()}
	spec := p.spec(data)
	if err := p.err(); err != nil {
		return nil, err
	}
	return spec, nil
}

// parser is one run of Parse: the text, and what was found wrong with it.
type parser struct {
	file   *source
	known  []Entry // every key that exists, for near misses
	images *value  // what is written below `images`, nil when nothing is
	found  diag.List
	more   int        // errors beyond maxErrors
	last   diag.Range // of all errors, the one furthest down the file
}

func (p *parser) spec(data []byte) *Spec {
	spec := &Spec{File: p.file.name}
	if !p.readable(data) || p.dockerfile() {
		return spec
	}
	if v, ok := p.root(data, "begin with a key: main: ./cmd/server"); ok {
		readFields(v, specFields, spec)
		p.readImages(spec)
		p.together(spec)
	}
	return spec
}

// root is the mapping that a file is, not ok when it is empty or something
// else.
func (p *parser) root(data []byte, hint string) (_ value, ok bool) {
	root := p.document(data)
	if root == nil || !p.plain(root) {
		return value{}, false
	}
	v := value{p: p, node: root}
	if root.Kind != yaml.MappingNode {
		v.wrong(hint, "wanted keys and values, found %s", v.found())
		return v, false
	}
	return v, true
}

// together checks what no value can be checked for alone.
func (p *parser) together(top *Spec) {
	for _, image := range top.Each() {
		p.racing(image.Build)
		p.named(image)
	}
}

func (p *parser) racing(b Build) {
	if b.Race.Value && !b.Cgo.Value {
		p.add(diag.Diagnostic{At: b.Race.At, Message: "build.race: the race detector needs cgo", Hint: "add cgo: true, or remove race"})
	}
}

// named finds half of a name. A name without tags would mean the tag latest.
func (p *parser) named(image *Spec) {
	of := ""
	if image.Name.IsSet() {
		of = "images." + image.Name.Value + ": "
	}
	switch i := image.Image; {
	case i.Name.IsSet() && len(i.Tags) == 0:
		p.add(diag.Diagnostic{
			At:      i.Name.At,
			Message: of + "image.name: without image.tags nothing says which tags it gets",
			Hint:    `add them, as in tags: ["{{.Version}}", latest]`,
		})
	case !i.Name.IsSet() && len(i.Tags) > 0:
		p.add(diag.Diagnostic{
			At:      i.Tags[0].At,
			Message: of + "image.tags: without image.name nothing says which image gets them",
			Hint:    "add it, as in name: registry.example/acme/server",
		})
	}
}

// add keeps a diagnostic, or only counts it when there are too many already.
func (p *parser) add(d diag.Diagnostic) {
	if comparePos(d.At.Start, p.last.Start) >= 0 {
		p.last = d.At
	}
	if p.full() {
		p.more++
		return
	}
	p.found.Add(d)
}

func (p *parser) full() bool { return p.found.Len() >= maxErrors }

func (p *parser) err() error {
	if p.more > 0 {
		p.found.Add(diag.Diagnostic{
			At:      p.last,
			Message: fmt.Sprintf("the last of %d more errors is here", p.more),
			Hint:    "mend the others first",
		})
	}
	return p.found.Err()
}

func comparePos(a, b diag.Pos) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
}
