package step

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Failure is what a failed step tells the frontend.
type Failure struct {
	Command string  `json:"command"` // what failed: "compile ./cmd/api"
	Total   int     `json:"total"`   // errors there were, also those beyond Errors
	Errors  []Error `json:"errors"`
	// Files holds the text of every file that an Error points at, by name.
	Files map[string][]byte `json:"files,omitempty"`
}

// Leave writes f to a directory, for the frontend to find. A directory that is not
// there is one that nobody reads.
func (f Failure) Leave(dir string) error {
	data, err := json.Marshal(f)
	if err != nil {
		return err
	}
	err = os.WriteFile(filepath.Join(dir, ReportFile), data, 0o644)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Error is one error that the go command printed.
type Error struct {
	// File is relative to the context, absolute for a file outside of it (of
	// GOROOT, of a dependency), and empty when the error names none.
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Col     int    `json:"col,omitempty"` // counts bytes, as the go command does
	Message string `json:"message"`
	// Missing are files of the context whose absence this may be, as names or
	// patterns of path.Match. The frontend knows whether the user has them.
	Missing []string `json:"missing,omitempty"`
}
