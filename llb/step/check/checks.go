// Package check compares files of a project with what the go command makes of
// them.
//
// A check that passes leaves an empty output. One that fails reports what it
// found at its lines, in the form of what the go command prints.
package check

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// fixing returns the hint for what a target can put right.
func fixing(target string) string {
	return "to have it written: docker buildx build --target " + target + " -o . ."
}

// finding is something wrong at a line of a file.
type finding struct {
	file    string // in the context; empty for none
	line    int    // from 1
	message string
}

func (f finding) String() string {
	if f.file == "" {
		return "go: " + f.message
	}
	if path.Ext(f.file) == "" { // which nobody would take for a place
		return "go: " + f.file + ": " + f.message
	}
	return fmt.Sprintf("%s:%d: %s", f.file, f.line, f.message)
}

// report tells what was found, with a hint in the first of its lines, and
// gives the exit code of the step.
func report(s gocmd.Step, command string, found []finding, hint string) (code int, err error) {
	if len(found) == 0 {
		return 0, nil
	}
	text := described(found, hint)
	if _, err := io.WriteString(s.Stderr, text); err != nil {
		return 0, err
	}
	return 1, gocmd.Report(s, command, text)
}

// described returns what was found, with a hint in its first line.
func described(found []finding, hint string) string {
	var text strings.Builder
	for i, f := range found {
		if i == 0 {
			first, more, _ := strings.Cut(f.message, "\n")
			f.message = strings.TrimSuffix(first+"; "+hint+"\n"+more, "\n")
		}
		fmt.Fprintln(&text, f)
	}
	return text.String()
}

// read returns the text of a file, nil when there is none.
func read(dir, name string) ([]byte, error) {
	data, err := regular.ReadFile(filepath.Join(dir, name), regular.Text)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// write makes a file and the directories above it; without a text there is none.
func write(dir, name string, data []byte) error {
	full := filepath.Join(dir, name)
	if data == nil {
		err := os.Remove(full)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	return os.WriteFile(full, data, 0o644)
}
