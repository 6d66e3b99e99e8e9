package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/step"
)

// TestFailure: what fails in a step, and what panics in it, is in its log and
// in the report that the frontend reads.
func TestFailure(t *testing.T) {
	for want, run := range map[string]func() (int, error){
		"no space left": func() (int, error) { return 0, errors.New("no space left") },
		"gohull failed: boom; this is a bug of gohull, please report it": func() (int, error) { panic("boom") },
	} {
		dir, log := t.TempDir(), &bytes.Buffer{}
		if code := answer("scan", dir, log, run); code != 1 {
			t.Errorf("exit code %d", code)
		}
		data, err := os.ReadFile(filepath.Join(dir, step.ReportFile))
		if err != nil {
			t.Fatal(err)
		}
		var f step.Failure
		if err := json.Unmarshal(data, &f); err != nil {
			t.Fatal(err)
		}
		if f.Command != "scan" || len(f.Errors) != 1 || !strings.HasPrefix(f.Errors[0].Message, want) {
			t.Errorf("the report is %+v, want %q", f, want)
		}
		if !strings.HasPrefix(log.String(), "gohull: "+want) {
			t.Errorf("the log is %q, want %q", log, want)
		}
	}
}
