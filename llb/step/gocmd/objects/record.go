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
	"github.com/gohull/gohull/llb/step"
	"github.com/rogpeppe/go-internal/cache"
)

// Record serves the go command as GOCACHEPROG from a GOCACHE, and from packs, on standard
// input and output. It writes the actions that the go command asks for, or brings, to a
// file, one a line, next to those of go commands before it; to none if the file has no
// name. The log says which packs are damaged.
func Record(gocache string, v step.Record, log io.Writer) error {
	c, err := cache.Open(gocache)
	if err != nil {
		return err
	}
	s, err := packsOf(gocache, v)
	if err != nil {
		return err
	}
	r := &recorder{cache: c, shelf: s, log: log, actions: map[string]bool{}}
	p := cacheproc.Process{Get: r.get, Put: r.put}
	// Not every go command says goodbye: the end of the input is the end.
	if err := errors.Join(p.Run(), s.close()); err != nil || v.File == "" {
		return err
	}
	return r.write(v.File)
}

// packsOf opens the packs that the verb names.
func packsOf(gocache string, v step.Record) (*shelf, error) {
	packs, err := withParts(v.Packs)
	if err != nil {
		return nil, err
	}
	heads, err := withParts(v.Heads)
	if err != nil {
		return nil, err
	}
	return openShelf(gocache, packs, heads)
}

// recorder is called for several requests at a time.
type recorder struct {
	cache   *cache.Cache
	shelf   *shelf
	log     io.Writer
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
	if err == nil {
		return hex.EncodeToString(found.OutputID[:]), file, nil
	}
	// It is missing; the cache gives no other reason.
	file, e, ok, err := r.shelf.unpack(id)
	if !ok || err != nil {
		return "", "", r.missing(err)
	}
	return hex.EncodeToString(e.output[:]), file, nil
}

// missing reports an object that a pack should have. The go command says nothing
// about that, and compiles the package.
func (r *recorder) missing(err error) error {
	if err != nil {
		fmt.Fprintf(r.log, "gohull: unpacking objects: %v\n", err)
	}
	return err
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

// write leaves the actions sorted, with those that the file has.
func (r *recorder) write(file string) error {
	before, err := recorded(file)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range before {
		r.actions[hex.EncodeToString(id[:])] = true
	}
	text := strings.Join(slices.Sorted(maps.Keys(r.actions)), "\n")
	return os.WriteFile(file, []byte(text), 0o644)
}

// recorded reads what Record wrote; nothing if no go command has run yet.
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
