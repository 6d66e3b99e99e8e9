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
func (c Decision) BuildArgs() ([]ArgValue, error) {
	var out []ArgValue
	for _, arg := range BuildArgs() {
		v := ArgValue{BuildArg: arg, Value: c.Request.BuildArgs[arg.Name]}
		if v.Value == "" {
			v.Value, v.At = c.withoutArg(arg.Name)
		}
		out = append(out, v)
	}
	return out, c.wrong.Err()
}

// withoutArg is what holds when a build arg is not given.
func (c Decision) withoutArg(name string) (string, diag.Range) {
	m := c.image.Modules
	one := func(s spec.String) (string, diag.Range) { return s.Value, s.At }
	switch name {
	case "GO_VERSION":
		return c.version.Value, c.version.At
	case "GOPROXY":
		return one(m.Proxy)
	case "GOSUMDB":
		return one(m.Sumdb)
	case "GOPRIVATE":
		if len(m.Private) > 0 {
			return strings.Join(values(m.Private), ","), m.Private[0].At
		}
	case "SOURCE_DATE_EPOCH":
		return strconv.FormatInt(c.args.epoch.Seconds(), 10), diag.Range{}
	}
	return "", diag.Range{}
}
