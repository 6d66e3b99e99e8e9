package modules

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gohull/gohull/internal/steptest"
	"github.com/gohull/gohull/llb/step"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/tools/txtar"
)

// needsM is a project that imports a package of one module, which requires
// another that nothing is imported from.
const needsM = `
-- go.mod --
module example.com/app

go 1.26

require example.com/m v1.0.0
-- stubs.txt --
example.com/app/gohull-imports
-- gohull-imports/stub.go --
package stub

import _ "example.com/m/p"
-- proxy/example.com/m@v1.0.0/go.mod --
module example.com/m

go 1.26
-- proxy/example.com/m@v1.0.0/p/p.go --
package p
`

var linux = step.Modules{Platforms: []string{"GOARCH=amd64 GOOS=linux"}, Go: "1.26.0", Flags: []string{"-mod=readonly"}}

// fetching returns a job whose go.sum is complete, and the directory of its proxy.
func fetching(t *testing.T) (j Job, proxy string) {
	t.Helper()
	j = newJob(t, txtar.Parse([]byte(needsM)))
	proxy = filepath.Join(filepath.Dir(j.ModCache), "proxy")
	base := filepath.Join(proxy, "example.com/m/@v/v1.0.0")
	zip, err := dirhash.HashZip(base+".zip", dirhash.Hash1)
	if err != nil {
		t.Fatal(err)
	}
	mod, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) { return os.Open(base + ".mod") })
	if err != nil {
		t.Fatal(err)
	}
	sums := fmt.Sprintf("example.com/m v1.0.0 %s\nexample.com/m v1.0.0/go.mod %s\n", zip, mod)
	write(t, filepath.Join(j.Step.Source, "go.sum"), []byte(sums))
	j.Step.Env = append(j.Step.Env, "GOFLAGS=-modcacherw")
	return j, proxy
}

// fromHost serves a proxy whose first answers for files are those of a
// handler, as many as times says.
func fromHost(t *testing.T, proxy, suffix string, times int64, instead http.HandlerFunc) *httptest.Server {
	t.Helper()
	files := http.FileServer(http.Dir(proxy))
	var asked atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, suffix) && asked.Add(1) <= times {
			instead(w, r)
			return
		}
		files.ServeHTTP(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes
	t.Cleanup(s.Close)
	return s
}

func status(code int, said string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, said, code) }
}

func answer(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) }
}

// changed returns a file of the proxy with something wrong.
func changed(t *testing.T, proxy, extension string, change func([]byte) []byte) http.HandlerFunc {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(proxy, "example.com/m/@v/v1.0.0"+extension))
	if err != nil {
		t.Fatal(err)
	}
	return answer(change(data))
}

// TestBroken: something wrong that a proxy sends once comes again. If it does
// so each time, the step fails at the line of go.mod, and the next build does
// not find what was wrong in GOMODCACHE.
func TestBroken(t *testing.T) {
	flip := func(data []byte) []byte {
		const checksum = 16 // of a file, where the directory of the zip has it
		data[bytes.Index(data, []byte("PK\x01\x02"))+checksum] ^= 1
		return data
	}
	for name, c := range map[string]struct {
		suffix string
		change func([]byte) []byte
		want   string
	}{
		"a bit is another": {".zip", flip, "zip: checksum error"},
		"a short zip":      {".zip", func(d []byte) []byte { return d[:len(d)/2] }, "zip: not a valid zip file"},
		"an empty zip":     {".zip", func([]byte) []byte { return nil }, "zip: not a valid zip file"},
		"not a zip":        {".zip", func([]byte) []byte { return []byte("<html>") }, "zip: not a valid zip file"},
		"foreign paths":    {".zip", func(d []byte) []byte { return bytes.ReplaceAll(d, []byte("example.com/m@"), []byte("example.com/n@")) }, "unexpected file example.com/n@v1.0.0/"},
		"other files":      {".zip", func(d []byte) []byte { return bytes.ReplaceAll(d, []byte("/p/p.go"), []byte("/p/q.go")) }, "verifying example.com/m@v1.0.0: checksum mismatch"},
		"another go.mod":   {".mod", func(d []byte) []byte { return append(d, "// more\n"...) }, "verifying example.com/m@v1.0.0/go.mod: checksum mismatch"},
		"an empty go.mod":  {".mod", func([]byte) []byte { return nil }, "verifying example.com/m@v1.0.0/go.mod: checksum mismatch"},
		"go.mod is a page": {".mod", func([]byte) []byte { return []byte("<html>") }, "verifying example.com/m@v1.0.0/go.mod: checksum mismatch"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, proxy := fetching(t)
			once := fromHost(t, proxy, c.suffix, 1, changed(t, proxy, c.suffix, c.change))
			once.Start()
			collects(t, j, once.URL)

			j, proxy = fetching(t)
			always := fromHost(t, proxy, c.suffix, 1e6, changed(t, proxy, c.suffix, c.change))
			always.Start()
			fails(t, j, always.URL, c.want)
			well := fromHost(t, proxy, "", 0, nil)
			well.Start()
			collects(t, j, well.URL)
		})
	}
}

// collects runs a job that must succeed with a proxy.
func collects(t *testing.T, j Job, proxy string) {
	t.Helper()
	j.Step.Env = append(j.Step.Env, "GOPROXY="+proxy)
	j.Step.Out = t.TempDir()
	succeeds(t, j, linux)
	if _, err := os.Stat(filepath.Join(j.Step.Out, step.ModulesDir, "example.com/m@v1.0.0/p/p.go")); err != nil {
		t.Error(err)
	}
}

// fails runs a job that must fail at the line of go.mod, for a reason.
func fails(t *testing.T, j Job, proxy, want string) {
	t.Helper()
	j.Step.Env = append(j.Step.Env, "GOPROXY="+proxy)
	code, err := Collect(j, linux)
	if code == 0 || err != nil {
		t.Fatalf("exit code %d, %v\n%s", code, err, j.Step.Stderr)
	}
	got := steptest.Errors(t, j.Step)
	if !strings.HasPrefix(got, "go.mod:5: ") || !strings.Contains(got, want) {
		t.Errorf("got %s\nwant it at go.mod:5, with %s", got, want)
	}
}

// TestRefused: whatever keeps the go command from fetching is an error of the
// step at the line of go.mod, in the go command's own words.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		instead http.HandlerFunc
		want    string
	}{
		"401":      {status(401, "who are you?"), "401 Unauthorized"},
		"403":      {status(403, "blocked by policy"), "blocked by policy"},
		"404":      {status(404, "not here"), "404 Not Found"},
		"410":      {status(410, "no more"), "410 Gone"},
		"429":      {status(429, "later"), "429 Too Many Requests"},
		"500":      {status(500, "oops"), "500 Internal Server Error"},
		"503":      {status(503, "busy"), "503 Service Unavailable"},
		"hangs up": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF"},
		"a loop":   {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, "stopped after 10 redirects"},
	} {
		for _, suffix := range []string{".mod", ".zip"} {
			t.Run(name+suffix, func(t *testing.T) {
				t.Parallel()
				j, proxy := fetching(t)
				s := fromHost(t, proxy, suffix, 1e6, c.instead)
				s.Start()
				fails(t, j, s.URL, c.want)
			})
		}
	}
}

// TestUnreachable: the same where no host answers, or not as it should.
func TestUnreachable(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	tls := fromHost(t, t.TempDir(), "", 0, nil)
	tls.StartTLS()
	for name, c := range map[string]struct {
		proxy, want string
	}{
		"refused":         {gone.URL, "connection refused"},
		"no host":         {"https://proxy.invalid", "proxy.invalid"},
		"bad certificate": {tls.URL, "x509: "},
		"off":             {"off", "module lookup disabled by GOPROXY=off"},
		"not http":        {"http://" + strings.TrimPrefix(tls.URL, "https://"), "400 Bad Request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, _ := fetching(t)
			fails(t, j, c.proxy, c.want)
		})
	}
}

// TestDirect: a module that is fetched without a proxy, from a host that has
// none, refuses, or says nothing of modules.
func TestDirect(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"refused":              {status(403, "no"), "403 Forbidden"},
		"gone":                 {status(404, "no"), "404 Not Found"},
		"broken":               {status(500, "no"), "500 Internal Server Error"},
		"a page without a tag": {answer([]byte("<html><head></head></html>")), "no go-import meta tags"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(c.handler)
			t.Cleanup(s.Close)
			host := "corp.example"
			j, _ := fetching(t)
			for _, name := range []string{"go.mod", "go.sum", "gohull-imports/stub.go"} {
				file := filepath.Join(j.Step.Source, name)
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				write(t, file, bytes.ReplaceAll(data, []byte("example.com/m"), []byte(host+"/m")))
			}
			// The address of the module reaches the server through a proxy for http.
			j.Step.Env = append(j.Step.Env, "GOINSECURE="+host, "GOPRIVATE="+host, "HTTP_PROXY="+s.URL, "HTTPS_PROXY=http://127.0.0.1:1", "http_proxy=", "NO_PROXY=", "no_proxy=")
			fails(t, j, "direct", c.want)
		})
	}
}

// TestPoisoned: what was left broken in GOMODCACHE, by a builder that lost its
// power, heals by itself.
func TestPoisoned(t *testing.T) {
	const download = "cache/download/example.com/m/@v/v1.0.0"
	for name, change := range map[string]func(cache string) error{
		"short zip":     func(c string) error { return truncated(c, download+".zip", "example.com/m@v1.0.0") },
		"empty zip":     func(c string) error { return os.Truncate(filepath.Join(c, download+".zip"), 0) },
		"empty ziphash": func(c string) error { return os.Truncate(filepath.Join(c, download+".ziphash"), 0) },
		"other ziphash": func(c string) error {
			return os.WriteFile(filepath.Join(c, download+".ziphash"), []byte("h1:AAAA"), 0o644)
		},
		"no ziphash": func(c string) error { return os.Remove(filepath.Join(c, download+".ziphash")) },
		"short mod":  func(c string) error { return os.Truncate(filepath.Join(c, download+".mod"), 3) },
		"empty mod":  func(c string) error { return os.Truncate(filepath.Join(c, download+".mod"), 0) },
		"empty info": func(c string) error { return os.WriteFile(filepath.Join(c, download+".info"), nil, 0o644) },
		"partial":    func(c string) error { return os.WriteFile(filepath.Join(c, download+".partial"), nil, 0o644) },
		"empty file": func(c string) error { return os.Truncate(filepath.Join(c, "example.com/m@v1.0.0/p/p.go"), 0) },
		"no file":    func(c string) error { return os.Remove(filepath.Join(c, "example.com/m@v1.0.0/p/p.go")) },
		"no package": func(c string) error { return os.RemoveAll(filepath.Join(c, "example.com/m@v1.0.0/p")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, proxy := fetching(t)
			collects(t, j, "file://"+proxy)
			if err := change(j.ModCache); err != nil {
				t.Fatal(err)
			}
			collects(t, j, "file://"+proxy)
		})
	}
}

// truncated cuts a zip whose module is not unpacked yet.
func truncated(cache, zip, unpacked string) error {
	if err := os.RemoveAll(filepath.Join(cache, unpacked)); err != nil {
		return err
	}
	return os.Truncate(filepath.Join(cache, zip), 100)
}

// TestStalled: a proxy that does not answer, or stops in the middle, ends the
// step at the line of go.mod with the address. The test looks at the go
// command once a request has come.
func TestStalled(t *testing.T) {
	for name, begin := range map[string]func(http.ResponseWriter){
		"no answer": func(http.ResponseWriter) {},
		"stops": func(w http.ResponseWriter) {
			_, _ = w.Write([]byte("PK"))
			_ = http.NewResponseController(w).Flush()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, proxy := fetching(t)
			waits := make(chan time.Time)
			s := fromHost(t, proxy, ".zip", 1e6, func(w http.ResponseWriter, r *http.Request) {
				begin(w)
				for {
					select {
					case waits <- time.Time{}:
					case <-r.Context().Done():
						return
					}
				}
			})
			s.Start()
			j.Step.NextLook = func() <-chan time.Time { return waits }
			fails(t, j, s.URL, "reading "+s.URL+"/example.com/m/@v/v1.0.0.zip: no progress for 2m0s")
			if n := len(regexp.MustCompile(`(?m)^fetching modules again: `).FindAllString(fmt.Sprint(j.Step.Stderr), -1)); n != stalledAttempts-1 {
				t.Errorf("it was tried again %d times", n)
			}
			if strings.Contains(fmt.Sprint(j.Step.Stderr), "# get") {
				t.Errorf("the log is %s", j.Step.Stderr)
			}
		})
	}
}

func TestRequested(t *testing.T) {
	for address, want := range map[string]string{
		"https://proxy.example/example.com/m/@v/v1.0.0.zip":                 "example.com/m@v1.0.0",
		"https://proxy.example/api/go/github.com/!azure/m/v2/@v/v2.0.0.mod": "github.com/Azure/m/v2@v2.0.0",
		"https://proxy.example/example.com/m/@v/list":                       "",
		"https://sum.example/lookup/example.com/m@v1.0.0":                   "",
		"git fetch -f https://git.example/m refs/heads/*:refs/heads/*":      "",
	} {
		m, ok := requested(address)
		if got := m.String(); ok != (want != "") || ok && got != want {
			t.Errorf("%s: got %s, %t", address, got, ok)
		}
	}
}
