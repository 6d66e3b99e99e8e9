package e2e

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/bench/result"
)

// TestBench measures a small program with every peer, once, and looks at what
// must be so however long it took: an edited README reruns a Dockerfile's
// compile and not gohull's, and an edited program is pushed by all.
func TestBench(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"go.mod":    goMod("example.com/small"),
		"main.go":   "package main\n\nfunc main() { println(\"small\") }\n",
		"README.md": "# small\n",
	})
	file := filepath.Join(t.TempDir(), "results.json")
	cmd := exec.CommandContext(t.Context(), "../bench", "-n=1", "-case=readme,main", "-o="+file, dir, ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	run, err := result.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	readme, main := run.Inputs[0].Cases[0], run.Inputs[0].Cases[1]
	if ran := sample(t, readme, "gohull").Ran; !slices.Equal(ran, []string{"find packages", "pick the source of small"}) {
		t.Errorf("README edited: gohull ran %q", ran)
	}
	for _, name := range []string{"dockerfile", "layered"} {
		if ran := sample(t, readme, name).Ran; !strings.Contains(strings.Join(ran, "\n"), "go build -trimpath") {
			t.Errorf("README edited: %s ran %q, want its go build among it", name, ran)
		}
	}
	for _, p := range run.Peers {
		s := sample(t, main, p.Name)
		// Other tests push to the same registry, so what go pushed is not known.
		if made := p.Name != "go"; s.Seconds <= 0 || s.Disk == 0 || (s.Image > 0) != made || made && s.Pushed <= s.Image/2 {
			t.Errorf("one line in main: %s has %+v", p.Name, s)
		}
	}
}

func sample(t *testing.T, c *result.Case, peer string) result.Sample {
	t.Helper()
	m, ok := c.Of(peer)
	if !ok {
		t.Fatalf("%s: no sample of %s", c.Title, peer)
	}
	return m.Samples[0]
}
