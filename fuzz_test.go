package gohull

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestFuzzInputs: each fuzz target has stored inputs. They run with the other
// tests, and hack/fuzz begins with them.
func TestFuzzInputs(t *testing.T) {
	for _, line := range golist(t, `{{.Dir}} {{join .TestGoFiles " "}} {{join .XTestGoFiles " "}}`, "./...") {
		fields := strings.Fields(line)
		for _, name := range fields[1:] {
			for _, target := range fuzzTargets(t, filepath.Join(fields[0], name)) {
				inputs := filepath.Join(fields[0], "testdata", "fuzz", target)
				if entries, err := os.ReadDir(inputs); err != nil || len(entries) == 0 {
					t.Errorf("%s has no inputs in %s; store some that hack/fuzz found, which are below $(go env GOCACHE)/fuzz", target, inputs)
				}
			}
		}
	}
}

var fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz\w*)\(`)

func fuzzTargets(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range fuzzTarget.FindAllSubmatch(data, -1) {
		all = append(all, string(m[1]))
	}
	return all
}
