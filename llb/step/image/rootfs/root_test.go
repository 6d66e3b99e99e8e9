package rootfs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/image/inodes"
	"github.com/google/go-cmp/cmp"
)

// TestRoot compares what step.Root says with what is written: the planner
// decides by it where files go.
func TestRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a directory to another user")
	}
	out := filepath.Join(t.TempDir(), "out")
	if err := Write(out, realGoroot(t), step.Rootfs{}); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(out)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	all, err := inodes.Look(root.FS(), step.Look{Paths: []string{step.Below}})
	if err != nil {
		t.Fatal(err)
	}
	var got []step.Inode
	for _, inode := range all {
		zone := strings.HasPrefix(inode.Path, "usr/share/zoneinfo/") && inode.Kind != step.KindDir
		if inode.Path != "." && !zone {
			got = append(got, inode)
		}
	}
	if diff := cmp.Diff(step.Root(), got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// realGoroot returns where this machine's Go is.
func realGoroot(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
