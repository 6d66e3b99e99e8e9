package alpine

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/gohull/gohull/internal/apkrepo"
	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step/image/packages"
	"github.com/google/go-cmp/cmp"
)

// Files of the image alpine, shortened.
const (
	installedText = `C:Q1dQtP3/lFB5RGhUW1t6L3J5YhzTE=
P:alpine-baselayout-data
V:3.7.0-r0
A:x86_64
S:11645
I:77824
T:Alpine base dir structure and init scripts
U:https://git.alpinelinux.org/cgit/aports/tree/main/alpine-baselayout
L:GPL-2.0-only
o:alpine-baselayout
m:Natanael Copa <ncopa@alpinelinux.org>
t:1747300000
c:0123456789012345678901234567890123456789
r:alpine-baselayout
F:etc
R:group
Z:Q12Otk4M39fP2Zjkobu0nC9FvlRI0=
R:passwd
Z:Q1r+bLonZkAyBix/HLgSeDsez22Zs=
R:shadow
a:0:42:640
Z:Q1miRFe6MuYCWAiVxqiFzhddegBq4=

C:Q1Fq0DZFbQkCEpXYpa8tTAGLsGFGY=
P:busybox
V:1.37.0-r12
A:x86_64
S:509600
I:962560
T:Size optimized toolbox of many common UNIX utilities
U:https://busybox.net/
L:GPL-2.0-only
o:busybox
m:Sören Tempel <soeren+alpine@soeren-tempel.net>
t:1747300001
c:0123456789012345678901234567890123456789
D:so:libc.musl-x86_64.so.1
p:cmd:busybox=1.37.0-r12
F:bin
R:busybox
a:0:0:755
Z:Q1yUGEtUJ1MiIWEDBwPPjrmbFDzCQ=
F:etc
F:etc/busybox-paths.d
R:busybox
Z:Q1YV5cnFDpIqUZyOYA6JSIXF4SjWQ=

`
	passwdText = `root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/:/sbin/nologin
`
	groupText = `root:x:0:root
users:x:100:games
nogroup:x:65533:
nobody:x:65534:
`
	shadowText = "root:*::0:::::\nnobody:!::0:::::\n"
)

// newBase writes the base, as it is on a disk.
func newBase(t *testing.T) *os.Root {
	t.Helper()
	root := openRoot(t)
	files := map[string]string{
		"lib/apk/db/installed":        installedText,
		"lib/apk/db/triggers":         "Q1Fq0DZFbQkCEpXYpa8tTAGLsGFGY= /bin /usr/bin /sbin /usr/sbin /lib/modules/*\n",
		"lib/apk/db/scripts.tar":      scriptsTar(t, "busybox-1.37.0-r12.Q1Fq0DZFbQkCEpXYpa8tTAGLsGFGY=.trigger", busyboxTrigger),
		"etc/apk/world":               "alpine-baselayout\nbusybox\n",
		"etc/apk/repositories":        "https://example.com/main\n@edge https://example.com/edge\n",
		"etc/passwd":                  passwdText,
		"etc/group":                   groupText,
		"etc/shadow":                  shadowText,
		"etc/shells":                  "/bin/sh\n",
		"etc/busybox-paths.d/busybox": "bin/ls\nbin/sh\nusr/bin/less\n",
		"bin/busybox":                 "busybox",
		"etc/left.conf":               "changed in a Dockerfile\n",
	}
	for name, data := range files {
		if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := root.WriteFile(name, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{root.Chmod("etc/shadow", 0o640), root.Symlink("/bin/busybox", "bin/sh"), root.MkdirAll("usr/bin", 0o755)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func openRoot(t *testing.T) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

func scriptsTar(t *testing.T, name, script string) string {
	t.Helper()
	data, err := archiveOf([]scriptFile{{name: name, data: []byte(script)}}, false)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// busyboxTrigger is as the package busybox has it.
const busyboxTrigger = `#!/bin/sh

do_bb_install=

for i in "$@"; do
	case "$i" in
		/lib/modules/*)
			if [ -d "$i" ]; then
				/bin/busybox depmod ${i#/lib/modules/}
			fi
			;;
		*) do_bb_install=yes;;
	esac
done

if [ -n "$do_bb_install" ]; then
	[ -e /bin/bbsuid ] && /bin/bbsuid --install
	[ -e /bin/busybox-extras ] && /bin/busybox-extras --install -s
	/bin/busybox --install -s
fi
`

// add installs packages into a layer over a base.
func add(t *testing.T, base fs.FS, all ...apkrepo.Package) (*os.Root, error) {
	t.Helper()
	out := openRoot(t)
	return out, install(t, packages.NewLayer(base, out), all...)
}

func install(t *testing.T, layer *packages.Layer, all ...apkrepo.Package) error {
	t.Helper()
	key := newKey(t, "a.rsa.pub")
	data := map[string][]byte{}
	var list []packages.Package
	for _, p := range all {
		if p.Arch == "" {
			p.Arch = "x86_64"
		}
		a := key.Build(p)
		data[p.Name] = a.Data
		list = append(list, locked(t, a))
	}
	open := func(p packages.Package) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data[p.Name])), nil
	}
	return New().Install(context.Background(), layer, list, open)
}

// tree returns a line for each file of a layer.
func tree(t *testing.T, root *os.Root) string {
	t.Helper()
	var b strings.Builder
	err := fs.WalkDir(root.FS(), ".", func(name string, _ fs.DirEntry, err error) error {
		info, errStat := root.Lstat(name)
		if err != nil || errStat != nil || name == "." {
			return err
		}
		st := info.Sys().(*syscall.Stat_t)
		fmt.Fprintf(&b, "%v %d:%d %s", info.Mode(), st.Uid, st.Gid, name)
		if target, err := root.Readlink(name); err == nil {
			b.WriteString(" -> " + target)
		}
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func contains(t *testing.T, root *os.Root, name, want string) {
	t.Helper()
	data, err := root.ReadFile(name)
	if err != nil {
		t.Error(err)
		return
	}
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Errorf("%s: -want +got\n%s", name, diff)
	}
}

func needRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file to another user")
	}
}

func TestInstall(t *testing.T) {
	needRoot(t)
	git := apkrepo.Package{
		Name: "git", Version: "2.49.1-r0", Description: "Distributed version control system", Depends: []string{"zlib", "/bin/sh"}, Provides: []string{"cmd:git=2.49.1-r0"},
		Scripts: map[string]string{
			"pre-install": `#!/bin/sh

addgroup -S git 2>/dev/null
adduser -S -D -H -h /var/lib/git -s /sbin/nologin -G git -g git git 2>/dev/null

exit 0
`,
			"post-install": `#!/bin/sh
cat <<EOF
* Welcome
EOF
add-shell '/usr/bin/git-shell'
`,
		},
		Files: []apkrepo.File{
			{Name: "usr/bin/git", Mode: 0o755, Content: "git"},
			{Name: "usr/bin/git-upload-pack", Mode: 0o755, Hard: "usr/bin/git"},
			{Name: "usr/bin/ping", Mode: 0o4755, Content: "ping", Xattrs: map[string]string{"security.capability": "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"}},
			{Name: "usr/lib/libx.so", Link: "libx.so.1"},
			{Name: "usr/lib/libx.so.1", Content: "x"},
			{Header: &tar.Header{Typeflag: tar.TypeDir, Name: "var/lib/git/", Mode: 0o2750, Uid: 55, Gid: 55, Uname: "git", Gname: "git"}},
			{Name: "etc/gitconfig", Content: "new\n"},
			{Name: "etc/left.conf", Content: "of the package\n"},
		},
	}
	zlib := apkrepo.Package{Name: "zlib", Version: "1.3.1-r2", Files: []apkrepo.File{{Name: "lib/libz.so.1", Content: "z"}}}
	out, err := add(t, newBase(t).FS(), zlib, git)
	if err != nil {
		t.Fatal(err)
	}
	want := `drwxr-xr-x 0:0 bin
Lrwxrwxrwx 0:0 bin/ls -> /bin/busybox
drwxr-xr-x 0:0 etc
drwxr-xr-x 0:0 etc/apk
-rw-r--r-- 0:0 etc/apk/world
-rw-r--r-- 0:0 etc/gitconfig
-rw-r--r-- 0:0 etc/group
-rw-r--r-- 0:0 etc/left.conf.apk-new
-rw-r--r-- 0:0 etc/passwd
-rw-r----- 0:0 etc/shadow
-rw-r--r-- 0:0 etc/shells
drwxr-xr-x 0:0 lib
drwxr-xr-x 0:0 lib/apk
drwxr-xr-x 0:0 lib/apk/db
-rw-r--r-- 0:0 lib/apk/db/installed
-rw-r--r-- 0:0 lib/apk/db/scripts.tar
-rw-r--r-- 0:0 lib/libz.so.1
drwxr-xr-x 0:0 usr
drwxr-xr-x 0:0 usr/bin
-rwxr-xr-x 0:0 usr/bin/git
-rwxr-xr-x 0:0 usr/bin/git-upload-pack
Lrwxrwxrwx 0:0 usr/bin/less -> /bin/busybox
urwxr-xr-x 0:0 usr/bin/ping
drwxr-xr-x 0:0 usr/lib
Lrwxrwxrwx 0:0 usr/lib/libx.so -> libx.so.1
-rw-r--r-- 0:0 usr/lib/libx.so.1
drwxr-xr-x 0:0 var
drwxr-xr-x 0:0 var/lib
dgrwxr-x--- 100:101 var/lib/git
`
	if diff := cmp.Diff(want, tree(t, out)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	contains(t, out, "etc/passwd", passwdText+"git:x:100:101:git:/var/lib/git:/sbin/nologin\n")
	contains(t, out, "etc/group", groupText+"git:x:101:git\n")
	contains(t, out, "etc/shadow", shadowText+"git:!::0:99999:7:::\n")
	contains(t, out, "etc/shells", "/bin/sh\n/usr/bin/git-shell\n")
	contains(t, out, "etc/apk/world", "alpine-baselayout\nbusybox\ngit\n")
	data, err := out.ReadFile("lib/apk/db/installed")
	if err != nil {
		t.Fatal(err)
	}
	// Signatures, and so the sizes of archives, differ.
	golden.File(t, "testdata/installed", regexp.MustCompile(`(?m)^S:\d+$`).ReplaceAllString(string(data), "S:1234"))
	scripts, err := out.Open("lib/apk/db/scripts.tar")
	if err != nil {
		t.Fatal(err)
	}
	defer scripts.Close()
	all, err := readScriptFiles(scripts)
	var names []string
	for _, s := range all {
		names = append(names, s.kind())
	}
	if err != nil || fmt.Sprint(names) != "[trigger pre-install post-install]" {
		t.Errorf("%v, %v", names, err)
	}
}

// TestDatabase: what is read is written again.
func TestDatabase(t *testing.T) {
	db, err := parseDatabase("installed", installedText)
	if err != nil || db.String() != installedText {
		t.Errorf("%v\n%s", err, cmp.Diff(installedText, db.String()))
	}
}

// TestUpgrade replaces busybox, and moves a file from one package to another.
func TestUpgrade(t *testing.T) {
	needRoot(t)
	out, err := add(t, newBase(t).FS(),
		apkrepo.Package{Name: "busybox", Version: "1.37.0-r13", Files: []apkrepo.File{{Name: "bin/busybox", Mode: 0o755, Content: "new"}},
			Scripts: map[string]string{"post-install": "unknown\n", "post-upgrade": "#!/bin/sh\n/bin/busybox --install -s\n"}},
		apkrepo.Package{Name: "baselayout-new", Version: "1-r0", Replaces: []string{"alpine-baselayout-data"}, Files: []apkrepo.File{{Name: "etc/group", Content: "root:x:0:root\n"}}},
	)
	if err != nil {
		t.Fatal(err)
	}
	contains(t, out, "bin/busybox", "new")
	contains(t, out, "etc/apk/world", "alpine-baselayout\nbaselayout-new\nbusybox\n")
	contains(t, out, "lib/apk/db/triggers", "\n")
	data, err := out.ReadFile("lib/apk/db/installed")
	if err != nil {
		t.Fatal(err)
	}
	db, err := parseDatabase("installed", string(data))
	if err != nil || len(db.stanzas) != 3 || db.named("busybox").version != "1.37.0-r13" || db.owners["etc/group"].name != "baselayout-new" {
		t.Errorf("%v\n%s", err, data)
	}
	if strings.Count(string(data), "R:group\n") != 1 {
		t.Errorf("two packages have /etc/group:\n%s", data)
	}
}

// TestNewRoot installs into an empty root, as for the files of a compiler.
func TestNewRoot(t *testing.T) {
	needRoot(t)
	out, err := add(t, openRoot(t).FS(), apkrepo.Package{Name: "zlib-dev", Version: "1-r0", Files: []apkrepo.File{{Name: "usr/include/zlib.h", Content: "h"}}})
	if err != nil {
		t.Fatal(err)
	}
	contains(t, out, "etc/apk/world", "zlib-dev\n")
	contains(t, out, "usr/include/zlib.h", "h")
}

// TestCertificates makes the bundle with what the base has of its own.
func TestCertificates(t *testing.T) {
	needRoot(t)
	base := newBase(t)
	for name, data := range map[string]string{"usr/local/share/ca-certificates/company.crt": "company", "etc/ssl/certs/ca-certificates.crt": "old"} {
		if err := errors.Join(base.MkdirAll(path.Dir(name), 0o755), base.WriteFile(name, []byte(data), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	out, err := add(t, base.FS(), apkrepo.Package{
		Name: "ca-certificates", Version: "20250619-r0", Triggers: []string{"/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/etc/ssl/certs", "/etc/ca-certificates/update.d"},
		Scripts: map[string]string{"trigger": "#!/bin/sh\n\nexec /usr/sbin/update-ca-certificates --fresh >/dev/null\n"},
		Files: []apkrepo.File{
			{Name: "etc/ca-certificates.conf", Content: "# list\nmozilla/A.crt\n!mozilla/B.crt\nmozilla/C.crt\n"},
			{Name: "usr/share/ca-certificates/mozilla/A.crt", Content: "a\n"},
			{Name: "usr/share/ca-certificates/mozilla/B.crt", Content: "b\n"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	contains(t, out, "etc/ssl/certs/ca-certificates.crt", "company\n"+"a\n")
	if target, err := out.Readlink("etc/ssl/certs/ca-cert-A.pem"); err != nil || target != "/usr/share/ca-certificates/mozilla/A.crt" {
		t.Error(target, err)
	}
}

// TestDrop: an upgrade deletes what the new version does not have, and keeps what
// was changed in /etc or belongs to another package now.
func TestDrop(t *testing.T) {
	needRoot(t)
	base := newBase(t)
	installed := installedText + `C:Q1Fq0DZFbQkCEpXYpa8tTAGLsGFGY=
P:tool
V:1-r0
A:x86_64
F:etc
R:changed.conf
Z:` + sumOf([]byte("package")) + `
R:unchanged.conf
Z:` + sumOf([]byte("package")) + `
F:usr
F:usr/lib
R:stays.so
F:usr/lib/tool
R:old.so
F:usr/share
R:taken

`
	for name, data := range map[string]string{
		"lib/apk/db/installed": installed, "etc/changed.conf": "changed", "etc/unchanged.conf": "package",
		"usr/lib/stays.so": "1", "usr/lib/tool/old.so": "1", "usr/share/taken": "1",
	} {
		if err := errors.Join(base.MkdirAll(path.Dir(name), 0o755), base.WriteFile(name, []byte(data), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := install(t, packages.InPlace(base),
		apkrepo.Package{Name: "tool", Version: "2-r0", Files: []apkrepo.File{{Name: "usr/lib/stays.so", Content: "2"}}},
		apkrepo.Package{Name: "taker", Version: "2-r0", Replaces: []string{"tool"}, Files: []apkrepo.File{{Name: "usr/share/taken", Content: "2"}}},
	); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"etc/unchanged.conf", "usr/lib/tool"} {
		if _, err := base.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is there, %v", name, err)
		}
	}
	contains(t, base, "etc/changed.conf", "changed")
	contains(t, base, "usr/lib/stays.so", "2")
	contains(t, base, "usr/share/taken", "2")
}
