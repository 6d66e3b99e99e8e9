package toolchain

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// broken returns a proxy whose first answers for a file are those of a handler.
func broken(h http.Handler, suffix string, times int64, instead http.HandlerFunc) http.Handler {
	var asked atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, suffix) && asked.Add(1) <= times {
			instead(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// flipped returns a zip with one wrong bit.
func flipped(t *testing.T) []byte {
	const checksum = 16 // of a file, where the directory of the zip has it
	zip := goZip(t)
	zip[bytes.Index(zip, []byte("PK\x01\x02"))+checksum] ^= 1
	return zip
}

// ways returns those in which a download breaks, with what is said of it.
func ways(t *testing.T) map[string]struct {
	suffix  string
	instead http.HandlerFunc
	want    string
} {
	send := func(data []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) }
	}
	zip := goZip(t)
	return map[string]struct {
		suffix  string
		instead http.HandlerFunc
		want    string
	}{
		"a bit is another": {".zip", send(flipped(t)), ".zip: "},
		"empty":            {".zip", send(nil), ".zip: "},
		"short":            {".zip", send(zip[:len(zip)/2]), ".zip: "},
		"foreign paths":    {".zip", send(moduleZip(t, "other@v1.0.0/", goFiles)), ".zip: "},
		"wrong info":       {".info", send([]byte("{")), ".zip: "},
		"wrong mod":        {".mod", send([]byte("<html>")), ".zip: "},
		"cut": {".zip", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(zip)))
			_, _ = w.Write(zip[:100])
		}, ".zip: unexpected EOF"},
		"silent": {".zip", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, ".zip: no answer for 200ms"},
		"stops": {".zip", func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("\x1f"))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, ".zip: fewer than 16384 bytes came in 200ms"},
	}
}

// TestBroken: a download that breaks once comes again, and one that breaks
// each time ends with the address.
func TestBroken(t *testing.T) {
	for name, c := range ways(t) {
		t.Run(name, func(t *testing.T) {
			url := serve(t, broken(proxy(goZip(t)), c.suffix, 1, c.instead))
			if err := impatient(t, url); err != nil {
				t.Errorf("it broke once: %v", err)
			}
			url = serve(t, broken(proxy(goZip(t)), c.suffix, 1e6, c.instead))
			err := impatient(t, url)
			if err == nil || !strings.Contains(err.Error(), "go1.26.8 for linux/amd64: GET "+url+"/golang.org/toolchain/@v/v0.0.1-go1.26.8.linux-amd64"+c.want) {
				t.Errorf("it breaks each time: %v", err)
			}
		})
	}
}

// impatient fetches a toolchain, waiting no longer than a test may.
func impatient(t *testing.T, proxy string) error {
	r, _ := place(t, proxy)
	f, err := newFetch(r)
	if err != nil {
		t.Fatal(err)
	}
	f.wire.SetPatience(200 * time.Millisecond)
	return f.install(context.Background(), moduleVersion)
}
