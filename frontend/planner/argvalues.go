package planner

import (
	"strconv"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
)

// ArgValue is a build arg and what holds for one build.
type ArgValue struct {
	BuildArg
	Value string     // empty when neither the user nor gohull says anything
	At    diag.Range // the line that says so; zero for the command line and for gohull's own defaults
}

// BuildArgs returns the value of every build arg.
func (d *Decision) BuildArgs() ([]ArgValue, error) {
	var out []ArgValue
	for _, arg := range BuildArgs() {
		v := ArgValue{BuildArg: arg, Value: d.Request.BuildArgs[arg.Name]}
		if v.Value == "" {
			v.Value, v.At = d.withoutArg(arg.Name)
		}
		out = append(out, v)
	}
	for _, p := range d.Spec.Args {
		if _, own := d.args.own[p.Key.Value]; own {
			v := ArgValue{BuildArg: BuildArg{p.Key.Value, "build arg of the project"}, Value: d.Request.BuildArgs[p.Key.Value]}
			if v.Value == "" {
				v.Value, v.At = p.Value.Value, p.Value.At
			}
			out = append(out, v)
		}
	}
	return out, d.wrong.Err()
}

// withoutArg returns what holds if a build arg is not given.
func (d *Decision) withoutArg(name string) (string, diag.Range) {
	m := d.Spec.Modules
	if written := defaultOf(d.Spec, name); written.IsSet() {
		return written.Value, written.At
	}
	one := func(s spec.String) (string, diag.Range) { return s.Value, s.At }
	switch name {
	case "GO_VERSION":
		return d.version.Value, d.version.At
	case "GOPROXY":
		return one(m.Proxy)
	case "GOSUMDB":
		return one(m.Sumdb)
	case "GOPRIVATE":
		if len(m.Private) > 0 {
			return strings.Join(values(m.Private), ","), m.Private[0].At
		}
	case "SOURCE_DATE_EPOCH":
		return strconv.FormatInt(d.args.epoch.Seconds(), 10), diag.Range{}
	}
	return "", diag.Range{}
}
