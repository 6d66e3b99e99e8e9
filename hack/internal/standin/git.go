package standin

import (
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/hack/internal/layer"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// gitLayer has this machine's git and ssh, and the libraries that they load,
// to be put on top of Debian's C library.
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
	if err := m.libraries(w, filepath.Join(core, "git"), ssh, https); err != nil {
		return nil, err
	}
	return w.Close()
}

// below is a path of this machine as a name in a layer.
func below(file string) string { return strings.TrimPrefix(file, "/") }

// libraries adds what programs load, but for what Debian's C library brings:
// its parts have to be of one release.
func (m maker) libraries(w *layer.Writer, programs ...string) error {
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
		if _, err := os.Stat(filepath.Join(m.Debian, file)); err != nil {
			w.Copy(below(file), file)
		}
	}
	return nil
}
