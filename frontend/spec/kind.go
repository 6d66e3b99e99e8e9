package spec

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// kind is a way to write a V.
type kind[V any] struct {
	want  string // as errors name it: "a list of strings"
	shape shape
	read  func(value) V
	merge func(inherited, own V) V // what an image has; if it is nil, its own value is used
	sub   []Entry                  // keys inside it; they begin with "." or "[]."
}

// scalar is a single value; read converts its text.
func scalar[V any](want string, shape shape, read func(value, String) V) kind[V] {
	return kind[V]{want: want, shape: shape, read: func(v value) (zero V) {
		s, ok := v.text(want, false)
		if !ok {
			return zero
		}
		return read(v, s)
	}}
}

// text is a string on one line that a rule accepts. The shapes describe the
// rule for editors, as far as they can.
func text(want string, accept rule, shapes ...shape) kind[String] {
	return scalar(want, textShape.and(shapes...), func(v value, s String) String {
		v.validate(s, accept)
		return s
	})
}

// word is one of a few words.
func word(want string, words ...string) kind[String] {
	return text(want, oneOf(words...), enum(words...))
}

// validate reports s if the rule, or a rule for every value, rejects it.
func (v value) validate(s String, accept rule) {
	if !v.visible(s, false) {
		return
	}
	if o := accept(s.Value); o != nil {
		v.report(s.At, o.hint, "%s", o.found)
	}
}

var boolean = kind[Bool]{want: "true or false", shape: shape{"type": "boolean"}, read: func(v value) Bool {
	if v.node.Kind != yaml.ScalarNode || v.tag() == "!!null" {
		v.mismatch("true or false")
		return Bool{}
	}
	if v.tag() != "!!bool" {
		v.wrong(boolHint(v.node.Value), "wanted true or false, found %s", v.found())
	}
	return Bool{Value: strings.EqualFold(v.node.Value, "true"), At: v.at()}
}}

// boolHint is the hint for a word that other programs accept as a boolean.
func boolHint(word string) string {
	switch strings.ToLower(word) {
	case "yes", "on", "y", "1", "true":
		return "write true, without quotes"
	case "no", "off", "n", "0", "false":
		return "write false, without quotes"
	}
	return ""
}

const aCount = "a whole number above 0"

var count = scalar(aCount, either(integer(1, math.MaxInt32), shape{"type": "string", "pattern": "^[0-9]+$"}), func(v value, s String) int {
	n, err := strconv.ParseInt(s.Value, 10, 32)
	if err != nil || n < 1 {
		v.wrong("", "wanted %s, found %s", aCount, v.found())
	}
	return int(n)
})

const aDuration = "a duration like 30s"

var durationForm = regexp.MustCompile(`^\+?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$`)

// duration is a time in Go's format.
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
