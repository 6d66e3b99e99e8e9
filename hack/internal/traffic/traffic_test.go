package traffic

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestCount sends and fetches bodies of known sizes.
func TestCount(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) {
		io.Copy(w, r.Body)
		io.WriteString(w, "!")
	}
	server := httptest.NewServer(Count(http.HandlerFunc(echo)))
	defer server.Close()
	addr := strings.TrimPrefix(server.URL, "http://")
	before, err := Read(t.Context(), addr)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"hello", ""} {
		resp, err := http.Post(server.URL+"/v2/x", "text/plain", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if got, err := io.ReadAll(resp.Body); err != nil || string(got) != text+"!" {
			t.Errorf("%q, %v, want %q", got, err, text+"!")
		}
	}
	after, err := Read(t.Context(), addr)
	if got, want := after.Since(before), (Totals{Pushed: 5, Pulled: 7}); err != nil || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
}
