package rules

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestStandard compares the list with the toolchain that runs the test.
func TestStandard(t *testing.T) {
	goroot, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output() // -trimpath hides runtime.GOROOT
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Join(strings.TrimSpace(string(goroot)), "src"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() || slices.Contains([]string{"builtin", "cmd", "testdata"}, name) {
			continue // nothing there can be imported
		}
		if !isStandard(name) {
			t.Errorf("the standard library of %s has packages below %s", runtime.Version(), name)
		}
	}
}
