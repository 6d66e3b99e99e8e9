// Package traffic counts what goes through an HTTP service: the bytes of the
// bodies, without headers.
package traffic

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
)

// Path is where a counted service tells its Totals.
const Path = "/traffic"

// Totals are bytes since the service began.
type Totals struct {
	Pushed int64 `json:"pushed"` // to the service
	Pulled int64 `json:"pulled"` // from it
}

// Since is what was added after an earlier reading.
func (t Totals) Since(earlier Totals) Totals {
	return Totals{Pushed: t.Pushed - earlier.Pushed, Pulled: t.Pulled - earlier.Pulled}
}

// Count serves a service and its totals.
func Count(service http.Handler) http.Handler {
	var pushed, pulled atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path, func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(Totals{Pushed: pushed.Load(), Pulled: pulled.Load()})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		r.Body = &body{r.Body, &pushed}
		service.ServeHTTP(&response{w, &pulled}, r)
	})
	return mux
}

// body counts what is read of a request.
type body struct {
	io.ReadCloser
	count *atomic.Int64
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.count.Add(int64(n))
	return n, err
}

// response counts what is written.
type response struct {
	http.ResponseWriter
	count *atomic.Int64
}

func (r *response) Write(p []byte) (int, error) {
	n, err := r.ResponseWriter.Write(p)
	r.count.Add(int64(n))
	return n, err
}

// ReadFrom lets the kernel send files, as it would without the counting.
func (r *response) ReadFrom(from io.Reader) (int64, error) {
	n, err := io.Copy(r.ResponseWriter, from)
	r.count.Add(n)
	return n, err
}

// Read asks a counted service at an address, host:port, for its totals.
func Read(ctx context.Context, addr string) (Totals, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+Path, nil)
	if err != nil {
		return Totals{}, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return Totals{}, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return Totals{}, fmt.Errorf("GET %s: %s; is an older registry still up?", req.URL, resp.Status)
	}
	var t Totals
	return t, json.NewDecoder(resp.Body).Decode(&t)
}
