package spec

import (
	"bytes"
	"fmt"
	"io"

	"github.com/gohull/gohull/frontend/diag"
	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

const (
	maxDepth   = 32      // levels of nesting; a valid spec has five
	maxAliased = 100_000 // bytes to which aliases may expand
)

// document returns the only document of the file; nil if there is none, or if
// the file is not YAML.
func (p *parser) document(data []byte) *yaml.Node {
	limits := loaderlimits.New(loaderlimits.DepthFunc(limitDepth))
	loader, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithPlugin(limits))
	if err != nil {
		p.syntax(err)
		return nil
	}
	first := p.load(loader)
	if first == nil {
		return nil
	}
	if second := p.load(loader); second != nil {
		start := p.file.offset(second.Line, second.Column)
		p.add(diag.Diagnostic{
			At:      p.file.span(start, p.file.wordEnd(start)),
			Message: "a second document begins here, wanted one",
			Hint:    "remove the line and what follows it",
		})
	}
	return content(first)
}

func limitDepth(depth int, _ *yaml.DepthContext) error {
	if depth > maxDepth {
		return fmt.Errorf("more than %d levels of nesting", maxDepth)
	}
	return nil
}

// load returns the next document, or nil.
func (p *parser) load(loader *yaml.Loader) *yaml.Node {
	var doc yaml.Node
	switch err := loader.Load(&doc); {
	case err == io.EOF:
		return nil
	case err != nil:
		p.syntax(err)
		return nil
	}
	return &doc
}

// content returns the top value of a document; nil if it is empty.
func content(doc *yaml.Node) *yaml.Node {
	if len(doc.Content) == 0 || empty(doc.Content[0]) {
		return nil
	}
	return doc.Content[0]
}

func empty(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.ShortTag() == "!!null"
}
