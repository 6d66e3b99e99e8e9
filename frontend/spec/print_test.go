package spec_test

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
)

// print shows a spec's values, one on a line, each with its line and column.
// What was not written is left out.
func print(s *spec.Spec) string {
	var p printer
	p.fields("", reflect.ValueOf(*s))
	if p.lines == nil {
		return "nothing\n"
	}
	return strings.Join(p.lines, "\n") + "\n"
}

type printer struct{ lines []string }

func (p *printer) fields(prefix string, v reflect.Value) {
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if name != "File" && name != "At" {
			p.value(strings.TrimPrefix(prefix+"."+name, "."), v.Field(i))
		}
	}
}

func (p *printer) value(name string, v reflect.Value) {
	if v.IsZero() {
		return
	}
	if text, ok := leaf(v.Interface()); ok {
		p.lines = append(p.lines, name+" = "+text)
		return
	}
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			p.value(fmt.Sprintf("%s[%d]", name, i), v.Index(i))
		}
	case reflect.Pointer:
		p.value(name, v.Elem())
	case reflect.Struct:
		p.fields(name, v)
	}
}

// leaf shows a value that fits on a line.
func leaf(v any) (string, bool) {
	switch v := v.(type) {
	case spec.String:
		return strconv.Quote(v.Value) + place(v.At), true
	case spec.Bool:
		return strconv.FormatBool(v.Value) + place(v.At), true
	case spec.Pair:
		return strconv.Quote(v.Key.Value) + place(v.Key.At) + " " + strconv.Quote(v.Value.Value) + place(v.Value.At), true
	case spec.Port:
		return fmt.Sprintf("%d/%s", v.Number, v.Protocol) + place(v.At), true
	case time.Duration, int, bool:
		return fmt.Sprint(v), true
	}
	return "", false
}

func place(at diag.Range) string { return "  @" + span(at) }

// span is "1:2-3:4", both ends inclusive.
func span(r diag.Range) string {
	return fmt.Sprintf("%d:%d-%d:%d", r.Start.Line, r.Start.Col, r.End.Line, r.End.Col)
}
