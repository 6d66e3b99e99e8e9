package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/hack/internal/image"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// layoutProject puts files where a Debian has links, and directories that are
// not root's. /var/www belongs to the user that the program runs as.
var layoutProject = map[string]string{
	"Dockerfile": `base: debian:12
run:
  user: www-data
  workdir: /work/
  volumes: [/data/cache, /data, /var/run/app, /tmp]
  files:
    - {from: x.sh, to: /bin/x.sh}
    - {from: x.sh, to: /tmp/k/x}
    - {from: x.sh, to: /var/www/.config/x}
    - {from: x.sh, to: /var/run/}
    - {from: x.sh, to: /var/mail/x}
    - {from: tree, to: /}
    - {from: x.sh, to: /srv/own/x, owner: www-data, mode: "0750"}
    - {from: tree, to: /srv/tree, owner: 7:8, mode: "0640"}
    - {to: /var/cache/app, owner: www-data:4, mode: "2770"}
    - {to: /opt, mode: "1777"}
    - {to: /srv}
    - {link: x.sh, to: /bin/z.sh}
    - {from: "tree/*", to: /srv/all, exclude: ["**/*.bin", "ssl/*", "!ssl/private"]}
    - {from: "?.sh", to: /srv/scripts/}
    - {from: tree, to: /srv/some, exclude: [lib, var, "*/ssl/private/k*"]}
    - {from: kept, to: /srv/kept, mode: keep, owner: www-data}
    - {image: "debian:12", from: /var, to: /srv/other, exclude: [tmp]}
    - {image: "debian:12", from: /bin/s?, to: /opt/tools/}
    - {image: "alpine:3.22", from: /bin/busybox, to: /opt/tools/sh2, mode: "0700", owner: 5}
    - {link: /dev/stdout, to: /var/log/app.log, owner: www-data:4}
    - {link: /bin/busybox, to: /bin/sh}
`,
	"go.mod":                    goMod("example.com/laid"),
	"x.sh":                      "#!/bin/sh\necho hello from a script\n",
	"tree/bin/y":                "",
	"tree/etc/ssl/private/key":  "",
	"tree/var/run/sub/pid":      "",
	"tree/new/file":             "",
	"kept/sub/data":             "",
	"kept/team/run":             "",
	"tree/lib/firmware/a/b.bin": "",
	"main.go": `package main

import (
	"fmt"
	"os"
	"os/exec"
)

func main() {
	out, err := exec.Command("/bin/sh", "/bin/z.sh").CombinedOutput()
	fmt.Print(string(out))
	for _, name := range []string{"here", "/data/a", "/data/cache/a", "/run/app/a", "/tmp/a", "/var/www/.config/a"} {
		if err == nil {
			err = os.WriteFile(name, nil, 0o600)
		}
	}
	fmt.Println(err)
}
`,
}

// layoutFiles are what the layers on top of the base have. Nothing of it is a
// directory where the base has a link.
const layoutFiles = `drwxr-xr-x 33:33 data
drwxr-xr-x 33:33 data/cache
drwxr-xr-x 0:0 etc
drwxr-xr-x 0:0 etc/ssl
drwx--x--- 0:101 etc/ssl/private
-rw-r--r-- 0:0 etc/ssl/private/key
drwxr-xr-x 0:0 new
-rw-r--r-- 0:0 new/file
dtrwxrwxrwx 0:0 opt
drwxr-xr-x 0:0 opt/tools
-rwxr-xr-x 0:0 opt/tools/sh
-rwx------ 5:5 opt/tools/sh2
drwxr-xr-x 0:0 run
drwxr-xr-x 33:33 run/app
drwxr-xr-x 0:0 run/sub
-rw-r--r-- 0:0 run/sub/pid
-rw-r--r-- 0:0 run/x.sh
drwxr-xr-x 0:0 srv
drwxr-xr-x 0:0 srv/all
-rw-r--r-- 0:0 srv/all/file
drwxr-xr-x 0:0 srv/all/firmware
drwxr-xr-x 0:0 srv/all/firmware/a
drwxr-xr-x 0:0 srv/all/run
drwxr-xr-x 0:0 srv/all/run/sub
-rw-r--r-- 0:0 srv/all/run/sub/pid
drwxr-xr-x 0:0 srv/all/ssl
drwxr-xr-x 0:0 srv/all/ssl/private
-rw-r--r-- 0:0 srv/all/ssl/private/key
-rw-r--r-- 0:0 srv/all/y
drwx------ 33:33 srv/kept
drwxrwxr-x 33:33 srv/kept/sub
-rw-rw---- 33:33 srv/kept/sub/data
dgrwxrwxr-x 33:33 srv/kept/team
-rwx--x--- 33:33 srv/kept/team/run
drwxr-xr-x 0:0 srv/other
dgrwxrwxr-x 0:8 srv/other/mail
Lrwxrwxrwx 0:0 srv/other/run -> /run
drwxr-xr-x 33:33 srv/other/www
drwxr-xr-x 0:0 srv/own
-rwxr-x--- 33:33 srv/own/x
drwxr-xr-x 0:0 srv/scripts
-rw-r--r-- 0:0 srv/scripts/x.sh
drwxr-xr-x 0:0 srv/some
drwxr-xr-x 0:0 srv/some/bin
-rw-r--r-- 0:0 srv/some/bin/y
drwxr-xr-x 0:0 srv/some/etc
drwxr-xr-x 0:0 srv/some/etc/ssl
drwxr-xr-x 0:0 srv/some/etc/ssl/private
drwxr-xr-x 0:0 srv/some/new
-rw-r--r-- 0:0 srv/some/new/file
drwxr-x--- 7:8 srv/tree
drwxr-x--- 7:8 srv/tree/bin
-rw-r----- 7:8 srv/tree/bin/y
drwxr-x--- 7:8 srv/tree/etc
drwxr-x--- 7:8 srv/tree/etc/ssl
drwxr-x--- 7:8 srv/tree/etc/ssl/private
-rw-r----- 7:8 srv/tree/etc/ssl/private/key
drwxr-x--- 7:8 srv/tree/lib
drwxr-x--- 7:8 srv/tree/lib/firmware
drwxr-x--- 7:8 srv/tree/lib/firmware/a
-rw-r----- 7:8 srv/tree/lib/firmware/a/b.bin
drwxr-x--- 7:8 srv/tree/new
-rw-r----- 7:8 srv/tree/new/file
drwxr-x--- 7:8 srv/tree/var
drwxr-x--- 7:8 srv/tree/var/run
drwxr-x--- 7:8 srv/tree/var/run/sub
-rw-r----- 7:8 srv/tree/var/run/sub/pid
dtrwxrwxrwx 0:0 tmp
drwxr-xr-x 0:0 tmp/k
-rw-r--r-- 0:0 tmp/k/x
drwxr-xr-x 0:0 usr
drwxr-xr-x 0:0 usr/bin
Lrwxrwxrwx 0:0 usr/bin/sh -> /bin/busybox
-rw-r--r-- 0:0 usr/bin/x.sh
-rw-r--r-- 0:0 usr/bin/y
Lrwxrwxrwx 0:0 usr/bin/z.sh -> x.sh
drwxr-xr-x 0:0 usr/lib
drwxr-xr-x 0:0 usr/lib/firmware
drwxr-xr-x 0:0 usr/lib/firmware/a
-rw-r--r-- 0:0 usr/lib/firmware/a/b.bin
drwxr-xr-x 0:0 usr/local
drwxr-xr-x 0:0 usr/local/bin
-rwxr-xr-x 0:0 usr/local/bin/laid
drwxr-xr-x 0:0 var
drwxr-xr-x 0:0 var/cache
dgrwxrwx--- 33:4 var/cache/app
drwxr-xr-x 0:0 var/log
Lrwxrwxrwx 33:4 var/log/app.log -> /dev/stdout
dgrwxrwxr-x 0:8 var/mail
-rw-r--r-- 0:0 var/mail/x
drwxr-xr-x 33:33 var/www
drwxr-xr-x 33:33 var/www/.config
-rw-r--r-- 0:0 var/www/.config/x
drwxr-xr-x 33:33 work
`

// layoutBuild is a build whose image is the same on all daemons.
func layoutBuild(t *testing.T) buildx.Build {
	dir := write(t, layoutProject)
	for name, mode := range map[string]os.FileMode{"kept": 0o700, "kept/sub": 0o775, "kept/sub/data": 0o660, "kept/team": 0o775 | os.ModeSetgid, "kept/team/run": 0o710} {
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	return plain(t, dir, "--platform=linux/amd64,linux/arm64", "--provenance=false",
		"--output=type=image,name="+ref(t)+",push=true,oci-mediatypes=true")
}

// TestLayout builds on a base with links and owners, for two platforms.
func TestLayout(t *testing.T) {
	t.Parallel()
	succeed(t, layoutBuild(t))
	for _, platform := range []string{"linux/amd64", "linux/arm64"} {
		if got := listing(above(t, pullFor(t, ref(t), platform), 1)); got != layoutFiles {
			t.Errorf("%s: files\n%s\nwant\n%s", platform, got, layoutFiles)
		}
	}
	if exit, got := output(t, pull(t, ref(t))); exit != 0 || got != "hello from a script\n<nil>\n" {
		t.Errorf("exit code %d, printed\n%s", exit, got)
	}
}

// sameLayout builds it on two daemons.
func sameLayout(t *testing.T, builder string) {
	agree(t, layoutBuild(t), builder)
	if got := listing(above(t, pull(t, ref(t)), 1)); got != layoutFiles {
		t.Errorf("files\n%s\nwant\n%s", got, layoutFiles)
	}
}

// above are the files of an image's layers but for the first ones, the base's.
func above(t *testing.T, im v1.Image, base int) map[string]image.File {
	t.Helper()
	layers, err := im.Layers()
	if err != nil {
		t.Fatal(err)
	}
	own, err := mutate.AppendLayers(empty.Image, layers[base:]...)
	if err != nil {
		t.Fatal(err)
	}
	all := files(t, own)
	for name, f := range all {
		if !f.Time.Equal(time.Unix(0, 0)) {
			t.Errorf("%s is of %s, want 1970", name, f.Time)
		}
	}
	return all
}

// TestLayoutScratch puts files next to those of the root file system that
// gohull makes.
func TestLayoutScratch(t *testing.T) {
	t.Parallel()
	b := gohull(t, write(t, map[string]string{
		"Dockerfile": `run:
  volumes: [/data]
  workdir: /work
  files: [{from: k, to: /tmp/k/k}, {from: k, to: /home/nonroot/.config/k}]
`,
		"go.mod":  goMod("example.com/scratch"),
		"k":       "",
		"main.go": strings.Replace(scratchProgram, `check(os.WriteFile(u`, `check(os.WriteFile("/data/file", nil, 0o600)); check(os.WriteFile("file", nil, 0o600)); check(os.WriteFile(u`, 1),
	}))
	b.Push = ref(t)
	succeed(t, b)
	im := pull(t, ref(t))
	all := above(t, im, 1)
	maps.DeleteFunc(all, func(name string, _ image.File) bool { return strings.HasPrefix(name, "usr") })
	want := `drwxr-xr-x 65532:65532 data
drwxr-xr-x 0:0 home
drwx------ 65532:65532 home/nonroot
drwxr-xr-x 65532:65532 home/nonroot/.config
-rw-r--r-- 0:0 home/nonroot/.config/k
dtrwxrwxrwx 0:0 tmp
drwxr-xr-x 0:0 tmp/k
-rw-r--r-- 0:0 tmp/k/k
drwxr-xr-x 65532:65532 work
`
	if got := listing(all); got != want {
		t.Errorf("files\n%s\nwant\n%s", got, want)
	}
	if exit, got := output(t, im); exit != 0 {
		t.Errorf("exit code %d, printed\n%s", exit, got)
	}
}
