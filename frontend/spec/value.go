package spec

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v4"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/visible"
)

// value is a node while it is validated.
type value struct {
	p    *parser
	path string     // "run.env"; empty for the whole file
	key  *yaml.Node // nil for an item of a list
	node *yaml.Node
}

func (v value) at() diag.Range { return v.p.file.at(v.node) }

// wrong reports what was found and wanted, and a hint that may be empty.
func (v value) wrong(hint, format string, args ...any) {
	v.report(v.at(), hint, format, args...)
}

// report is wrong for a part of the value.
func (v value) report(at diag.Range, hint, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	if v.path != "" {
		message = v.path + ": " + message
	}
	v.p.add(diag.Diagnostic{At: at, Message: message, Hint: hint})
}

// mismatch reports a value of another type.
func (v value) mismatch(want string) {
	switch {
	case v.tag() != "!!null":
		v.wrong(v.quoting(want), "wanted %s, found %s", want, v.found())
	case v.key != nil:
		v.report(v.p.file.at(v.key), "remove the key or write "+want, "no value")
	default:
		v.wrong("remove the item or write "+want, "an item without a value")
	}
}

// quoting is the hint for values that are strings to the writer but not in
// YAML: true, {{.Version}}.
func (v value) quoting(want string) string {
	start := v.p.file.offset(v.node.Line, v.node.Column)
	template := v.p.file.rune(start) == '{' && v.p.file.rune(start+1) == '{'
	if template || want == aString && v.tag() == "!!bool" {
		return "put the value in quotes"
	}
	return ""
}

func (v value) tag() string { return v.node.ShortTag() }

// found returns the value's type for an error, and shows a scalar.
func (v value) found() string {
	switch v.node.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "a mapping"
	}
	switch v.tag() {
	case "!!bool":
		return "the boolean " + cut(v.node.Value)
	case "!!int", "!!float":
		return "the number " + cut(v.node.Value)
	case "!!null":
		return "nothing"
	}
	return "the string " + quote(v.node.Value)
}

// text returns a scalar as it is written: 1.20 does not become 1.2. Booleans
// are text only if literal is true.
func (v value) text(want string, literal bool) (String, bool) {
	switch {
	case v.node.Kind != yaml.ScalarNode, v.tag() == "!!null", v.tag() == "!!bool" && !literal:
		v.mismatch(want)
		return String{}, false
	}
	return String{Value: v.node.Value, At: v.at()}, true
}

// visible reports a hidden character. If lines is true, line breaks and tabs
// are allowed.
func (v value) visible(s String, lines bool) bool {
	for _, r := range s.Value {
		if !hidden(r) || lines && (r == '\n' || r == '\t') {
			continue
		}
		if r == '\n' {
			v.report(s.At, "write it on one line", "a line break in the value")
		} else {
			v.report(s.At, "remove it", "control character %s", escaped(r))
		}
		return false
	}
	return true
}

// item returns an element of a list.
func (v value) item(node *yaml.Node) value {
	return value{p: v.p, path: v.path, node: node}
}

// each calls f for every key of a mapping that is a word and not a repeat.
func (v value) each(f func(key String, val value)) {
	seen := map[string]*yaml.Node{}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key, node := v.node.Content[i], v.node.Content[i+1]
		name, ok := v.name(key)
		if !ok {
			continue
		}
		if first := seen[name.Value]; first != nil {
			v.duplicate(name, v.p.file.at(first))
			continue
		}
		seen[name.Value] = key
		f(name, value{p: v.p, path: v.path, key: key, node: node})
	}
}

// name returns a key of the mapping v.
func (v value) name(key *yaml.Node) (String, bool) {
	k := v.item(key)
	switch {
	case k.tag() == "!!merge":
		k.wrong("write the keys themselves", "the merge key << is not supported")
		return String{}, false
	case key.Kind != yaml.ScalarNode || k.tag() == "!!null":
		k.wrong("", "wanted a word as the key, found %s", k.found())
		return String{}, false
	}
	name := String{Value: key.Value, At: k.at()}
	return name, k.visible(name, false)
}

// duplicate reports a name that was used before.
func (v value) duplicate(name String, first diag.Range) {
	message := fmt.Sprintf("%s is already on line %d", quote(name.Value), first.Start.Line)
	if v.path != "" {
		message = v.path + ": " + message
	}
	v.p.add(diag.Diagnostic{At: name.At, Message: message, Hint: "keep one of them", Related: []diag.Range{first}})
}

// cut shortens text from the file, so that an error stays one short line.
func cut(s string) string { return visible.Short(s, 60) }

// quote shows text from the file: cut, and with hidden characters escaped.
func quote(s string) string { return strconv.Quote(cut(s)) }

// escaped shows a hidden character as its escape in quotes: '\u202e'.
func escaped(r rune) string { return strconv.QuoteRuneToASCII(r) }
