package alpine

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/golden"
	"golang.org/x/tools/txtar"
)

// TestScripts reads scripts as packages have them. What is wanted are the commands
// that are done, or the line that is in the way.
func TestScripts(t *testing.T) {
	golden.Run(t, "testdata/scripts/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		for _, f := range ar.Files {
			name, ok := strings.CutPrefix(f.Name, "script")
			if !ok {
				continue
			}
			calls, err := parseScript(string(f.Data))
			var b strings.Builder
			for _, c := range calls {
				fmt.Fprintf(&b, "%d %s %q\n", c.line, c.name, c.args)
			}
			if err != nil {
				b.WriteString("error: " + err.Error() + "\n")
			}
			golden.Set(t, ar, "want"+name, b.String())
		}
	})
}
