package frontend

import (
	"reflect"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/plan"
)

// TestKinds compares the list of steps, which --no-cache-filter accepts, with
// the steps in the plans of all cases.
func TestKinds(t *testing.T) {
	used := map[string]bool{"scan": true, "look": true, "resolve": true, "toolchain": true} // before there is a plan, at times
	golden.Each(t, "testdata/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		c := readCase(t, ar)
		if planner.IsCheck(c.request.Target) {
			if p, err := c.checks(t); err == nil {
				addKinds(reflect.ValueOf(p), used)
			}
		} else if p, err := c.plan(t); err == nil {
			addKinds(reflect.ValueOf(p), used)
			addKinds(reflect.ValueOf(c.before(t)), used)
		}
	})
	for _, k := range planner.StepKinds() {
		if !used[k.ID] {
			t.Errorf("no plan has a step %s", k.ID)
		}
		delete(used, k.ID)
	}
	for id := range used {
		t.Errorf("the step %s is not listed", id)
	}
}

// addKinds adds the IDs of all steps in a value.
func addKinds(v reflect.Value, ids map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			addKinds(v.Elem(), ids)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			addKinds(v.Index(i), ids)
		}
	case reflect.Struct:
		if s, ok := v.Interface().(plan.Step); ok {
			if s.ID != "" { // A plan for a check has no step for the images.
				ids[s.ID] = true
			}
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				addKinds(v.Field(i), ids)
			}
		}
	}
}
