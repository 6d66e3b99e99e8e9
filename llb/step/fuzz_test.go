package step_test

import (
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/run"
	"github.com/google/go-cmp/cmp"
)

// FuzzParse reads any command line: a step of another version may have written it.
func FuzzParse(f *testing.F) {
	f.Add("scan -tags=a,b -- x")
	f.Add("go -epoch=1 -- build ./...")
	f.Fuzz(func(t *testing.T, line string) {
		v, err := step.Parse(strings.Split(line, " "), run.Verbs()...)
		if err != nil {
			return
		}
		again, err := step.Parse(step.Command(v)[1:], run.Verbs()...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(v, again); diff != "" {
			t.Fatal(diff)
		}
	})
}
