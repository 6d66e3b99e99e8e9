package standin

import (
	"compress/gzip"
	"fmt"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/hack/internal/layer"
	"github.com/gohull/gohull/hack/internal/store"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// golangWithGit is a golang image with what its Debian kinds have and the
// alpine one has not: git and ssh.
func (m maker) golangWithGit() ([]store.Platform, error) {
	git, err := m.gitLayer()
	if err != nil {
		return nil, err
	}
	return m.golang(git)
}

// gitLayer has this machine's git and ssh, and the libraries that they load.
func (m maker) gitLayer() (v1.Layer, error) {
	out, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		return nil, fmt.Errorf("git --exec-path: %w", err)
	}
	ssh, err := exec.LookPath("ssh")
	if err != nil {
		return nil, fmt.Errorf("the image with git needs an ssh client, as Debian's openssh-client has it: %w", err)
	}
	core := strings.TrimSpace(string(out)) // where git looks for its other programs
	https := filepath.Join(core, "git-remote-http")
	w, err := layer.Create(m.blobs, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	w.Copy("usr/bin/git", filepath.Join(core, "git"))
	w.Copy("usr/bin/ssh", ssh)
	w.Copy(below(https), https)
	w.Symlink(below(https)+"s", path.Base(https))
	if err := libraries(w, filepath.Join(core, "git"), ssh, https); err != nil {
		return nil, err
	}
	return w.Close()
}

// below is a path of this machine as a name in a layer.
func below(file string) string { return strings.TrimPrefix(file, "/") }

// libraries adds what programs load. Most is put where Debian's loader looks
// too when a layer below has a /lib of its own; the loader has but one place.
func libraries(w *layer.Writer, programs ...string) error {
	out, err := exec.Command("ldd", programs...).Output()
	if err != nil {
		return fmt.Errorf("ldd: %w", err)
	}
	var all []string
	for word := range strings.FieldsSeq(string(out)) {
		if path.IsAbs(word) && strings.Contains(path.Base(word), ".so.") {
			all = append(all, word)
		}
	}
	slices.Sort(all)
	for _, file := range slices.Compact(all) {
		name := below(file)
		if rest, ok := strings.CutPrefix(name, "lib/"); ok {
			name = "usr/lib/" + rest
		}
		w.Copy(name, file)
	}
	return nil
}
