package packages

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// breaking is a server of some bytes that ends each connection after a part of
// them, as often as it says. It notes which ranges were requested.
type breaking struct {
	data   []byte
	breaks int
	part   int
	ranges bool // whether it can begin in the middle
	grows  bool // whether each answer is about another version
	asked  []string
}

func (b *breaking) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.asked = append(b.asked, r.Header.Get("Range"))
	w.Header().Set("ETag", `"1"`)
	if b.grows {
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, len(b.asked)))
	}
	from := 0
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil && b.ranges {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(b.data)-1, len(b.data)))
		w.Header().Set("Content-Length", fmt.Sprint(len(b.data)-from))
		w.WriteHeader(http.StatusPartialContent)
	} else {
		from = 0
		w.Header().Set("Content-Length", fmt.Sprint(len(b.data)))
	}
	if len(b.asked) > b.breaks {
		w.Write(b.data[from:])
		return
	}
	w.Write(b.data[from:min(b.part*len(b.asked), len(b.data))])
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func TestBrokenConnection(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 20_000)
	for name, test := range map[string]struct {
		server breaking
		asked  string // the ranges, separated by commas
		err    string
	}{
		"whole":       {breaking{}, "", ""},
		"resumed":     {breaking{breaks: 2, part: 70_000, ranges: true}, ",bytes=70000-,bytes=140000-", ""},
		"begun again": {breaking{breaks: 2, part: 70_000}, ",bytes=70000-,bytes=140000-", ""},
		"changed":     {breaking{breaks: 1, part: 70_000, ranges: true, grows: true}, ",bytes=70000-", "the file changed while it was downloaded"},
		"given up":    {breaking{breaks: 9, part: 1000, ranges: true}, ",bytes=1000-,bytes=2000-", "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			test.server.data = data
			s := httptest.NewServer(&test.server)
			defer s.Close()
			got, err := read(t, s)
			if asked := strings.Join(test.server.asked, ","); asked != test.asked {
				t.Errorf("requested the ranges %q, want %q", asked, test.asked)
			}
			switch {
			case test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)):
				t.Errorf("got %v, want %s", err, test.err)
			case test.err == "" && (err != nil || !bytes.Equal(got, data)):
				t.Errorf("got %d bytes, %v, want %d", len(got), err, len(data))
			}
		})
	}
}

func read(t *testing.T, s *httptest.Server) ([]byte, error) {
	t.Helper()
	body, err := Over(s.Client().Transport, 0, io.Discard)(t.Context(), s.URL+"/a.deb")
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}
