package gocmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// home returns the user's directory: the image's own, unless there is none or git is
// given something. Git looks for it there, and unlike the go command in no
// other place for a netrc. What the image's own directory has for git still
// holds. Only links to secrets are made: what is written may reach a disk.
func (s Step) home(own string) (string, error) {
	home := filepath.Join(s.Temp, "home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return "", err
	}
	if own != "" && !exists(s.Netrc) && !exists(s.Git.Settings) && !exists(s.Git.Credentials) {
		return own, nil
	}
	err := os.Symlink(s.Netrc, filepath.Join(home, ".netrc"))
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return home, os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(s.gitSettings(own)), 0o600)
}

// gitSettings returns the settings of git: those of the image, and then those of
// the secret. Git passes over files that are not there.
func (s Step) gitSettings(own string) string {
	var b strings.Builder
	if own != "" {
		fmt.Fprintf(&b, "[include]\n\tpath = %q\n", filepath.Join(own, ".gitconfig"))
	}
	fmt.Fprintf(&b, "[include]\n\tpath = %q\n", s.Git.Settings)
	if exists(s.Git.Credentials) {
		fmt.Fprintf(&b, "[credential]\n\thelper = %q\n", "store --file="+s.Git.Credentials)
	}
	return b.String()
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
