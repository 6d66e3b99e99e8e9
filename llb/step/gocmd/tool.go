package gocmd

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// AddTool puts a program among Go's own tools, so that the go command does not build it
// whenever it runs it. If Go has the tool, nothing changes.
func AddTool(s Step, file string) error {
	out, code, err := Capture(s, []string{"env", "GOTOOLDIR"})
	if code != 0 || err != nil {
		return err // The next go command fails in the same way, and is reported.
	}
	err = os.Symlink(file, filepath.Join(strings.TrimSpace(string(out)), filepath.Base(file)))
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
