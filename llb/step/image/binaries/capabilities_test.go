package binaries

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gohull/gohull/internal/capability"
	"github.com/gohull/gohull/llb/step"
	"golang.org/x/sys/unix"
)

func TestGiveCapabilities(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file capabilities")
	}
	built, out := t.TempDir(), t.TempDir()
	err := errors.Join(
		os.MkdirAll(filepath.Join(built, "opt/bin"), 0o755),
		os.Chown(filepath.Join(built, "opt"), 0, 7), os.Chmod(filepath.Join(built, "opt"), 0o710),
		os.WriteFile(filepath.Join(built, "opt/bin/a"), []byte("a"), 0o755),
		os.WriteFile(filepath.Join(built, "opt/bin/b"), []byte("b"), 0o755),
	)
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(built)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	v := step.Capabilities{Epoch: 7, Names: []string{"NET_BIND_SERVICE"}, Path: "/opt/bin/a"}
	if err := GiveCapabilities(out, root.FS(), v); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"drwx--x--- 0:7 opt ", "drwxr-xr-x 0:0 opt/bin ",
		"-rwxr-xr-x 0:0 opt/bin/a 0100000200040000000000000000000000000000", "-rwxr-xr-x 0:0 opt/bin/b ",
	} {
		name := strings.Fields(want)[2]
		info, err := os.Lstat(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		var value [64]byte
		n, _ := unix.Lgetxattr(filepath.Join(out, name), capability.Attribute, value[:])
		st := info.Sys().(*syscall.Stat_t)
		if got := fmt.Sprintf("%s %d:%d %s %s", info.Mode(), st.Uid, st.Gid, name, hex.EncodeToString(value[:max(n, 0)])); got != want || info.ModTime().Unix() != 7 {
			t.Errorf("got  %s of %v\nwant %s", got, info.ModTime(), want)
		}
	}
	v.Path = "/opt/bin/c"
	if err := GiveCapabilities(t.TempDir(), root.FS(), v); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is missing: %v", err)
	}
}
