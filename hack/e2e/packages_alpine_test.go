package e2e

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/hack/internal/image"
	"github.com/gohull/gohull/internal/apkrepo"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// alpineDatabase is apk's database of a base that has only BusyBox.
const alpineDatabase = `C:Q1Fq0DZFbQkCEpXYpa8tTAGLsGFGY=
P:busybox-binsh
V:1.37.0-r12
A:x86_64
S:1234
I:1
T:busybox ash /bin/sh
U:https://busybox.net/
L:GPL-2.0-only
o:busybox
t:1747300001
p:/bin/sh cmd:sh=1.37.0-r12
F:bin
R:sh
a:0:0:777
Z:Q1pcfTfDNEbNKQc2s1tia7da05M8Q=

`

// oldLibrary is an older version of the library in the base, with more files.
const oldLibrary = `C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=
P:libtool1
V:0.9-r0
A:x86_64
F:usr
F:usr/lib
R:libtool.so.0
F:usr/share
F:usr/share/libtool
R:data

`

const toolProgram = `package main

import (
	"fmt"
	"os/exec"
)

func main() {
	out, err := exec.Command("tool").CombinedOutput()
	fmt.Printf("%s%v\n", out, err)
}
`

// tools is a repository with a program, a user that its script adds, and other
// packages.
func tools(t *testing.T, key *apkrepo.Key, more ...apkrepo.Package) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, arch := range []string{"x86_64", "aarch64"} {
		maps.Copy(all, key.Repository(arch, append(more,
			apkrepo.Package{
				Name: "tool", Version: "1.2-r3", Depends: []string{"/bin/sh", "so:libtool.so.1"}, Provides: []string{"cmd:tool=1.2-r3"},
				Scripts: map[string]string{"pre-install": "#!/bin/sh\naddgroup -S tool 2>/dev/null\nadduser -S -D -H -h /var/lib/tool -s /sbin/nologin -G tool -g tool tool 2>/dev/null\nexit 0\n"},
				Files: []apkrepo.File{
					{Name: "usr/bin/tool", Mode: 0o755, Content: "#!/bin/sh\ncat /usr/lib/libtool.so.1\n"},
					{Name: "var/lib/tool", Dir: true, Mode: 0o750, UID: 100, GID: 101},
				},
			},
			apkrepo.Package{Name: "font", Version: "1-r0", Scripts: map[string]string{"post-install": "#!/bin/sh\n\nupdate-fonts /usr/share/fonts\n"}, Files: []apkrepo.File{{Name: "usr/share/fonts/a", Content: "a"}}},
		)...))
	}
	return all
}

// library is what the program needs.
func library(arch string) apkrepo.Package {
	return apkrepo.Package{Name: "libtool1", Version: "1.0-r0", Provides: []string{"so:libtool.so.1=1.0"}, Files: []apkrepo.File{{Name: "usr/lib/libtool.so.1", Content: "of " + arch + "\n"}}}
}

// withTools is a project on Alpine, a stage, with packages of a repository that
// it has configured.
func withTools(t *testing.T, key *apkrepo.Key, repository, run string, args ...string) buildx.Build {
	t.Helper()
	dir := write(t, map[string]string{
		"Dockerfile":                    "base: {stage: alpine}\nrun: {" + run + "}\nstages:\n  alpine: {dockerfile: base.Dockerfile}\n",
		"base.Dockerfile":               "FROM alpine:3.22\nCOPY apk /\n",
		"apk/etc/apk/repositories":      repository + "\n",
		"apk/etc/apk/keys/test.rsa.pub": string(key.Public()),
		"apk/etc/apk/world":             "busybox-binsh\n",
		"apk/lib/apk/db/installed":      alpineDatabase,
		"apk/lib/apk/db/scripts.tar":    "",
		"apk/lib/apk/db/triggers":       "",
		"go.mod":                        goMod("example.com/app"),
		"main.go":                       toolProgram,
	})
	b := gohull(t, dir, append(args, "--provenance=false")...)
	b.Push = ref(t)
	return b
}

// toolsOfTwo is a project whose packages come from the repository of its base, and
// from another one with a key of its own.
func toolsOfTwo(t *testing.T, args ...string) buildx.Build {
	t.Helper()
	key, err := apkrepo.NewKey("test.rsa.pub")
	if err != nil {
		t.Fatal(err)
	}
	other, err := apkrepo.NewKey("other.rsa.pub")
	if err != nil {
		t.Fatal(err)
	}
	libraries := other.Repository("x86_64", library("x86_64"))
	maps.Copy(libraries, other.Repository("aarch64", library("aarch64")))
	first, second := httptest.NewServer(apkrepo.Serve(tools(t, key))), httptest.NewServer(apkrepo.Serve(libraries))
	t.Cleanup(first.Close)
	t.Cleanup(second.Close)
	b := withTools(t, key, first.URL, "packages: [tool], repositories: [{url: "+strconv.Quote(second.URL)+", key: keys/other.rsa.pub}]", args...)
	edit(t, b, map[string]string{
		"keys/other.rsa.pub":         string(other.Public()),
		"apk/lib/apk/db/installed":   alpineDatabase + oldLibrary,
		"apk/usr/lib/libtool.so.0":   "old\n",
		"apk/usr/share/libtool/data": "old\n",
	})
	return b
}

// sameTools adds packages with an old daemon, and compares the image with that of
// a current one. Layers of old daemons have the time at which files were deleted.
func sameTools(t *testing.T, builder string) {
	b := toolsOfTwo(t, "--output=type=image,name="+ref(t)+",push=true,oci-mediatypes=true")
	b.Push, b.Builder = "", newest
	succeed(t, b)
	current := files(t, pull(t, ref(t)))
	b.Builder = builder
	succeed(t, b)
	old := files(t, pull(t, ref(t)))
	if diff := cmp.Diff(current, old, cmpopts.IgnoreFields(image.File{}, "Time")); diff != "" { // times of the base differ
		t.Errorf("-current +old\n%s", diff)
	}
	for _, name := range []string{"usr/lib", "usr/lib/libtool.so.1", "lib/apk/db/installed"} {
		if !old[name].Time.Equal(time.Unix(0, 0)) || !current[name].Time.Equal(time.Unix(0, 0)) {
			t.Errorf("/%s has the time %v, and %v on a current daemon", name, old[name].Time, current[name].Time)
		}
	}
	lacksOldLibrary(t, old)
}

// lacksOldLibrary: the image has no file that the base had of an older version.
func lacksOldLibrary(t *testing.T, all map[string]image.File) {
	t.Helper()
	for _, name := range []string{"usr/lib/libtool.so.0", "usr/share/libtool", "usr/share/libtool/data"} {
		if _, ok := all[name]; ok {
			t.Errorf("the image has /%s", name)
		}
	}
}

// TestPackagesAlpine adds a package to Alpine for two platforms on one builder. It
// needs a newer version of one that the base has.
func TestPackagesAlpine(t *testing.T) {
	t.Parallel()
	b := toolsOfTwo(t, "--platform=linux/amd64,linux/arm64")
	first := succeed(t, b)
	if exit, got := output(t, pull(t, ref(t))); exit != 0 || got != "of x86_64\n<nil>\n" {
		t.Errorf("exit code %d, printed %q", exit, got)
	}
	for platform, arch := range map[string]string{"linux/amd64": "x86_64", "linux/arm64": "aarch64"} {
		all := files(t, pullFor(t, ref(t), platform))
		if got := string(all["usr/lib/libtool.so.1"].Data); got != "of "+arch+"\n" {
			t.Errorf("%s: the library is %q", arch, got)
		}
		if got := entry("var/lib/tool", all["var/lib/tool"]); !strings.HasPrefix(got, "drwxr-x--- 100:101 ") {
			t.Errorf("%s: %s", arch, got)
		}
		for name, want := range map[string]string{
			"etc/passwd":           "\ntool:x:100:101:tool:/var/lib/tool:/sbin/nologin\n",
			"etc/group":            "\ntool:x:101:tool\n",
			"etc/apk/world":        "busybox-binsh\ntool\n",
			"lib/apk/db/installed": "\nP:tool\nV:1.2-r3\nA:" + arch + "\n",
		} {
			if got := string(all[name].Data); !strings.Contains(got, want) {
				t.Errorf("%s: %s has no %q:\n%s", arch, name, want, got)
			}
		}
		if got := string(all["lib/apk/db/installed"].Data); !strings.HasPrefix(got, alpineDatabase) || strings.Count(got, "\nP:") != 3 {
			t.Errorf("%s: the database is\n%s", arch, got)
		}
		lacksOldLibrary(t, all)
	}
	b.Args = append(b.Args, "--no-cache-filter=packages")
	if again := succeed(t, b); again.Digest != first.Digest {
		t.Errorf("the digest is %s, and was %s", again.Digest, first.Digest)
	}
}

// dying is a mirror that ends connections in the middle of an archive.
func dying(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".apk") {
			w.Header().Set("Content-Length", "1000")
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
		h.ServeHTTP(w, r)
	})
}

// TestPackagesAlpineErrors: a signature by another key, a script that is not
// known, and a mirror that dies are errors that say where.
func TestPackagesAlpineErrors(t *testing.T) {
	t.Parallel()
	key, err := apkrepo.NewKey("test.rsa.pub")
	if err != nil {
		t.Fatal(err)
	}
	other, err := apkrepo.NewKey("other.rsa.pub")
	if err != nil {
		t.Fatal(err)
	}
	all := apkrepo.Serve(tools(t, key, library("x86_64")))
	good, bad, dead := httptest.NewServer(all), httptest.NewServer(apkrepo.Serve(tools(t, other))), httptest.NewServer(dying(all))
	t.Cleanup(good.Close)
	t.Cleanup(bad.Close)
	t.Cleanup(dead.Close)
	for _, c := range []struct{ repository, list, want string }{
		{bad.URL, "tool", "from /etc/apk/repositories:1: it is signed by other.rsa.pub, and the base trusts test.rsa.pub"},
		{dead.URL, "tool", ".apk: unexpected EOF"},
		{good.URL, "font", "package font-1-r0 has a script that would have to run: post-install, line 3: it calls update-fonts, which is not known"},
	} {
		r := run(t, withTools(t, key, c.repository, "packages: ["+c.list+"]"))
		if r.Exit == 0 || !strings.Contains(r.Text, c.want) {
			t.Errorf("%s: exit code %d, and no %q in\n%s", c.list, r.Exit, c.want, r.Text)
		}
	}
}
