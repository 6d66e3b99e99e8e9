package vuln

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/fetch/wire"
)

// TestSite: what fails once is asked for again, and what fails each time is
// an error with the address.
func TestSite(t *testing.T) {
	for name, c := range map[string]struct {
		instead http.HandlerFunc
		want    string // the error; the second attempt has it too when always
		final   bool   // whether it is not asked again
	}{
		"overloaded": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "busy", http.StatusServiceUnavailable) }, "503 Service Unavailable: busy; try again later", false},
		"refused":    {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "by policy", http.StatusForbidden) }, "403 Forbidden: by policy; if it wants a password, pass credentials for 127.0.0.1 with --secret id=netrc,src=<file>", true},
		"no gzip":    {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>no</html>")) }, "gzip: invalid header", false},
		"empty":      {func(http.ResponseWriter, *http.Request) {}, "EOF", false},
		"silent":     {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "no answer for 200ms; each build asks it what is new", false},
		"stops": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("\x1f"))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			fails := int64(1)
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) <= fails {
					c.instead(w, r)
					return
				}
				z := gzip.NewWriter(w)
				_, _ = z.Write([]byte("[]"))
				_ = z.Close()
			}))
			t.Cleanup(s.Close)
			db, err := newSite(Job{VulnDB: step.VulnDB{URL: strings.Replace(s.URL, "//", "//me:secret@", 1) + "/"}, Log: io.Discard})
			if err != nil {
				t.Fatal(err)
			}
			db.pause = 0
			db.client.Transport.(*wire.Wire).SetPatience(200 * time.Millisecond)
			data, err := db.read(t.Context(), modulesIndex)
			if !c.final && (err != nil || string(data) != "[]") {
				t.Errorf("it failed once: %q, %v", data, err)
			}
			fails = 1e6
			asked.Store(0)
			_, err = db.read(t.Context(), modulesIndex)
			if err == nil || !strings.HasPrefix(err.Error(), "GET "+s.URL+"/index/modules.json.gz: "+c.want) {
				t.Errorf("it fails each time: %v", err)
			}
			if want := map[bool]int64{false: attempts, true: 1}[c.final]; asked.Load() != want {
				t.Errorf("asked %d times, want %d", asked.Load(), want)
			}
		})
	}
}

// TestDir: a database in a build context may be anything.
func TestLocal(t *testing.T) {
	for name, c := range map[string]struct {
		make func(file string) error
		want string
	}{
		"a device":       {func(file string) error { return os.Symlink("/dev/zero", file) }, "path escapes from parent"},
		"a pipe":         {func(file string) error { return syscall.Mkfifo(file, 0o600) }, "not a regular file but a named pipe"},
		"another's file": {func(file string) error { return os.Symlink("/etc/passwd", file) }, "path escapes from parent"},
		"without end":    {func(file string) error { return errors.Join(os.WriteFile(file, nil, 0o600), os.Truncate(file, 1<<40)) }, "the file is too large: it has more than 64 MB"},
		"a directory":    {func(file string) error { return os.Mkdir(file, 0o700) }, "not a regular file but a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := errors.Join(os.Mkdir(filepath.Join(dir, "index"), 0o700), c.make(filepath.Join(dir, "index/modules.json"))); err != nil {
				t.Fatal(err)
			}
			_, err := local(dir).read(t.Context(), modulesIndex)
			if err == nil || !strings.HasPrefix(err.Error(), "the build context vulndb: ") || !strings.HasSuffix(err.Error(), ": "+c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}
