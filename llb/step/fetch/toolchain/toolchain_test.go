package toolchain

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/step"
	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/sumdb/note"
)

const moduleVersion = "v0.0.1-go1.26.8.linux-amd64"

// goFiles are a toolchain in miniature, as its module has them.
var goFiles = map[string]string{
	"VERSION":                      "go1.26.8\n",
	"bin/go":                       "the go command",
	"pkg/tool/linux_amd64/compile": "the compiler",
	"lib/wasm/go_js_wasm_exec":     "a wrapper",
	"lib/time/zoneinfo.zip":        "zones",
	"src/_go.mod":                  "module std\n",
	"src/fmt/print.go":             "package fmt\n",
	"src/fmt/print_test.go":        "package fmt\n",
	"src/fmt/testdata/x":           "",
}

func moduleZip(t *testing.T, prefix string, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(prefix + name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, text)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func goZip(t *testing.T) []byte {
	return moduleZip(t, modulePath+"@"+moduleVersion+"/", goFiles)
}

const goMod = "module " + modulePath + "\n"

// proxy returns a module proxy that has one toolchain.
func proxy(zip []byte) *http.ServeMux {
	mux := http.NewServeMux()
	for name, body := range map[string]string{
		moduleVersion + ".info": `{"Version":"` + moduleVersion + `","Time":"2026-10-07T00:00:00Z"}`,
		moduleVersion + ".mod":  goMod,
		moduleVersion + ".zip":  string(zip),
		"list":                  versions,
	} {
		mux.HandleFunc("/"+modulePath+"/@v/"+name, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, body)
		})
	}
	return mux
}

const versions = `v0.0.1-go1.26.7.linux-amd64
v0.0.1-go1.26.8.linux-amd64
v0.0.1-go1.26.9.linux-arm64
v0.0.1-go1.26rc1.linux-amd64
v0.0.1-go1.27.0.linux-amd64
v0.0.1-go1.27rc1.linux-amd64
v0.0.1-go1.2.99.linux-amd64
`

// place returns a request to a proxy whose downloads nobody verifies.
func place(t *testing.T, proxy string, env ...string) (Request, *bytes.Buffer) {
	t.Helper()
	dir, log := t.TempDir(), &bytes.Buffer{}
	return Request{
		Toolchain: step.Toolchain{Version: "1.26.8", Platform: "linux/amd64"},
		Out:       filepath.Join(dir, "out"),
		Temp:      filepath.Join(dir, "tmp"),
		CA:        filepath.Join(dir, "ca"),
		Netrc:     filepath.Join(dir, "netrc"),
		Env:       append([]string{"GOPROXY=" + proxy, "GOSUMDB=off"}, env...),
		Log:       log,
	}, log
}

func serve(t *testing.T, h http.Handler) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestFetch(t *testing.T) {
	r, log := place(t, serve(t, proxy(goZip(t))))
	r.Version = "1.26"
	if err := Fetch(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	want := `-rw-r--r-- VERSION
-rwxr-xr-x bin/go
-rw-r--r-- gohull.json
-rw-r--r-- lib/time/zoneinfo.zip
-rwxr-xr-x lib/wasm/go_js_wasm_exec
-rwxr-xr-x pkg/tool/linux_amd64/compile
-rw-r--r-- src/fmt/print.go
-rw-r--r-- src/go.mod
`
	if diff := gocmp.Diff(want, list(t, r.Out)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if lines[0] != "go1.26: the latest release is go1.26.8" {
		t.Errorf("the log begins %q", lines[0])
	}
	last := "go1.26.8 for linux/amd64: " + hash(t) + " was not verified, because GOSUMDB is off"
	if lines[len(lines)-1] != last {
		t.Errorf("the log ends\n%s\nwant\n%s", lines[len(lines)-1], last)
	}
}

// TestLocked: the checksum of a lock takes the database's place.
func TestLocked(t *testing.T) {
	url := serve(t, proxy(goZip(t)))
	r, log := place(t, url, "GOSUMDB=sum.example+00000000+AAAA")
	r.Sum = hash(t)
	if err := Fetch(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if want := "go1.26.8 for linux/amd64: verified " + r.Sum + " against the lock"; lines[len(lines)-1] != want {
		t.Errorf("the log ends\n%s\nwant\n%s", lines[len(lines)-1], want)
	}
	left, err := os.ReadFile(filepath.Join(r.Out, step.GoFile))
	if want := `{"version":"1.26.8","sum":"` + r.Sum + `"}`; err != nil || string(left) != want {
		t.Errorf("%s holds %q (%v), want %q", step.GoFile, left, err, want)
	}

	r, _ = place(t, url)
	r.Sum = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	fails(t, r, url, "go1.26.8 for linux/amd64: what the proxy sent has the checksum "+hash(t)+
		", and the lock says "+r.Sum+"; do not use it, and ask who runs the proxy")
}

func hash(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "zip")
	if err := os.WriteFile(name, goZip(t), 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := dirhash.HashZip(name, dirhash.Hash1)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func list(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.ModTime().Unix() != 0 {
			t.Errorf("%s has the time %v", name, info.ModTime())
		}
		if !d.IsDir() {
			rel, _ := filepath.Rel(dir, name)
			fmt.Fprintf(&b, "%s %s\n", info.Mode(), rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// fails fetches what cannot be fetched. $PROXY in want is the proxy's URL.
func fails(t *testing.T, r Request, proxy, want string) {
	t.Helper()
	err := Fetch(context.Background(), r)
	if err == nil {
		t.Fatal("no error")
	}
	if got := strings.ReplaceAll(err.Error(), cmp.Or(proxy, "no proxy"), "$PROXY"); got != want {
		t.Errorf("\ngot  %s\nwant %s", got, want)
	}
}

func TestAnswers(t *testing.T) {
	const info = "GET $PROXY/golang.org/toolchain/@v/v0.0.1-go1.26.8.linux-amd64.info: "
	for status, want := range map[int]string{
		404: info + "404 Not Found; see that go1.26.8 is a release for linux/amd64, or name another proxy with --build-arg GOPROXY=…",
		401: info + "401 Unauthorized; pass credentials for 127.0.0.1 with --secret id=netrc,src=<file>, or name another proxy with --build-arg GOPROXY=…",
		403: info + "403 Forbidden; if it wants a password, pass credentials for 127.0.0.1 with --secret id=netrc,src=<file>, or name another proxy with --build-arg GOPROXY=…",
	} {
		url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		r, _ := place(t, strings.Replace(url, "//", "//user:secret@", 1))
		fails(t, r, url, "go1.26.8 for linux/amd64: "+want)
	}
}

func TestDirect(t *testing.T) {
	const end = "it cannot be fetched without a proxy; name a module proxy with --build-arg GOPROXY=…, or use `toolchain: image`"
	r, _ := place(t, "direct")
	fails(t, r, "", "go1.26.8 for linux/amd64: GOPROXY is direct, and "+end)

	url := serve(t, http.NotFoundHandler())
	r, _ = place(t, url+",direct")
	fails(t, r, url, "go1.26.8 for linux/amd64: GET $PROXY/golang.org/toolchain/@v/v0.0.1-go1.26.8.linux-amd64.info: "+
		"404 Not Found, and the next entry of GOPROXY is direct, and "+end)

	r, _ = place(t, url, "GOPRIVATE=golang.org/*")
	fails(t, r, url, "go1.26.8 for linux/amd64: GOPRIVATE matches golang.org/toolchain, and "+end)
}

func TestOff(t *testing.T) {
	r, _ := place(t, "off")
	fails(t, r, "", "go1.26.8 for linux/amd64: module lookup disabled by GOPROXY=off")
}

func TestRequests(t *testing.T) {
	for _, c := range []struct{ version, platform, proxy, want string }{
		{"new", "linux/amd64", "off", `unknown Go version "new"; want one such as 1.26.8 or 1.26`},
		{"1.20.14", "linux/amd64", "off", "go1.20.14: Go is published as a module from go1.21.0 on; use an image that has this version, with `toolchain: image`"},
		{"1.26.8", "linux", "off", `platform "linux": want an operating system and an architecture, as in linux/amd64`},
		{"1.26.8", "linux/amd64", "http://me:secret@proxy.example/go,direct",
			"GOPROXY has credentials for http://proxy.example/go, which is not https; use https, or leave them out"},
	} {
		r, _ := place(t, c.proxy)
		r.Version, r.Platform = c.version, c.platform
		fails(t, r, "", c.want)
	}
}

func TestNoRelease(t *testing.T) {
	r, _ := place(t, serve(t, proxy(nil)))
	r.Version = "1.99"
	fails(t, r, "", "go1.99 for linux/amd64: GOPROXY lists no release of it; name one in full, as in 1.99.0")
}

func TestNetrc(t *testing.T) {
	h := proxy(goZip(t))
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "me" || password != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		h.ServeHTTP(w, r)
	}))
	for text, ok := range map[string]bool{
		"machine 127.0.0.1 login me password secret\n":                                       true,
		"machine 127.0.0.1\n  login me\n  password secret\nmachine other login x password y": true,
		"machine other login me password secret\n":                                           false,
		"default login me password secret\n":                                                 false,
		"machine":                                                                            false,
	} {
		r, _ := place(t, url)
		write(t, r.Netrc, text)
		if err := Fetch(context.Background(), r); (err == nil) != ok {
			t.Errorf("with %q: got %v", text, err)
		}
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCA(t *testing.T) {
	s := httptest.NewUnstartedServer(proxy(goZip(t)))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // the refused handshake
	s.StartTLS()
	t.Cleanup(s.Close)

	r, _ := place(t, s.URL)
	fails(t, r, s.URL, "go1.26.8 for linux/amd64: GET $PROXY/golang.org/toolchain/@v/v0.0.1-go1.26.8.linux-amd64.info: "+
		"x509: certificate signed by unknown authority; pass the certificate that signs it with --secret id=ca,src=<file>")

	write(t, r.CA, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})))
	if err := Fetch(context.Background(), r); err != nil {
		t.Error(err)
	}
}

// database returns a checksum database that has the toolchain on record.
func database(t *testing.T) (handler http.Handler, key string) {
	t.Helper()
	signer, key, err := note.GenerateKey(nil, "sums.example")
	if err != nil {
		t.Fatal(err)
	}
	modHash, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(goMod)), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	zipHash := hash(t)
	return sumdb.NewServer(sumdb.NewTestServer(signer, func(path, vers string) ([]byte, error) {
		return fmt.Appendf(nil, "%s %s %s\n%s %s/go.mod %s\n", path, vers, zipHash, path, vers, modHash), nil
	})), key
}

func TestVerified(t *testing.T) {
	sums, key := database(t)
	sumsURL := serve(t, sums)
	r, log := place(t, serve(t, proxy(goZip(t))), "GOSUMDB="+key+" "+sumsURL)
	if err := Fetch(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	want := "go1.26.8 for linux/amd64: verified " + hash(t) + " against sums.example\n"
	if !strings.HasSuffix(log.String(), want) {
		t.Errorf("the log is %s", log)
	}
}

func TestTampered(t *testing.T) {
	sums, key := database(t)
	bad := moduleZip(t, modulePath+"@"+moduleVersion+"/", map[string]string{"bin/go": "another go command"})
	url := serve(t, proxy(bad))
	sumsURL := serve(t, sums)

	r, _ := place(t, url, "GOSUMDB="+key+" "+sumsURL)
	fails(t, r, url, "go1.26.8 for linux/amd64: what the proxy sent is not what sums.example has on record; do not use it, and ask who runs the proxy")
	if _, err := os.Stat(r.Out); !os.IsNotExist(err) {
		t.Errorf("it was unpacked: %v", err)
	}

	r, log := place(t, url, "GOSUMDB="+key+" "+sumsURL, "GONOSUMDB=golang.org")
	if err := Fetch(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(log.String(), " was not verified, because GONOSUMDB matches golang.org/toolchain\n") {
		t.Errorf("the log is %s", log)
	}
}

func TestUnpackRefuses(t *testing.T) {
	const prefix = "m@v1/"
	for name, want := range map[string]string{
		"m@v1/../../evil": `malformed file path "../../evil": invalid path element ".."`,
		"m@v1//etc/evil":  `malformed file path "/etc/evil": empty path element`,
		"other/file":      `"other/file" is in the module, want names that begin with m@v1/`,
		"m@v1/bin/":       `malformed file path "bin/": trailing slash`,
	} {
		dir := t.TempDir()
		_, err := unpack(bytes.NewReader(moduleZip(t, "", map[string]string{name: ""})), prefix, filepath.Join(dir, "a/b"))
		if err == nil || err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", name, err, want)
		}
		if _, err := os.Lstat(filepath.Join(dir, "evil")); err == nil {
			t.Error("a file was written outside")
		}
	}
}

func TestUnpackRefusesLinks(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	h := &zip.FileHeader{Name: "m@v1/bin"}
	h.SetMode(fs.ModeSymlink | 0o777)
	w, err := z.CreateHeader(h)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, "/etc")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = unpack(bytes.NewReader(b.Bytes()), "m@v1/", t.TempDir())
	if want := `"m@v1/bin" is in the module, want regular files inside of it`; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
