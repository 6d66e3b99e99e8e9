package gocmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/step"
)

// TestTwice has two commands of one step read the same module tree.
func TestTwice(t *testing.T) {
	tree := filepath.Join(t.TempDir(), "pkg")
	for name, text := range map[string]string{step.ModulesID: strings.Repeat("0", 32), step.ModulesDir + "/x": ""} {
		name = filepath.Join(tree, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := Step{Tree: tree, Temp: t.TempDir(), Env: os.Environ()}
	for range 2 {
		env, err := s.environment()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(lookup(env, "GOMODCACHE"), "x")); err != nil {
			t.Error(err)
		}
	}
}
