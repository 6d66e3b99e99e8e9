// Package whole hands requests to an HTTP service when they have arrived.
//
// The registry of go-containerregistry holds a lock for all repositories while
// it reads an upload. A client that has begun one, and waits for another to
// end before it goes on, waits for ever.
package whole

import (
	"bytes"
	"io"
	"net/http"
)

// Requests serves a service that reads bodies from memory, and waits for no
// client.
func Requests(service http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "reading the request: "+err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(data))
		service.ServeHTTP(w, r)
	})
}
