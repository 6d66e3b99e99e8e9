package objects

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/bradfitz/go-tool-cache/cacheproc"
	"github.com/gohull/gohull/internal/regular"
	"github.com/rogpeppe/go-internal/cache"
)

// Record serves the go command as GOCACHEPROG from a GOCACHE, on standard
// input and output, and writes the actions that it asks for, or brings, to a
// file, one a line.
func Record(gocache, file string) error {
	c, err := cache.Open(gocache)
	if err != nil {
		return err
	}
	r := &recorder{cache: c, actions: map[string]bool{}}
	p := cacheproc.Process{Get: r.get, Put: r.put}
	if err := p.Run(); err != nil {
		return err
	}
	// Not every go command says goodbye: the end of the input is the end.
	return r.write(file)
}

// recorder is called for several requests at a time.
type recorder struct {
	cache   *cache.Cache
	mu      sync.Mutex
	actions map[string]bool
}

func (r *recorder) note(action string) (cache.ActionID, error) {
	id, err := actionID(action)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.actions[action] = err == nil
	return id, err
}

func (r *recorder) get(_ context.Context, action string) (output, file string, err error) {
	id, err := r.note(action)
	if err != nil {
		return "", "", err
	}
	file, found, err := r.cache.GetFile(id)
	if err != nil {
		return "", "", nil // A miss; the cache gives no other reason.
	}
	return hex.EncodeToString(found.OutputID[:]), file, nil
}

func (r *recorder) put(_ context.Context, action, output string, _ int64, body io.Reader) (file string, err error) {
	id, err := r.note(action)
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return "", err
	}
	out, _, err := r.cache.PutNoVerify(id, bytes.NewReader(data))
	if err == nil && hex.EncodeToString(out[:]) != output {
		err = fmt.Errorf("the output of action %s is %x, and was announced as %s", action, out, output)
	}
	return r.cache.OutputFile(out), err
}

// write leaves the actions sorted.
func (r *recorder) write(file string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := strings.Join(slices.Sorted(maps.Keys(r.actions)), "\n")
	return os.WriteFile(file, []byte(text), 0o644)
}

// recorded reads what Record wrote; nothing where no go command ran.
func recorded(file string) ([]cache.ActionID, error) {
	data, err := regular.ReadFile(file, regular.Text)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var actions []cache.ActionID
	for _, line := range strings.Fields(string(data)) {
		id, err := actionID(line)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		actions = append(actions, id)
	}
	return actions, nil
}
