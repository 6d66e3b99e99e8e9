package spec

import (
	"cmp"
	"fmt"

	"github.com/gohull/gohull/frontend/diag"
	"go.yaml.in/yaml/v4"
)

// maxErrors is the number of errors that are reported one by one. In a file
// with more, the first ones already show what is wrong.
const maxErrors = 20

// Parse reads a spec. Errors call the file name; nothing is opened. An empty
// file is a valid, empty Spec. The error is a diag.Errors in which every
// diagnostic has a line and a column of the file.
func Parse(name string, data []byte) (*Spec, error) {
	p := &parser{file: newSource(name, data), known: Reference()}
	spec := p.spec(data)
	if err := p.err(); err != nil {
		return nil, err
	}
	return spec, nil
}

// parser is one run of Parse: the text, and the errors in it.
type parser struct {
	file   *source
	known  []Entry // every key that exists, for hints
	images *value  // what is written below `images`; nil if nothing is
	found  diag.List
	more   int        // errors beyond maxErrors
	last   diag.Range // the error furthest down the file
}

func (p *parser) spec(data []byte) *Spec {
	spec := &Spec{File: p.file.name}
	if !p.readable(data) || p.isDockerfile() {
		return spec
	}
	if v, ok := p.root(data, "begin with a key: main: ./cmd/server"); ok {
		readFields(v, specFields, spec)
		p.readImages(spec)
		p.validate(spec)
	}
	return spec
}

// root returns the mapping that a file is; ok is false if it is empty or
// something else.
func (p *parser) root(data []byte, hint string) (_ value, ok bool) {
	root := p.document(data)
	if root == nil || !p.resolveAliases(root) {
		return value{}, false
	}
	v := value{p: p, node: root}
	if root.Kind != yaml.MappingNode {
		v.wrong(hint, "wanted keys and values, found %s", v.found())
		return v, false
	}
	return v, true
}

// add keeps a diagnostic; if there are too many, it only counts it.
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
			Hint:    "fix the others first",
		})
	}
	return p.found.Err()
}

func comparePos(a, b diag.Pos) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
}
