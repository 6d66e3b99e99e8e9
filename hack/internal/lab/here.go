package lab

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Here is the lab of the checkout that GOHULL_REPO names, in the directory that
// GOHULL_LAB_DIR names. The scripts in hack/ set the first.
func Here(log io.Writer) (Lab, error) {
	repo := os.Getenv("GOHULL_REPO")
	if repo == "" {
		return Lab{}, errors.New("GOHULL_REPO is not set; start this through the scripts in hack/")
	}
	dir := os.Getenv("GOHULL_LAB_DIR")
	if dir == "" {
		dir = filepath.Join(repo, ".lab")
	}
	dir, err := filepath.Abs(dir)
	return Lab{Repo: repo, Dir: dir, Log: log}, err
}
