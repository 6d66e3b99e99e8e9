package spec

import (
	"fmt"

	"github.com/gohull/gohull/frontend/diag"
	"go.yaml.in/yaml/v4"
)

// resolveAliases replaces each alias with the value that it stands for, at the
// alias's own place. The tree then consists of mappings, lists and scalars
// only. It reports whether the tree can be read: it cannot if aliases form a
// circle, or expand to too much.
func (p *parser) resolveAliases(root *yaml.Node) bool {
	t := aliases{p: p, size: map[*yaml.Node]int{}}
	t.resolve(root)
	return !t.endless
}

type aliases struct {
	p       *parser
	size    map[*yaml.Node]int // of each value with an anchor, with its aliases expanded
	total   int                // of all expanded aliases so far
	endless bool
}

// resolve works on everything below n and returns its size: a byte for each
// node, and its text.
func (t *aliases) resolve(n *yaml.Node) int {
	t.tag(n)
	size := 1 + len(n.Value)
	for i, child := range n.Content {
		if child.Kind == yaml.AliasNode {
			child = t.target(child)
			n.Content[i] = child
			size += t.size[child]
			continue
		}
		size += t.resolve(child)
	}
	if n.Anchor != "" {
		t.size[n] = size
	}
	return size
}

// target returns a copy of the value that an alias stands for. Anchors come
// before their aliases. So if a value has no size yet, the alias is part of it.
func (t *aliases) target(alias *yaml.Node) *yaml.Node {
	size, complete := t.size[alias.Alias]
	t.total += size
	switch {
	case !complete:
		t.stop(alias, "the alias "+quote("*"+alias.Value)+" is part of the value it stands for")
	case t.total > maxAliased:
		t.stop(alias, fmt.Sprintf("aliases stand for more than %d bytes", maxAliased))
	}
	target := *alias.Alias
	target.Line, target.Column = alias.Line, alias.Column
	t.size[&target] = size
	return &target
}

func (t *aliases) stop(alias *yaml.Node, message string) {
	if t.endless {
		return
	}
	t.endless = true
	t.p.add(diag.Diagnostic{At: t.p.file.at(alias), Message: message, Hint: "write the value itself"})
}

// tag reports tags: a value with a tag has another type than it seems to have.
func (t *aliases) tag(n *yaml.Node) {
	if n.Style&yaml.TaggedStyle == 0 || n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" {
		return
	}
	t.p.add(diag.Diagnostic{
		At:      t.p.file.at(n),
		Message: "the tag " + quote(n.Tag) + " is not supported",
		Hint:    "remove it, and write the value as text",
	})
}
