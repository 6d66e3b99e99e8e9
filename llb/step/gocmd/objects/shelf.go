package objects

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/internal/safe"
	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/cache"
)

// shelf is packs whose objects are unpacked to a GOCACHE, each by itself.
type shelf struct {
	gocache  *os.Root
	files    []*os.File
	places   map[cache.ActionID]place
	left     atomic.Int64       // how many bytes may still be unpacked
	decoders chan *zstd.Decoder // those that no goroutine uses; nil for one that is not made yet
}

// place is where the output of an action is.
type place struct {
	data *os.File
	entry
}

// openShelf opens the packs in directories.
func openShelf(gocache string, dirs []string) (*shelf, error) {
	root, err := os.OpenRoot(gocache)
	if err != nil {
		return nil, err
	}
	s := &shelf{gocache: root, places: map[cache.ActionID]place{}, decoders: make(chan *zstd.Decoder, runtime.GOMAXPROCS(0))}
	for range cap(s.decoders) {
		s.decoders <- nil
	}
	s.left.Store(largestPack)
	for _, dir := range dirs {
		if err := s.add(dir); err != nil {
			return nil, errors.Join(err, s.close())
		}
	}
	return s, nil
}

func (s *shelf) add(dir string) error {
	entries, err := readIndex(dir)
	if err != nil {
		return err
	}
	f, err := regular.Open(filepath.Join(dir, DataFile))
	if err != nil {
		return err
	}
	s.files = append(s.files, f)
	for _, e := range entries {
		s.places[e.action] = place{f, e}
	}
	return nil
}

func (s *shelf) close() error {
	errs := []error{s.gocache.Close()}
	for _, f := range s.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// unpack adds an action and its output to GOCACHE. It reports whether a pack has
// the action. A pack may come from anybody: what it has is the output only if the
// checksum is right.
func (s *shelf) unpack(id cache.ActionID) (entry, bool, error) {
	p, ok := s.places[id]
	if !ok {
		return entry{}, false, nil
	}
	return p.entry, true, s.unpackActions([]place{p})
}

// unpackActions adds actions that have the same output, and that output before them: who
// finds an action in GOCACHE finds its output.
func (s *shelf) unpackActions(same []place) error {
	first := same[0]
	if s.left.Add(-first.size) < 0 {
		return fmt.Errorf("the packs have more than %d GB", largestPack>>30)
	}
	if err := s.unpackOutput(first); err != nil {
		return fmt.Errorf("the output of action %x: %w", first.action, err)
	}
	for _, p := range same {
		if err := unpackFile(s.gocache, p.actionHeader(), strings.NewReader(p.actionText())); err != nil {
			return err
		}
	}
	return nil
}

// unpackEverything adds all actions and their outputs to GOCACHE, several outputs at a
// time, and tells how many files that were.
func (s *shelf) unpackEverything() (files int, err error) {
	g := safe.NewGroup()
	g.SetLimit(cap(s.decoders))
	for _, same := range s.byOutput() {
		files += 1 + len(same)
		g.Go(func() error { return s.unpackActions(same) })
	}
	return files, g.Wait()
}

// byOutput returns the places that have the same output together.
func (s *shelf) byOutput() map[cache.OutputID][]place {
	by := map[cache.OutputID][]place{}
	for _, p := range s.places {
		by[p.output] = append(by[p.output], p)
	}
	return by
}

func (s *shelf) unpackOutput(p place) error {
	z, err := reset(<-s.decoders, io.NewSectionReader(p.data, p.offset, p.length))
	defer func() { s.decoders <- z }()
	if err != nil {
		return err
	}
	t := tar.NewReader(z)
	h, err := t.Next()
	if err != nil {
		return err
	}
	if want := p.outputHeader(); h.Name != want.Name || h.Size != want.Size {
		return fmt.Errorf("the pack has %s with %d bytes instead of %s with %d", h.Name, h.Size, want.Name, want.Size)
	}
	return unpackFile(s.gocache, h, &checked{data: t, sum: sha256.New(), want: p.output})
}

// reset returns a decoder, or a new one instead of nil, that reads other data.
func reset(z *zstd.Decoder, data io.Reader) (*zstd.Decoder, error) {
	if z != nil {
		return z, z.Reset(data)
	}
	return zstd.NewReader(data, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(largestWindow))
}

// checked is data with a checksum. To end with another one is an error.
type checked struct {
	data io.Reader
	sum  interface {
		io.Writer
		Sum([]byte) []byte
	}
	want cache.OutputID
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.data.Read(p)
	_, _ = c.sum.Write(p[:n]) // A hash returns no error.
	if errors.Is(err, io.EOF) && !bytes.Equal(c.sum.Sum(nil), c.want[:]) {
		return n, errors.New("its checksum is wrong")
	}
	return n, err
}

// indexed reports whether the index of a pack says where its outputs are. That of
// a seed which an earlier release has made does not.
func indexed(dir string) bool {
	_, err := readIndex(dir)
	return err == nil
}

// readIndex reads the IndexFile of a pack.
func readIndex(dir string) ([]entry, error) {
	name := filepath.Join(dir, IndexFile)
	data, err := regular.ReadFile(name, regular.Text)
	if err != nil {
		return nil, err
	}
	var all []entry
	for line := range strings.Lines(string(data)) {
		e, err := parseEntry(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, e)
	}
	return all, nil
}

// parseEntry reads what entry.String wrote.
func parseEntry(line string) (e entry, err error) {
	fields := strings.Fields(line)
	if len(fields) != 5 {
		return e, fmt.Errorf("%q is not an entry of an index", line)
	}
	if e.action, err = actionID(fields[0]); err != nil {
		return e, err
	}
	if e.output, err = outputID(fields[1]); err != nil {
		return e, err
	}
	for i, number := range []*int64{&e.size, &e.offset, &e.length} {
		text := fields[2+i]
		if *number, err = strconv.ParseInt(text, 10, 64); err != nil || *number < 0 || *number > largestPack {
			return e, fmt.Errorf("%q is not a number of bytes", text)
		}
	}
	return e, nil
}
