package inodes

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gohull/gohull/llb/step"
	"github.com/google/go-cmp/cmp"
)

// base makes a root file system: directories end in a slash, links have an
// arrow.
func base(t *testing.T, names ...string) *os.Root {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		name, target, isLink := strings.Cut(name, " -> ")
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		switch {
		case isLink:
			err = os.Symlink(target, at)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(at, 0o755)
		default:
			err = os.WriteFile(at, []byte("root:x:0:0::/:\n#no:x:1:1\nbad:x:y:1\n+\napp:x:1000:1001::/:\n"), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

func paths(inodes []step.Inode) string {
	var all []string
	for _, i := range inodes {
		name := i.Path
		switch i.Kind {
		case step.KindDir:
			name += "/"
		case step.KindLink:
			name += "->" + i.Target
		}
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

func TestLook(t *testing.T) {
	root := base(t, "bin -> usr/bin", "usr/bin/sh", "usr/lib/x", "etc/a/b", "etc/loop -> loop", "etc/abs -> /usr/lib", "etc/up -> ../../../var", "var/log/", "run/", "etc/gone -> /not/there")
	for _, c := range []struct{ path, want string }{
		{"/bin/x.sh", "bin->usr/bin usr/ usr/bin/"},
		{"/bin/sh", "bin->usr/bin usr/ usr/bin/ usr/bin/sh"},
		{"/bin/...", "bin->usr/bin usr/ usr/bin/ usr/bin/sh"},
		{"/new/x", ""},
		{"/etc/up/x", "etc/ etc/up->../../../var var/"},
		{"/etc/loop/x", "etc/ etc/loop->loop"},
		{"/etc/...", "etc/ etc/a/ etc/a/b etc/abs->/usr/lib etc/gone->/not/there etc/loop->loop etc/up->../../../var usr/ usr/lib/ usr/lib/x var/ var/log/"},
	} {
		got, err := Look(root.FS(), step.Look{Paths: []string{c.path}})
		if err != nil {
			t.Fatal(err)
		}
		if paths(got) != c.want {
			t.Errorf("%s: got  %s\nwant %s", c.path, paths(got), c.want)
		}
	}
}

func TestLookAtAccounts(t *testing.T) {
	root := base(t, "etc/passwd", "etc/other")
	const groups = "root:x:0:root\n#no:x:1:\nbad:x:y:\n+\ntty:x:5:app,git\napp:x:1001:\nold::7\n"
	if err := os.WriteFile(filepath.Join(root.Name(), "etc/group"), []byte(groups), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := Look(root.FS(), step.Look{Paths: []string{"/etc/group", "/etc/other", "/etc/passwd"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []step.AccountLines{
		{}, // etc
		{Groups: []step.Group{{Name: "root", Members: []string{"root"}}, {Name: "tty", GID: 5, Members: []string{"app", "git"}}, {Name: "app", GID: 1001}, {Name: "old", GID: 7}}},
		{}, // etc/other
		{Users: []step.User{{Name: "root", Home: "/"}, {Name: "app", UID: 1000, GID: 1001, Home: "/"}}},
	}
	var have []step.AccountLines
	for _, inode := range got {
		have = append(have, inode.AccountLines)
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestMake makes directories and looks at them: what one writes the other
// reads.
func TestMake(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a directory to another user")
	}
	root := base(t)
	words := []string{"1777:0:0:/tmp", "0755:0:0:/var", "2775:0:8:/var/mail", "0700:1000:1001:/var/mail/a:b", "link:5:6:/var/run", "../run"}
	if err := Make(root.Name(), step.Dirs{Epoch: 7, Inodes: words}); err != nil {
		t.Fatal(err)
	}
	found, err := Look(root.FS(), step.Look{Paths: []string{step.Below}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range found {
		info, err := root.Lstat(i.Path)
		if err != nil || info.ModTime().Unix() != 7 {
			t.Errorf("%s is of %v, %v", i.Path, info.ModTime(), err)
		}
		switch owner := info.Sys().(*syscall.Stat_t); {
		case i.Kind == step.KindLink:
			got = append(got, step.LinkWords("/"+i.Path, i.Target, int(owner.Uid), int(owner.Gid))...)
		case i.Path != ".":
			got = append(got, step.DirWord("/"+i.Path, i.Mode, i.UID, i.GID))
		}
	}
	if diff := cmp.Diff(words, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestWithLines(t *testing.T) {
	for _, c := range []struct{ have, add, want string }{
		{"", "git:x:1:1::/:/bin/sh", "git:x:1:1::/:/bin/sh\n"},
		{"root:x:0:0", "git:x:1:1::/:/bin/sh", "root:x:0:0\ngit:x:1:1::/:/bin/sh\n"},
		{"# users\r\n\nroot:x:0:0\n", "git:*:::::::", "# users\r\n\nroot:x:0:0\ngit:*:::::::\n"},
		{"git:!:1::::::\n", "git:*:::::::", "git:!:1::::::\n"},
		{"tty:x:5:\ngit:x:1:\n", "tty:x:5:git", "tty:x:5:git\ngit:x:1:\n"},
		{"tty:x:5:a,git", "tty:x:5:git,b", "tty:x:5:a,git,b\n"},
		{"tty:x:5\n", "tty:x:5:git", "tty:x:5:git\n"},
		{"ttys:x:4:\n", "tty:x:5:", "ttys:x:4:\ntty:x:5:\n"},
		{"tty:!:root:\n", "tty:!::git", "tty:!:root:git\n"},
	} {
		if got := string(withLines([]byte(c.have), []string{c.add})); got != c.want {
			t.Errorf("%q and %q: got %q, want %q", c.have, c.add, got, c.want)
		}
	}
}

// TestAddAccounts keeps owners and modes.
func TestAddAccounts(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file to another user")
	}
	image := base(t, "etc/passwd", "etc/shadow")
	if err := errors.Join(image.Chown("etc/shadow", 0, 42), image.Chmod("etc/shadow", 0o640)); err != nil {
		t.Fatal(err)
	}
	out := base(t)
	v := step.Accounts{
		Epoch: 7, Dirs: []string{"0755:0:0:/etc"}, Passwd: "/etc/passwd", Group: "/etc/group", Shadow: "/etc/shadow",
		Users: []string{"git:x:7:7::/:/bin/sh"}, Groups: []string{"git:x:7:"},
	}
	if err := AddAccounts(out.Name(), image.FS(), v); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"etc/passwd": "-rw-r--r-- 0:0", "etc/group": "-rw-r--r-- 0:0", "etc/shadow": "-rw-r----- 0:42"} {
		info, err := out.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		st := info.Sys().(*syscall.Stat_t)
		if got := fmt.Sprintf("%v %d:%d", info.Mode(), st.Uid, st.Gid); got != want || info.ModTime().Unix() != 7 {
			t.Errorf("%s: got %s of %v, want %s", name, got, info.ModTime(), want)
		}
	}
}
