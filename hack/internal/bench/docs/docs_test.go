package docs

import (
	"testing"

	"github.com/gohull/gohull/internal/golden"
)

// TestDocs compares the page, the README and the chart with the results that are
// committed; `./hack/bench -from docs/benchmarks.json -docs` rewrites them, as
// -update does.
func TestDocs(t *testing.T) {
	files, err := Files("../../../../docs")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		golden.File(t, f.Name, f.Text)
	}
}
