package whole_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/whole"
	"github.com/google/go-containerregistry/pkg/registry"
)

// TestRequests has an upload wait in the middle until another one is done.
func TestRequests(t *testing.T) {
	server := httptest.NewServer(whole.Requests(registry.New(registry.Logger(log.New(io.Discard, "", 0)))))
	defer server.Close()
	body, feed := io.Pipe()
	first := make(chan error, 1)
	go func() { first <- upload(server.URL, "slow data", body) }()
	if _, err := io.WriteString(feed, "slow "); err != nil {
		t.Fatal(err)
	}
	if err := upload(server.URL, "quick", strings.NewReader("quick")); err != nil {
		t.Error(err)
	}
	if _, err := io.WriteString(feed, "data"); err != nil {
		t.Fatal(err)
	}
	feed.Close()
	if err := <-first; err != nil {
		t.Error(err)
	}
}

// upload sends a blob with the content, as it comes.
func upload(url, content string, as io.Reader) error {
	resp, err := http.Post(url+"/v2/a/blobs/uploads/", "", nil)
	if err != nil {
		return err
	}
	resp.Body.Close()
	to := fmt.Sprintf("%s%s?digest=sha256:%x", url, resp.Header.Get("Location"), sha256.Sum256([]byte(content)))
	req, err := http.NewRequest(http.MethodPut, to, as)
	if err != nil {
		return err
	}
	if resp, err = http.DefaultClient.Do(req); err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		return fmt.Errorf("PUT %s: %s", to, resp.Status)
	}
	return nil
}
