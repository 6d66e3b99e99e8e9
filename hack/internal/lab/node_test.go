package lab

import (
	"strings"
	"testing"
)

// TestSettings has one table for the worker: the lab's, or a node's own.
func TestSettings(t *testing.T) {
	l := Lab{Dir: t.TempDir()}
	for own, limits := range map[string]int{
		"":                                    1,
		"[log]\n  level = \"debug\"\n":        1,
		"[worker.oci]\n  gc = false\n":        0,
		"[[worker.oci.gcpolicy]]\nall = true": 0,
	} {
		text := l.toml(own)
		if n := strings.Count(text, "minFreeSpace"); n != limits || !strings.Contains(text, own) {
			t.Errorf("own settings %q: %d limits, want %d, and its own in\n%s", own, n, limits, text)
		}
	}
}
