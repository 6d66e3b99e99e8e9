package e2e

import (
	"archive/tar"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// baseFile is a file of a base that a test makes.
type baseFile struct {
	tar.Header
	data string
}

// usersBase has its passwd where a link leads, and files that not everybody may
// read.
var usersBase = []baseFile{
	{tar.Header{Typeflag: tar.TypeDir, Name: "etc", Mode: 0o755}, ""},
	{tar.Header{Typeflag: tar.TypeDir, Name: "lib/accounts", Mode: 0o711, Gid: 9}, ""},
	{tar.Header{Typeflag: tar.TypeSymlink, Name: "etc/passwd", Linkname: "../lib/accounts/passwd"}, ""},
	{tar.Header{Name: "lib/accounts/passwd", Mode: 0o664, Gid: 9}, "root:x:0:0:root:/:/sbin/nologin\nweb:x:33:33::/srv:/sbin/nologin"},
	{tar.Header{Name: "etc/group", Mode: 0o644}, "root:x:0:\ntty:x:5:root\nweb:x:33:\n"},
	{tar.Header{Name: "etc/shadow", Mode: 0o640, Gid: 42}, "root:*:19000:0:99999:7:::\n"},
	{tar.Header{Name: "etc/gshadow", Mode: 0o640, Gid: 42}, "root:*::\ntty:*::root\n"},
}

// pushUsersBase pushes it, and returns its name.
func pushUsersBase(t *testing.T) string {
	t.Helper()
	data := archiveOf(t, usersBase)
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil })
	if err != nil {
		t.Fatal(err)
	}
	im, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		t.Fatal(err)
	}
	if im, err = mutate.ConfigFile(im, platformConfig(t, im)); err != nil {
		t.Fatal(err)
	}
	to, err := name.ParseReference(ref(t) + "-base")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(to, im, remote.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
	return to.String()
}

// archiveOf returns files as an archive.
func archiveOf(t *testing.T, files []baseFile) []byte {
	t.Helper()
	var data bytes.Buffer
	w := tar.NewWriter(&data)
	for _, f := range files {
		f.Size = int64(len(f.data))
		if err := w.WriteHeader(&f.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

func platformConfig(t *testing.T, im v1.Image) *v1.ConfigFile {
	t.Helper()
	c, err := im.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	c = c.DeepCopy()
	c.OS, c.Architecture = "linux", "amd64"
	return c
}

const usersProgram = `package main

import (
	"fmt"
	"os"
	"os/user"
	"slices"
)

func main() {
	u, err := user.Current()
	fmt.Println(u.Username, u.Uid, u.Gid, u.HomeDir, err)
	groups, err := os.Getgroups()
	slices.Sort(groups)
	fmt.Println(groups, err)
	fmt.Println(os.WriteFile(u.HomeDir+"/file", nil, 0o600), os.WriteFile("/data/file", nil, 0o600))
}
`

// usersFiles are what lies over the base.
const usersFiles = `drwxr-xr-x 1000:1000 data
drwxr-xr-x 1000:1000 data/git
drwxr-xr-x 0:0 etc
-rw-r--r-- 0:0 etc/group
-rw-r----- 0:42 etc/gshadow
-rw-r----- 0:42 etc/shadow
drwxr-xr-x 0:0 home
drwxr-xr-x 1001:998 home/ci
drwxr-xr-x 0:0 lib
drwx--x--x 0:9 lib/accounts
-rw-rw-r-- 0:9 lib/accounts/passwd
drwxr-xr-x 0:0 srv
drwxrwx--- 1001:1000 srv/x
drwxr-xr-x 0:0 usr
drwxr-xr-x 0:0 usr/local
drwxr-xr-x 0:0 usr/local/bin
-rwxr-xr-x 0:0 usr/local/bin/app
`

var usersData = map[string]string{
	"lib/accounts/passwd": "root:x:0:0:root:/:/sbin/nologin\nweb:x:33:33::/srv:/sbin/nologin\ngit:x:1000:1000::/data/git:/bin/sh\nci:x:1001:998::/home/ci:/sbin/nologin\n",
	"etc/group":           "root:x:0:\ntty:x:5:root,git\nweb:x:33:\ndocker:x:998:git\ngit:x:1000:web\n",
	"etc/shadow":          "root:*:19000:0:99999:7:::\ngit:*:::::::\nci:*:::::::\n",
	"etc/gshadow":         "root:*::\ntty:*::root,git\ndocker:!::git\ngit:!::web\n",
}

// usersBuild adds users to usersBase. Its image is the same on all daemons.
func usersBuild(t *testing.T) buildx.Build {
	project := map[string]string{
		"Dockerfile": "base: " + pushUsersBase(t) + `
run:
  user: git
  volumes: [/data]
  groups: [{name: docker, gid: 998}]
  users:
    - {name: git, uid: 1000, groups: [tty, docker], home: /data/git, shell: /bin/sh}
    - {name: ci, uid: 1001, group: docker}
    - {name: web, uid: 33, groups: [git]}
  files:
    - {to: /srv/x, owner: "ci:git", mode: "0770"}
`,
		"go.mod":  goMod("example.com/app"),
		"main.go": usersProgram,
	}
	return plain(t, write(t, project), "--provenance=false", "--output=type=image,name="+ref(t)+",push=true,oci-mediatypes=true")
}

// TestUsers adds users to a base, and runs as one of them.
func TestUsers(t *testing.T) {
	t.Parallel()
	succeed(t, usersBuild(t))
	im := pull(t, ref(t))
	all := above(t, im, 1)
	if got := listing(all); got != usersFiles {
		t.Errorf("files\n%s\nwant\n%s", got, usersFiles)
	}
	for name, want := range usersData {
		if got := string(all[name].Data); got != want {
			t.Errorf("%s\n%s\nwant\n%s", name, got, want)
		}
	}
	if got := config(t, im).User; got != "1000" {
		t.Errorf("the config has the user %s, want 1000", got)
	}
	const want = "git 1000 1000 /data/git <nil>\n[5 998 1000] <nil>\n<nil> <nil>\n"
	if exit, got := output(t, im); exit != 0 || strings.ReplaceAll(got, "[5 998]", "[5 998 1000]") != want {
		t.Errorf("exit code %d, printed\n%s\nwant\n%s", exit, got, want)
	}
}

// sameUsers builds it on two daemons.
func sameUsers(t *testing.T, builder string) {
	agree(t, usersBuild(t), builder)
}

// TestUsersEverywhere adds a user to each kind of base. Another edit of the
// project runs none of those steps again.
func TestUsersEverywhere(t *testing.T) {
	t.Parallel()
	project := map[string]string{
		"Dockerfile": `run:
  user: git:git
  volumes: [/data]
  users: [{name: git, uid: 1000}, {name: nonroot, uid: 65532}]
images:
  alpine: {base: alpine}
  distroless: {base: distroless}
  scratch: {}
`,
		"go.mod":  goMod("example.com/app"),
		"main.go": usersProgram,
	}
	for _, name := range []string{"alpine", "distroless", "scratch"} {
		b := gohull(t, write(t, project), "--target="+name, "--platform=linux/amd64,linux/arm64")
		b.Push = ref(t) + "-" + name
		succeed(t, b)
		im := pull(t, b.Push)
		if got := config(t, im).User; got != "1000:1000" {
			t.Errorf("%s: the config has the user %s", name, got)
		}
		const want = "git 1000 1000 /home/git <nil>\n[] <nil>\n<nil> <nil>\n"
		if exit, got := output(t, im); exit != 0 || strings.ReplaceAll(got, "[1000]", "[]") != want {
			t.Errorf("%s: exit code %d, printed\n%s\nwant\n%s", name, exit, got, want)
		}
		project["main.go"] += "\n// edited for " + name + "\n"
		b = gohull(t, write(t, project), "--target="+name, "--platform=linux/amd64,linux/arm64")
		again := succeed(t, b)
		steps := []string{"make /data, /home/git"}
		if name == "alpine" {
			steps = []string{"add the users git, nonroot", "make /data, /home/git, /home/nonroot"}
		}
		for _, step := range steps {
			if v, ok := again.Vertex(step); !ok || v.Ran() {
				t.Errorf("%s: an edit of the program had the step %s %+v, want it CACHED", name, step, v)
			}
		}
	}
}
