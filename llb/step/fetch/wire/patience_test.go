package wire

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// host answers with a body that a function writes, in the time of a bubble.
type host func(w io.Writer) error

func (h host) RoundTrip(req *http.Request) (*http.Response, error) {
	r, w := io.Pipe()
	go func() {
		<-req.Context().Done()
		w.CloseWithError(req.Context().Err())
	}()
	go func() { w.CloseWithError(h(w)) }()
	return &http.Response{StatusCode: http.StatusOK, Body: r, ContentLength: -1, Header: http.Header{}}, nil
}

// fetch reads all that a host sends.
func fetch(next http.RoundTripper) (*Wire, int, error) {
	w := &Wire{next: next, log: io.Discard, patience: Patience}
	req := httptest.NewRequest("GET", "https://me:secret@proxy.example/list", nil)
	resp, err := w.RoundTrip(req)
	if err != nil {
		return w, 0, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return w, len(data), err
}

// send writes so many bytes every so often, so many times.
func send(size int, every time.Duration, times int) host {
	return func(w io.Writer) error {
		for range times {
			time.Sleep(every)
			if _, err := w.Write(make([]byte, size)); err != nil {
				return err
			}
		}
		return nil
	}
}

// TestStall: what makes no progress ends, and what is slow does not. The time
// is that of a bubble.
func TestStall(t *testing.T) {
	silent := send(1, time.Hour, 1)
	for name, c := range map[string]struct {
		next http.RoundTripper
		want string // the error; empty when all comes
	}{
		"slow":                {send(20<<10, 50*time.Second, 100), ""},
		"small":               {send(10, time.Second, 3), ""},
		"late":                {send(10, 59*time.Second, 1), ""},
		"a byte now and then": {send(1, 7*time.Second, 1e5), "fewer than 16384 bytes came in 1m0s, after 8 bytes in all"},
		"stops":               {send(1<<20, 61*time.Second, 2), "fewer than 16384 bytes came in 1m0s, after 0 bytes in all"},
		"sends nothing":       {silent, "fewer than 16384 bytes came in 1m0s, after 0 bytes in all"},
		"does not answer": {roundTripper(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		}), "no answer for 1m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				defer time.Sleep(2 * time.Hour) // until the hosts are through
				w, n, err := fetch(c.next)
				if c.want == "" {
					if err != nil || n == 0 || w.Last() != nil {
						t.Errorf("got %d bytes, %v, %v", n, err, w.Last())
					}
					return
				}
				if err == nil || err.Error() != c.want || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v, want %s", err, c.want)
				}
				if last := w.Last(); last == nil || last.Err != err || Address(last.URL) != "https://proxy.example/list" {
					t.Errorf("it remembers %+v", last)
				}
			})
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// TestConcurrent is for the race detector: a client may send requests side by
// side.
func TestConcurrent(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/bad") {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		_, _ = w.Write(make([]byte, 2<<20))
	}))
	t.Cleanup(s.Close)
	w, err := New("", "", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: w}
	var wg sync.WaitGroup
	for _, name := range []string{"/a.zip", "/bad", "/b.zip", "/bad2"} {
		wg.Go(func() {
			w.Fetching(name)
			resp, err := client.Get(s.URL + name)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if _, err := io.Copy(io.Discard, resp.Body); err != nil {
				t.Error(err)
			}
			_ = w.Last()
		})
	}
	wg.Wait()
}

func TestRefusal(t *testing.T) {
	for body, want := range map[string]string{
		"":                            "403 Forbidden",
		"Forbidden\n":                 "403 Forbidden",
		"blocked: see policy 7\nmore": "403 Forbidden: blocked: see policy 7",
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, body, http.StatusForbidden) }))
		w, err := New("", "", io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&http.Client{Transport: w}).Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(resp.Body)
		if err != nil || string(data) != body+"\n" {
			t.Errorf("the body is %q, %v", data, err)
		}
		if got := w.Last().Refusal(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		s.Close()
	}
}
