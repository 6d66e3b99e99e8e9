package e2e

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/gohull/gohull/hack/internal/buildx"
)

// downloads serves texts at paths, among them what is published for two
// architectures.
func downloads(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
		text := "#!/bin/" + path.Base(r.URL.Path)
		if name, ok := strings.CutSuffix(path.Base(r.URL.Path), ".tar.gz"); ok {
			text = bundle(name)
		}
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(server.Close)
	return server
}

// bundle is an archive of a user who is not root.
func bundle(name string) string {
	var b strings.Builder
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, h := range []tar.Header{
		{Name: name + "-1.0/", Mode: 0o755, Typeflag: tar.TypeDir, Uid: 1001},
		{Name: name + "-1.0/bin/", Mode: 0o775, Typeflag: tar.TypeDir, Uid: 1001},
		{Name: name + "-1.0/bin/run", Mode: 0o755, Size: int64(len(name)), Uid: 1001},
		{Name: name + "-1.0/bin/go", Mode: 0o777, Typeflag: tar.TypeSymlink, Linkname: "run", Uid: 1001},
		{Name: name + "-1.0/bin/README", Mode: 0o644, Uid: 1001},
	} {
		h.ModTime = time.Unix(1136214245, 0)
		_ = w.WriteHeader(&h)
		if h.Size > 0 {
			_, _ = io.WriteString(w, name)
		}
	}
	_ = w.Close()
	_ = z.Close()
	return b.String()
}

func sum(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

// downloadBuild is a build whose image is the same on all daemons.
func downloadBuild(t *testing.T, server string) buildx.Build {
	spec := strings.NewReplacer("$SERVER", server, "$AMD", sum("#!/bin/tool-amd64"), "$ARM", sum("#!/bin/tool-arm64"), "$PAGE", sum("#!/bin/page"), "$BUNDLE", sum(bundle("bundle"))).Replace(`run:
  files:
    - {url: "$SERVER/{{.Version}}/tool-{{.Arch}}", sha256: {amd64: $AMD, arm64: $ARM}, to: /opt/bin/tool, mode: "0755"}
    - {url: "$SERVER/page", sha256: $PAGE, to: /home/nonroot/, owner: nonroot}
    - {url: "$SERVER/bundle.tar.gz", sha256: $BUNDLE, from: "*/bin", exclude: [README], to: /srv/bin}
    - {url: "$SERVER/bundle.tar.gz", sha256: $BUNDLE, from: "*/bin/go", to: /srv/, owner: 7, mode: "0700"}
`)
	dir := write(t, map[string]string{
		"Dockerfile": spec,
		"go.mod":     goMod("example.com/down"),
		"main.go":    "package main\n\nfunc main() {}\n",
	})
	return plain(t, dir, "--platform=linux/amd64,linux/arm64", "--provenance=false", "--build-arg=VERSION=1.0.0",
		"--output=type=image,name="+ref(t)+",push=true,oci-mediatypes=true")
}

// TestDownload downloads a file for each platform, once.
func TestDownload(t *testing.T) {
	t.Parallel()
	server := downloads(t)
	b := downloadBuild(t, server.URL)
	succeed(t, b)
	for _, arch := range []string{"amd64", "arm64"} {
		all := above(t, pullFor(t, ref(t), "linux/"+arch), 1)
		if got := string(all["opt/bin/tool"].Data); got != "#!/bin/tool-"+arch {
			t.Errorf("%s has %q", arch, got)
		}
		got := entry("opt", all["opt"]) + entry("opt/bin", all["opt/bin"]) + entry("opt/bin/tool", all["opt/bin/tool"]) +
			entry("home/nonroot", all["home/nonroot"]) + entry("home/nonroot/page", all["home/nonroot/page"])
		for _, name := range []string{"srv", "srv/bin", "srv/bin/README", "srv/bin/go", "srv/bin/run", "srv/go"} {
			if f, ok := all[name]; ok {
				got += entry(name, f)
			}
		}
		want := `drwxr-xr-x 0:0 opt
drwxr-xr-x 0:0 opt/bin
-rwxr-xr-x 0:0 opt/bin/tool
drwx------ 65532:65532 home/nonroot
-rw-r--r-- 65532:65532 home/nonroot/page
drwxr-xr-x 0:0 srv
drwxrwxr-x 0:0 srv/bin
Lrwxrwxrwx 0:0 srv/bin/go -> run
-rwxr-xr-x 0:0 srv/bin/run
-rwx------ 7:7 srv/go
`
		if got != want {
			t.Errorf("%s: files\n%s\nwant\n%s", arch, got, want)
		}
	}
	server.Close()
	if v, ok := succeed(t, b).Vertex("put " + server.URL + "/page into the image as /home/nonroot/"); !ok || v.Ran() {
		t.Errorf("without the server, the step is %+v, want CACHED", v)
	}
}

// sameDownload builds it on two daemons.
func sameDownload(t *testing.T, builder string) {
	agree(t, downloadBuild(t, downloads(t).URL), builder)
}

// TestDownloadOther downloads a file that is not what the spec says, and one
// that is missing.
func TestDownloadOther(t *testing.T) {
	t.Parallel()
	server := downloads(t)
	dir := write(t, map[string]string{
		"Dockerfile": fmt.Sprintf("run:\n  files:\n    - {url: %q, sha256: %s, to: /opt/x}\n", server.URL+"/x", sum("other")),
		"go.mod":     goMod("example.com/down"),
		"main.go":    "package main\n\nfunc main() {}\n",
	})
	r := run(t, gohull(t, dir, "--output=type=cacheonly"))
	for _, want := range []string{"Dockerfile:3", sum("other"), sum("#!/bin/x")} {
		if r.Exit == 0 || !strings.Contains(r.Text, want) {
			t.Errorf("exit code %d, and no %q in\n%s", r.Exit, want, r.Text)
		}
	}
}
