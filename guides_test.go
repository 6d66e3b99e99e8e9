package gohull

import (
	"regexp"
	"testing"

	"github.com/gohull/gohull/internal/guide"
)

// namedTest is the name of an end-to-end test in the reason why a block is not
// run.
var namedTest = regexp.MustCompile(`\bTest[A-Z]\w+`)

// TestGuidePages checks the blocks of the guides. TestGuides in hack/e2e runs
// them.
func TestGuidePages(t *testing.T) {
	pages, err := guide.Pages(".")
	if err != nil {
		t.Fatal(err)
	}
	tests := endToEnd(t)
	for _, page := range pages {
		blocks, mistakes := guide.Parse(page, []byte(read(t, page)))
		for _, err := range mistakes {
			t.Error(err)
		}
		for _, b := range blocks {
			for _, name := range namedTest.FindAllString(b.NotRun, -1) {
				if !tests[name] {
					t.Errorf("%s:%d: there is no %s in hack/e2e", page, b.Line, name)
				}
			}
		}
		checkDirectories(t, page, blocks)
	}
}

// checkDirectories looks for blocks that no page says where to run.
func checkDirectories(t *testing.T, page string, blocks []guide.Block) {
	t.Helper()
	in := ""
	for _, b := range blocks {
		if b.In != "" {
			in = b.In
		}
		if b.Runs() && in == "" {
			t.Errorf("%s:%d: say where the block runs: <!-- in examples/hello -->, <!-- in an empty directory -->, or <!-- not run: REASON -->", page, b.Line)
		}
	}
}
