package cluster

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// MakeGroup makes the control group of the pods, in each hierarchy that the machine
// has.
func (c Cluster) MakeGroup() error {
	dirs, err := c.groups()
	for _, dir := range dirs {
		err = errors.Join(err, os.MkdirAll(dir, 0o755))
	}
	return err
}

// RemoveGroup removes the control group of the pods and those in it.
func (c Cluster) RemoveGroup() error {
	dirs, err := c.groups()
	for _, dir := range dirs {
		err = errors.Join(err, removeGroup(dir))
	}
	return err
}

// groups are the directories of the control group.
func (c Cluster) groups() ([]string, error) {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	var dirs []string
	for line := range strings.Lines(string(table)) {
		mount, kind, _ := strings.Cut(line, " - ")
		if fields := strings.Fields(mount); len(fields) > 4 && strings.HasPrefix(kind, "cgroup") {
			dirs = append(dirs, filepath.Join(fields[4], c.Group))
		}
	}
	return dirs, nil
}

// removeGroup removes a control group. Its files go with it.
func removeGroup(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if e.IsDir() {
			err = errors.Join(err, removeGroup(filepath.Join(dir, e.Name())))
		}
	}
	return errors.Join(err, os.Remove(dir))
}
