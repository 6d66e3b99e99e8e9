package planner

import (
	"fmt"
	"slices"

	"github.com/gohull/gohull/llb/plan"
)

// reproduction is what finds out whether a compile gives the same twice.
func (d draft) reproduction(c plan.Compile, p plan.Platform) plan.Reproduction {
	return plan.Reproduction{
		Step: plan.Step{
			ID:   "reproduce",
			Name: fmt.Sprintf("compare two builds of %s for %s", packageList(c.Binaries), p),
			At:   c.At,
		},
		Rounds: [2]plan.Compile{round(c, "first"), round(c, "second")},
	}
}

// round is a compile that begins with nothing. Its name is a part of the
// step's key: without that, two rounds would be one step.
func round(c plan.Compile, name string) plan.Compile {
	c.Name += ", the " + name + " time"
	c.Env = append(slices.Clone(c.Env), "GOHULL_ROUND="+name)
	slices.Sort(c.Env)
	c.Start = plan.Start{}
	c.Caches = plan.Caches{Alone: "it begins with nothing"}
	return c
}
