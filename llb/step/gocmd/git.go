package gocmd

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gohull/gohull/llb/step"
)

// withGit returns a step in which the go command finds a git that knows a
// checkout, and nothing else.
func (s Step) withGit(c step.Checkout) (Step, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return s, err
	}
	s.Env = append(slices.Clone(s.Env), step.CheckoutVariable+"="+string(data))
	s.gitDir = filepath.Join(s.Temp, "git")
	if err := os.MkdirAll(s.gitDir, 0o755); err != nil {
		return s, err
	}
	if err := os.Symlink(s.Self, filepath.Join(s.gitDir, "git")); err != nil && !errors.Is(err, fs.ErrExist) {
		return s, err
	}
	return s, nil
}
