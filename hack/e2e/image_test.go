package e2e

import (
	"archive/tar"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gohull/gohull/hack/internal/image"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

const zones = "usr/share/zoneinfo"

// scratchFiles are all files of a scratch image but for the time zones.
const scratchFiles = `drwxr-xr-x 0:0 etc
-rw-r--r-- 0:0 etc/group
-rw-r--r-- 0:0 etc/nsswitch.conf
-rw-r--r-- 0:0 etc/passwd
drwxr-xr-x 0:0 etc/ssl
drwxr-xr-x 0:0 etc/ssl/certs
-rw-r--r-- 0:0 etc/ssl/certs/ca-certificates.crt
drwxr-xr-x 0:0 home
drwx------ 65532:65532 home/nonroot
dtrwxrwxrwx 0:0 tmp
drwxr-xr-x 0:0 usr
drwxr-xr-x 0:0 usr/local
drwxr-xr-x 0:0 usr/local/bin
-rwxr-xr-x 0:0 usr/local/bin/scratch
drwxr-xr-x 0:0 usr/share
drwxr-xr-x 0:0 usr/share/zoneinfo
`

// scratchProgram asks its root file system what programs ask.
const scratchProgram = `package main

import (
	"crypto/x509"
	"fmt"
	"os"
	"os/user"
	"time"
)

func main() {
	zone, err := time.LoadLocation("Europe/Berlin")
	check(err)
	fmt.Println(time.Unix(0, 0).In(zone))
	u, err := user.Current()
	check(err)
	fmt.Println(u.Username, u.Uid, u.Gid, u.HomeDir)
	g, err := user.LookupGroupId(u.Gid)
	check(err)
	fmt.Println(g.Name)
	roots, err := x509.SystemCertPool()
	check(err)
	fmt.Println("more than 100 roots:", len(roots.Subjects()) > 100)
	check(os.WriteFile(os.TempDir()+"/file", nil, 0o600))
	check(os.WriteFile(u.HomeDir+"/file", nil, 0o600))
}

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
`

func TestScratch(t *testing.T) {
	b := gohull(t, write(t, map[string]string{
		"Dockerfile": "",
		"go.mod":     goMod("example.com/scratch"),
		"main.go":    scratchProgram,
	}))
	b.Push = ref(t)
	succeed(t, b)
	im := pull(t, ref(t))
	all := files(t, im)
	t.Run("files", func(t *testing.T) { scratchHas(t, all) })
	t.Run("certificates", func(t *testing.T) { countCertificates(t, all["etc/ssl/certs/ca-certificates.crt"].Data) })
	t.Run("config", func(t *testing.T) { scratchConfig(t, im) })
	t.Run("program", func(t *testing.T) {
		want := "1970-01-01 01:00:00 +0100 CET\nnonroot 65532 65532 /home/nonroot\nnonroot\nmore than 100 roots: true\n"
		if exit, got := output(t, im); exit != 0 || got != want {
			t.Errorf("exit code %d, printed\n%s\nwant\n%s", exit, got, want)
		}
	})
}

func scratchHas(t *testing.T, all map[string]image.File) {
	others := maps.Clone(all)
	maps.DeleteFunc(others, func(name string, _ image.File) bool { return strings.HasPrefix(name, zones+"/") })
	if got := listing(others); got != scratchFiles {
		t.Errorf("files\n%s\nwant\n%s", got, scratchFiles)
	}
	for name, f := range all {
		if !f.Time.Equal(time.Unix(0, 0)) {
			t.Errorf("%s is of %s, want 1970", name, f.Time)
		}
		if !strings.HasPrefix(name, zones+"/") {
			continue
		}
		if line := entry(name, f); line != "-rw-r--r-- 0:0 "+name+"\n" && line != "drwxr-xr-x 0:0 "+name+"\n" {
			t.Errorf("time zones: %s", line)
		}
	}
	berlin := all[zones+"/Europe/Berlin"].Data
	if _, err := time.LoadLocationFromTZData("Europe/Berlin", berlin); err != nil {
		t.Errorf("Europe/Berlin of %d bytes: %v", len(berlin), err)
	}
}

// listing is one line for each file, by path.
func listing(all map[string]image.File) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		b.WriteString(entry(name, all[name]))
	}
	return b.String()
}

// entry is a file as in "-rw-r--r-- 0:0 etc/passwd".
func entry(name string, f image.File) string {
	h := tar.Header{Typeflag: f.Type, Name: name, Mode: f.Mode}
	line := fmt.Sprintf("%s %d:%d %s", h.FileInfo().Mode(), f.UID, f.GID, name)
	if f.Link != "" {
		line += " -> " + f.Link
	}
	return line + "\n"
}

func countCertificates(t *testing.T, bundle []byte) {
	count := 0
	for block, rest := pem.Decode(bundle); block != nil; block, rest = pem.Decode(rest) {
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			t.Error(err)
		}
		count++
	}
	if count <= 100 {
		t.Errorf("%d certificates, want more than 100", count)
	}
}

func scratchConfig(t *testing.T, im v1.Image) {
	file, err := im.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	epoch := v1.Time{Time: time.Unix(0, 0).UTC()}
	want := v1.ConfigFile{
		Created:      epoch,
		Architecture: "amd64",
		OS:           "linux",
		RootFS:       file.RootFS,
		History: []v1.History{
			{Created: epoch, CreatedBy: "gohull: root file system"},
			{Created: epoch, CreatedBy: "gohull: compile scratch for linux/amd64"},
		},
		Config: v1.Config{
			Entrypoint: []string{"/usr/local/bin/scratch"},
			Env:        []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
			Labels:     map[string]string{"org.opencontainers.image.title": "scratch"},
			User:       "65532:65532",
			WorkingDir: "/",
		},
	}
	if !equalJSON(t, file, want) {
		t.Errorf("config\n%s\nwant\n%s", asJSON(t, file), asJSON(t, want))
	}
	if layers := len(file.RootFS.DiffIDs); layers != len(file.History) {
		t.Errorf("%d layers and %d lines of history", layers, len(file.History))
	}
}

// onBase is a spec that overrides some of a base's config.
const onBase = `base: %s
run:
  env: {LEVEL: info, PATH: /usr/local/bin:/bin}
  args: [serve]
  volumes: [/data]
  stop-signal: SIGUSR1
  healthcheck: none
`

func TestBases(t *testing.T) {
	tests := []struct {
		base, image   string // in the spec, and as everybody calls it
		mirror        string // in the lab's registry
		env           []string
		user, workdir string
	}{
		{
			base: "alpine", image: "docker.io/library/alpine:3.22", mirror: "library/alpine:3.22",
			env:     []string{"PATH=/usr/local/bin:/bin", "LEVEL=info"},
			workdir: "/",
		},
		{
			base: "distroless", image: "gcr.io/distroless/static-debian12:nonroot", mirror: "distroless/static-debian12:nonroot",
			env:     []string{"PATH=/usr/local/bin:/bin", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt", "LEVEL=info"},
			workdir: "/home/nonroot",
		},
	}
	for _, test := range tests {
		t.Run(test.base, func(t *testing.T) {
			b := gohull(t, write(t, map[string]string{
				"Dockerfile": fmt.Sprintf(onBase, test.base),
				"go.mod":     goMod("example.com/based"),
				"main.go":    "package main\n\nfunc main() { println(\"based\") }\n",
			}))
			b.Push = ref(t)
			succeed(t, b)
			im := pull(t, ref(t))
			base := env(t, "REGISTRY") + "/" + test.mirror
			want := v1.Config{
				Cmd:         []string{"serve"},
				Entrypoint:  []string{"/usr/local/bin/based"},
				Env:         test.env,
				Healthcheck: &v1.HealthConfig{Test: []string{"NONE"}},
				Labels: map[string]string{
					"org.opencontainers.image.base.digest": digest(t, base),
					"org.opencontainers.image.base.name":   test.image,
					"org.opencontainers.image.title":       "based",
				},
				StopSignal: "SIGUSR1",
				User:       "65532:65532",
				Volumes:    map[string]struct{}{"/data": {}},
				WorkingDir: test.workdir,
			}
			if got := config(t, im); !equalJSON(t, got, want) {
				t.Errorf("config\n%s\nwant\n%s", asJSON(t, got), asJSON(t, want))
			}
			onTop(t, im, pull(t, base), 2) // the volume and the program
			if exit, got := output(t, im); exit != 0 || got != "based\n" {
				t.Errorf("exit code %d, printed %q", exit, got)
			}
		})
	}
}

// digest is the one of a tag in the registry.
func digest(t testing.TB, ref string) string {
	t.Helper()
	tag, err := name.ParseReference(ref)
	if err != nil {
		t.Fatal(err)
	}
	d, err := remote.Head(tag, remote.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return d.Digest.String()
}

// onTop compares the layers of an image with those of its base, and its
// history against its layers.
func onTop(t *testing.T, im, base v1.Image, count int) {
	t.Helper()
	below, got := layers(t, base), layers(t, im)
	if len(got) != len(below)+count || !slices.Equal(got[:len(below)], below) {
		t.Errorf("layers %v, want %d on top of the base's %v", got, count, below)
	}
	file, err := im.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, h := range file.History {
		if !h.EmptyLayer {
			lines = append(lines, h.CreatedBy)
		}
	}
	if last := lines[len(lines)-1]; len(lines) != len(got) || last != "gohull: compile based for linux/amd64" {
		t.Errorf("%d layers, and the history %q", len(got), lines)
	}
}

func layers(t testing.TB, im v1.Image) []v1.Hash {
	t.Helper()
	m, err := im.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	var digests []v1.Hash
	for _, l := range m.Layers {
		digests = append(digests, l.Digest)
	}
	return digests
}

// checkout is a project with files for its image, in a directory of its own,
// with the modes that an umask leaves: 022 or 077.
func checkout(t testing.TB, umask fs.FileMode) string {
	t.Helper()
	dir := write(t, map[string]string{
		"Dockerfile": "run: {files: [{from: data, to: /srv/data}, {from: README.md, to: /doc/read.me}, {from: data/run, to: /}]}\n",
		"go.mod":     goMod("example.com/modes"),
		"main.go":    "package main\n\nfunc main() {}\n",
		"README.md":  "# modes\n",
		"data/run":   "#!/bin/sh\n",
		"data/a/b":   "b\n",
	})
	if err := os.Symlink("a/b", filepath.Join(dir, "data/link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "data/run"), 0o777); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.Chmod(file, info.Mode().Perm()&^umask)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// ownFiles are those that the spec of a checkout asks for.
const ownFiles = `drwxr-xr-x 0:0 doc
-rw-r--r-- 0:0 doc/read.me
-rwxr-xr-x 0:0 run
drwxr-xr-x 0:0 srv
drwxr-xr-x 0:0 srv/data
drwxr-xr-x 0:0 srv/data/a
-rw-r--r-- 0:0 srv/data/a/b
Lrwxrwxrwx 0:0 srv/data/link -> a/b
-rwxr-xr-x 0:0 srv/data/run
`

// TestReproducible builds one project from two checkouts and on three
// machines, of which one imports the cache of another: the images are the
// same down to their digests.
func TestReproducible(t *testing.T) {
	t.Parallel()
	cache := "type=registry,ref=" + strings.TrimSuffix(ref(t), ":latest") + ":cache"
	plain := []string{"--provenance=false", "--platform=linux/amd64,linux/arm64"}
	b := gohull(t, checkout(t, 0o022), append(plain, "--cache-to="+cache+",mode=max")...)
	b.Push = ref(t)
	succeed(t, b)
	want := manifests(t, b.Push)
	all := files(t, pull(t, ref(t)))
	maps.DeleteFunc(all, func(name string, _ image.File) bool {
		return !strings.HasPrefix(name, "doc") && !strings.HasPrefix(name, "srv") && name != "run"
	})
	if got := listing(all); got != ownFiles {
		t.Errorf("files\n%s\nwant\n%s", got, ownFiles)
	}
	for _, again := range []struct {
		what, builder string
		args          []string
	}{
		{"another directory and umask", "", nil},
		{"another builder", another(t, "second"), nil},
		{"another builder, with the first one's cache", node(t, "reproducible-cached", ""), []string{"--cache-from=" + cache}},
	} {
		b := gohull(t, checkout(t, 0o077), append(plain, again.args...)...)
		b.Push, b.Builder = ref(t), again.builder
		succeed(t, b)
		if got := manifests(t, b.Push); !maps.Equal(got, want) {
			t.Errorf("%s: digests %v, want %v", again.what, got, want)
		}
	}
}

// manifests are the digests of an image, by platform.
func manifests(t testing.TB, ref string) map[string]string {
	t.Helper()
	index, err := image.Index(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	digests := map[string]string{}
	for _, d := range index.Manifests {
		digests[d.Platform.String()] = d.Digest.String()
	}
	return digests
}

func TestSourceDateEpoch(t *testing.T) {
	commit := time.Date(2024, 2, 29, 12, 30, 45, 0, time.UTC)
	b := gohull(t, checkout(t, 0o022), fmt.Sprintf("--build-arg=SOURCE_DATE_EPOCH=%d", commit.Unix()))
	b.Push = ref(t)
	succeed(t, b)
	im := pull(t, ref(t))
	for name, f := range files(t, im) {
		if !f.Time.Equal(commit) {
			t.Errorf("%s is of %s, want %s", name, f.Time, commit)
		}
	}
	file, err := im.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if !file.Created.Equal(commit) {
		t.Errorf("created %s, want %s", file.Created, commit)
	}
	for _, h := range file.History {
		if !h.Created.Equal(commit) {
			t.Errorf("%s: created %s, want %s", h.CreatedBy, h.Created, commit)
		}
	}
}

// TestPlace puts a program to its place, and then under another name, which
// neither compiles nor links.
func TestPlace(t *testing.T) {
	b := gohull(t, write(t, map[string]string{
		"Dockerfile": "main: {.: /manager}\nbase: alpine\n",
		"go.mod":     goMod("example.com/place"),
		"main.go":    "package main\n\nimport \"os\"\n\nfunc main() { println(os.Args[0]) }\n",
	}))
	b.Push = ref(t)
	succeed(t, b)
	im := pull(t, b.Push)
	if exit, got := output(t, im); exit != 0 || got != "/manager\n" {
		t.Errorf("exit code %d, printed %q", exit, got)
	}
	if f := files(t, im)["manager"]; f.Mode != 0o755 || f.UID != 0 {
		t.Errorf("/manager has the mode %o and the owner %d", f.Mode, f.UID)
	}
	edit(t, b, map[string]string{"Dockerfile": "main: {.: agent}\nbase: alpine\n"})
	want := []string{"find packages", "pick the source of place", "put place into the image for linux/amd64", "put the image together for linux/amd64", staticStep}
	if ran := succeed(t, b).Steps(); !slices.Equal(ran, want) {
		t.Errorf("another place ran %q, want %q", ran, want)
	}
	if exit, got := output(t, pull(t, b.Push)); exit != 0 || got != "/usr/local/bin/agent\n" {
		t.Errorf("exit code %d, printed %q", exit, got)
	}
}
