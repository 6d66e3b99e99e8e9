package spec

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/gohull/gohull/frontend/diag"
)

// scalar is what read makes of a single value's text.
func scalar[V any](want string, shape shape, read func(value, String) V) kind[V] {
	return kind[V]{want: want, shape: shape, read: func(v value) (zero V) {
		s, ok := v.text(want, false)
		if !ok {
			return zero
		}
		return read(v, s)
	}}
}

// text is a string on one line that a rule accepts. The shapes say to editors
// what they can know of the rule.
func text(want string, accept rule, shapes ...shape) kind[String] {
	return scalar(want, textShape.and(shapes...), func(v value, s String) String {
		v.accepts(s, accept)
		return s
	})
}

// word is one of a few.
func word(want string, words ...string) kind[String] {
	return text(want, oneOf(words...), enum(words...))
}

// accepts reports what a rule, and those that hold for every value, have
// against s.
func (v value) accepts(s String, accept rule) {
	if !v.visible(s, false) {
		return
	}
	if o := accept(s.Value); o != nil {
		v.report(s.At, o.hint, "%s", o.found)
	}
}

// list is a list of items, of which none may be there twice when same tells
// what makes two alike.
func list[V any](want string, item kind[V], same func(V) String) kind[[]V] {
	read := func(v value) []V {
		switch {
		case v.node.Kind == yaml.SequenceNode:
			return items(v, item, same)
		case v.node.Kind == yaml.ScalarNode && v.tag() != "!!null":
			v.wrong("write "+flow([]string{v.node.Value}), "wanted %s, found %s", want, v.found())
		default:
			v.mismatch(want)
		}
		return nil
	}
	var sub []Entry
	for _, e := range item.sub {
		e.Key = "[]" + e.Key
		sub = append(sub, e)
	}
	shape := listShape(item.shape)
	if same != nil {
		shape = setShape(item.shape)
	}
	return kind[[]V]{want: want, shape: shape, read: read, sub: sub}
}

func items[V any](v value, item kind[V], same func(V) String) []V {
	if len(v.node.Content) == 0 {
		v.wrong("remove the key or write an item", "an empty list")
	}
	var all []V
	seen := map[string]diag.Range{}
	for _, node := range v.node.Content {
		one := item.read(v.item(node))
		all = append(all, one)
		if same == nil || !same(one).IsSet() {
			continue
		}
		name := same(one)
		if first, found := seen[name.Value]; found {
			v.twice(name, first)
			continue
		}
		seen[name.Value] = name.At
	}
	return all
}

func itself(s String) String { return s }

// oneOrMore is a list, or its only item in its place.
func oneOrMore(one, more string, accept rule) kind[[]String] {
	want := one + " or " + more
	item, alone := text(one, accept), text(want, accept)
	shape := either(item.shape, setShape(item.shape))
	return kind[[]String]{want: want, shape: shape, read: func(v value) []String {
		if v.node.Kind == yaml.SequenceNode {
			return items(v, item, itself)
		}
		return []String{alone.read(v)}
	}}
}

// words is a list of words, or one string that has commas between them, as
// the go command takes them.
func words(one, more string, accept rule) kind[[]String] {
	item := text(one, accept)
	joined := scalar(more, textShape, func(v value, s String) []String {
		var all []String
		for word := range strings.SplitSeq(s.Value, ",") {
			all = append(all, String{Value: word, At: s.At})
			v.accepts(all[len(all)-1], accept)
		}
		return all
	})
	shape := either(joined.shape, setShape(item.shape))
	return kind[[]String]{want: more, shape: shape, read: func(v value) []String {
		if v.node.Kind == yaml.SequenceNode {
			return items(v, item, itself)
		}
		return joined.read(v)
	}}
}

// flags are arguments of a tool on one line, as the go command takes them. A
// list, as ko and GoReleaser have it, is the same with spaces between.
var flags = kind[String]{want: aString, shape: either(textShape, listShape(textShape)), read: func(v value) String {
	line := text(aString, anything)
	if v.node.Kind != yaml.SequenceNode {
		return line.read(v)
	}
	return String{Value: strings.Join(texts(items(v, line, nil)), " "), At: v.at()}
}}

func texts(list []String) []string {
	var all []string
	for _, s := range list {
		all = append(all, s.Value)
	}
	return all
}

// argv is a command line, one argument an item. One string is one argument:
// nothing here splits it.
var argv = kind[[]String]{want: "a list of arguments", shape: either(literalShape, listShape(literalShape)), read: func(v value) []String {
	if v.node.Kind == yaml.SequenceNode {
		return items(v, argument, nil)
	}
	s, ok := v.text("a list of arguments", true)
	if !ok || !v.visible(s, false) {
		return nil
	}
	if list := strings.Fields(s.Value); len(list) > 1 {
		v.wrong(listHint(list), "%s is one argument, no shell splits it", quote(s.Value))
	}
	return []String{s}
}}

var argument = kind[String]{want: "an argument", shape: literalShape, read: func(v value) String {
	s, ok := v.text("an argument", true)
	if ok {
		v.visible(s, false)
	}
	return s
}}

// listHint says how a command line is written as a list. What only a shell
// understands cannot be.
func listHint(list []string) string {
	if slices.ContainsFunc(list, IsShell) {
		return "write a list with a program and its arguments; if it needs a shell, have it run by one that the base has: [/bin/sh, -c, …]"
	}
	return "write " + flow(list)
}

// shellWord is an operator or a variable, which a shell would replace.
var shellWord = regexp.MustCompile(`^(&&?|\|\|?|;;?|[0-9]?>>?.*|[0-9]?<<?.*)$|^([^$]*=)?\$(\{[A-Za-z_]\w*\}|[A-Za-z_]\w*|\(.*\))$|.;$`)

// IsShell reports whether an argument is something that only a shell
// understands: "&&", "2>&1", "$HOME".
func IsShell(word string) bool { return shellWord.MatchString(word) }

// flow writes a short list as YAML.
func flow(list []string) string {
	if len(list) > 6 {
		return "a list"
	}
	var quoted []string
	for _, s := range list {
		quoted = append(quoted, quote(s))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// pairs is a mapping of names to text, or a list of NAME=value.
func pairs(accept rule) kind[[]Pair] {
	const want = "a mapping of names to text, or a list of NAME=value"
	shape := either(
		shape{"type": "object", "additionalProperties": literalShape},
		setShape(shape{"type": "string", "pattern": "="}),
	)
	return kind[[]Pair]{want: want, shape: shape, over: overPairs, read: func(v value) []Pair {
		switch v.node.Kind {
		case yaml.MappingNode:
			return v.mapped(accept)
		case yaml.SequenceNode:
			return items(v, equation(accept), func(p Pair) String { return p.Key })
		}
		v.mismatch(want)
		return nil
	}}
}

// overPairs is a mapping with another over it: where both have a key, the
// other's value holds.
func overPairs(inherited, own []Pair) []Pair {
	all := slices.Clone(inherited)
	for _, p := range own {
		same := func(q Pair) bool { return q.Key.Value == p.Key.Value }
		if i := slices.IndexFunc(all, same); i >= 0 {
			all[i] = p
			continue
		}
		all = append(all, p)
	}
	return all
}

func (v value) mapped(accept rule) []Pair {
	var all []Pair
	v.each(func(key String, val value) {
		v.accepts(key, accept)
		if val.tag() == "!!null" {
			val.report(key.At, `write "" for an empty one, or remove the key`, "%s has no value", quote(key.Value))
			return
		}
		if s, ok := val.text("text", true); ok && val.visible(s, true) {
			all = append(all, Pair{Key: key, Value: s})
		}
	})
	return all
}

// equation is an item NAME=value.
func equation(accept rule) kind[Pair] {
	named := scalar("NAME=value", textShape, func(v value, s String) Pair {
		name, val, found := strings.Cut(s.Value, "=")
		if !found {
			v.wrong("", "wanted NAME=value, found %s", v.found())
			return Pair{}
		}
		pair := Pair{Key: String{Value: name, At: s.At}, Value: String{Value: val, At: s.At}}
		v.accepts(pair.Key, accept)
		v.visible(pair.Value, true)
		return pair
	})
	read := named.read
	named.read = func(v value) Pair {
		if v.node.Kind == yaml.MappingNode {
			v.wrong(pairHint(v.node), "wanted NAME=value, found a mapping")
			return Pair{}
		}
		return read(v)
	}
	return named
}

// pairHint is for an item {name: NAME, value: text}, as Kubernetes has it, and
// for other mappings.
func pairHint(n *yaml.Node) string {
	if len(n.Content) != 4 || n.Content[0].Value != "name" || n.Content[2].Value != "value" {
		return "write a mapping without the dashes"
	}
	return "write the item " + cut(n.Content[1].Value+"="+n.Content[3].Value)
}

var boolean = kind[Bool]{want: "true or false", shape: shape{"type": "boolean"}, read: func(v value) Bool {
	if v.node.Kind != yaml.ScalarNode || v.tag() == "!!null" {
		v.mismatch("true or false")
		return Bool{}
	}
	if v.tag() != "!!bool" {
		v.wrong(meantBool(v.node.Value), "wanted true or false, found %s", v.found())
	}
	return Bool{Value: strings.EqualFold(v.node.Value, "true"), At: v.at()}
}}

// meantBool is the hint for a word that other programs take for a boolean.
func meantBool(word string) string {
	switch strings.ToLower(word) {
	case "yes", "on", "y", "1", "true":
		return "write true, without quotes"
	case "no", "off", "n", "0", "false":
		return "write false, without quotes"
	}
	return ""
}

var portForm = regexp.MustCompile(`^([0-9]+)(?:/(.*))?$`)

var portShape = either(
	whole(1, 65535),
	shape{"type": "string", "pattern": "^[1-9][0-9]*(/(tcp|udp|sctp))?$"},
)

const aPort = "a port like 8080 or 53/udp"

// port is a number, or one with its protocol: 53/udp.
var port = scalar(aPort, portShape, func(v value, s String) Port {
	m := portForm.FindStringSubmatch(s.Value)
	if m == nil {
		v.wrong(portHint(s.Value), "wanted %s, found %s", aPort, quote(s.Value))
		return Port{}
	}
	number, err := strconv.Atoi(m[1])
	if err != nil || number < 1 || number > 65535 || m[1][0] == '0' {
		v.wrong("ports are 1 to 65535", "%s is not a port", cut(m[1]))
	}
	return Port{Number: number, Protocol: v.protocol(s.Value, m[2]), At: s.At}
})

// portHint is for what is no port: one with a port of the host before it, as
// Compose has it, or several.
func portHint(s string) string {
	if i := strings.LastIndex(s, ":"); i >= 0 && portForm.MatchString(s[i+1:]) {
		return "write " + s[i+1:] + "; the port of the host is chosen where the image is run"
	}
	return "name each port by itself"
}

// portNumber is a port of a protocol that goes without saying.
var portNumber = scalar("a port like 8080", either(whole(1, 65535), shape{"type": "string", "pattern": "^[1-9][0-9]*$"}), func(v value, s String) int {
	n, err := strconv.ParseUint(s.Value, 10, 16)
	if err != nil || s.Value[0] == '0' {
		v.wrong("ports are 1 to 65535", "wanted a port like 8080, found %s", v.found())
	}
	return int(n)
})

func (v value) protocol(written, name string) string {
	if !strings.Contains(written, "/") {
		return "tcp"
	}
	if o := oneOf("tcp", "udp", "sctp")(name); o != nil {
		v.wrong(o.hint, "protocol: %s", o.found)
	}
	return name
}

func samePort(p Port) String {
	return String{Value: strconv.Itoa(p.Number) + "/" + p.Protocol, At: p.At}
}

const fileExample = "write {from: migrations, to: /migrations}"

var file = kind[File]{
	want:  "a mapping of from and to",
	shape: mapping(fileFields, "from", "to"),
	sub:   below(".", fileFields),
	read: func(v value) File {
		if v.node.Kind != yaml.MappingNode {
			v.wrong(fileExample, "wanted a mapping of from and to, found %s", v.found())
			return File{}
		}
		f := File{At: v.at()}
		readFields(v, fileFields, &f)
		v.needs(fileExample, "from", "to")
		return f
	},
}

// needs reports the keys that a mapping lacks. One without a value is there.
func (v value) needs(hint string, keys ...string) {
	for _, key := range keys {
		if !v.has(key) {
			v.wrong(hint, "the key %s is missing", key)
		}
	}
}

func (v value) has(key string) bool {
	for i := 0; i < len(v.node.Content); i += 2 {
		if v.node.Content[i].Value == key {
			return true
		}
	}
	return false
}

func sameTarget(f File) String { return f.To }

var healthcheck = kind[*Healthcheck]{
	want:  "a mapping with test, or none",
	shape: either(mapping(healthFields, "test"), shape{"const": "none"}),
	sub:   below(".", healthFields),
	read: func(v value) *Healthcheck {
		h := &Healthcheck{At: v.at()}
		switch {
		case v.node.Kind == yaml.MappingNode:
			readFields(v, healthFields, h)
			v.needs(`write test: ["/server", "-check"]`, "test")
		case v.node.Kind == yaml.ScalarNode && v.node.Value == "none":
			h.Disable = true
		default:
			v.mismatch("a mapping with test, or none")
		}
		return h
	},
}

// generate is its packages, or a mapping.
var generate = kind[*Generate]{
	want:  "a list of packages, or a mapping of packages and files",
	shape: either(setShape(textShape), mapping(generateFields)),
	sub:   below(".", generateFields),
	read: func(v value) *Generate {
		g := &Generate{At: v.at()}
		switch v.node.Kind {
		case yaml.SequenceNode:
			g.Packages = items(v, text("a package", testPackage), itself)
		case yaml.MappingNode:
			readFields(v, generateFields, g)
		default:
			v.mismatch("a list of packages, or a mapping of packages and files")
		}
		return g
	},
}

// probe is the command of a health check. A Dockerfile's begins with CMD or
// CMD-SHELL, which would be taken for programs here.
var probe = kind[[]String]{want: argv.want, shape: argv.shape, read: func(v value) []String {
	first := v.node
	if len(first.Content) > 0 {
		first = first.Content[0]
	}
	word, _, _ := strings.Cut(first.Value, " ")
	switch word {
	case "CMD-SHELL":
		v.wrong("write the program and its arguments as a list", "CMD-SHELL needs a shell, wanted a program")
		return nil
	case "CMD", "NONE":
		v.wrong("remove it; for no health check at all write healthcheck: none", "wanted a program, found %s", word)
		return nil
	}
	return argv.read(v)
}}

const aDuration = "a duration like 30s"

var durationForm = regexp.MustCompile(`^\+?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$`)

// duration is a time as Go writes it.
var duration = scalar(aDuration, shape{"type": "string"}.and(matching(durationForm)), func(v value, s String) time.Duration {
	d, err := time.ParseDuration(s.Value)
	switch {
	case err != nil && v.tag() == "!!int":
		v.wrong("add a unit: "+cut(s.Value)+"s", "wanted %s, found %s", aDuration, v.found())
	case err != nil:
		v.wrong("", "wanted %s, found %s", aDuration, v.found())
	case d < time.Millisecond:
		v.wrong("", "wanted at least 1ms, found %s", quote(s.Value))
	}
	return d
})

const aCount = "a whole number above 0"

var count = scalar(aCount, either(whole(1, math.MaxInt32), shape{"type": "string", "pattern": "^[0-9]+$"}), func(v value, s String) int {
	n, err := strconv.ParseInt(s.Value, 10, 32)
	if err != nil || n < 1 {
		v.wrong("", "wanted %s, found %s", aCount, v.found())
	}
	return int(n)
})
