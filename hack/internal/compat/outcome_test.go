package compat

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// printed is what `go test -json` prints. A line of it is "ACTION TEST OUTPUT";
// one that is no such line is the go command's own.
func printed(t *testing.T, text string) *strings.Reader {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if action, rest, ok := strings.Cut(strings.TrimLeft(line, "\t"), " "); ok && strings.HasPrefix(line, "\t") {
			test, output, _ := strings.Cut(rest, " ")
			if output != "" {
				output += "\n"
			}
			data, err := json.Marshal(event{Action: action, Test: strings.Trim(test, "-"), Elapsed: 1.5, Output: output})
			if err != nil {
				t.Fatal(err)
			}
			line = string(data)
		}
		b.WriteString(line + "\n")
	}
	return strings.NewReader(b.String())
}

// TestOutcomes reads runs that end in different ways.
func TestOutcomes(t *testing.T) {
	tests := []struct {
		name, printed string
		want          map[string]Outcome
		failure       string
	}{
		{"all ended", `
	run TestA
	output TestA === RUN   TestA
	output TestA --- PASS: TestA (1.50s)
	pass TestA
	run TestB
	output TestB     b_test.go:7: digest a, want b
	output TestB     more
	output TestB --- FAIL: TestB (1.50s)
	fail TestB
	run TestC
	output TestC     c_test.go:3: the lab has no Docker Engine
	skip TestC
	run TestOther
	fail TestOther
	fail -
`, map[string]Outcome{
			"TestA": {Result: Pass, Seconds: 1.5},
			"TestB": {Fail, 1.5, "b_test.go:7: digest a, want b"},
			"TestC": {Skip, 1.5, "c_test.go:3: the lab has no Docker Engine"},
		}, ""},
		{"subtests", `
	run TestA
	run TestA/one
	pass TestA/one
	run TestA/two
	output TestA/two     a_test.go:7: no
	fail TestA/two
	fail TestA
	run TestB
	pass TestB
	run TestC
	pass TestC
	fail -
`, map[string]Outcome{
			"TestA":     {Fail, 1.5, ""},
			"TestA/two": {Fail, 1.5, "a_test.go:7: no"},
			"TestB":     {Result: Pass, Seconds: 1.5},
			"TestC":     {Result: Pass, Seconds: 1.5},
		}, ""},
		{"panic", `
	run TestA
	pass TestA
	run TestB
	output TestB panic: test timed out after 40m0s
	output TestB goroutine 1 [running]:
	fail -
`, map[string]Outcome{
			"TestA": {Result: Pass, Seconds: 1.5},
			"TestB": {Result: Crashed},
			"TestC": {Result: Missing},
		}, "panic: test timed out after 40m0s"},
		{"panic between tests", `
	run TestA
	output TestA --- FAIL: TestA (1.50s)
	output TestA panic: oh no [recovered]
	fail TestA
	fail -
`, map[string]Outcome{
			"TestA": {Fail, 1.5, "panic: oh no [recovered]"},
			"TestB": {Result: Missing},
			"TestC": {Result: Missing},
		}, "panic: oh no [recovered]"},
		{"killed", `
	run TestA
	output - signal: killed
	fail -
`, map[string]Outcome{
			"TestA": {Result: Crashed},
			"TestB": {Result: Missing},
			"TestC": {Result: Missing},
		}, "signal: killed"},
		{"does not compile", `
# example.com/e2e
./a_test.go:3:5: undefined: x
	fail -
`, map[string]Outcome{
			"TestA": {Result: Missing},
			"TestB": {Result: Missing},
			"TestC": {Result: Missing},
		}, "./a_test.go:3:5: undefined: x"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, failure, err := Outcomes(printed(t, test.printed), []string{"TestA", "TestB", "TestC"})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" || failure != test.failure {
				t.Errorf("failure %q, want %q; -want +got\n%s", failure, test.failure, diff)
			}
		})
	}
}
