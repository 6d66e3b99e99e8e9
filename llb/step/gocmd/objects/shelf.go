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
	heads    *os.Root // headsDir, since the go command must not take a head for an output; nil if there are none
	files    []*os.File
	places   map[cache.ActionID]place
	left     atomic.Int64       // how many bytes may still be unpacked
	decoders chan *zstd.Decoder // those that no goroutine uses; nil for one that is not made yet
}

// place is where the output of an action is.
type place struct {
	data *os.File
	entry
	headOnly bool // nobody needs more of a compiled package
}

// headsDir is a directory of GOCACHE that the go command does not know.
const headsDir = "heads"

// openShelf opens the packs in some directories, and those in others of whose compiled
// packages only the heads are needed.
func openShelf(gocache string, packs, heads []string) (*shelf, error) {
	root, err := os.OpenRoot(gocache)
	if err != nil {
		return nil, err
	}
	s := &shelf{gocache: root, places: map[cache.ActionID]place{}, decoders: make(chan *zstd.Decoder, runtime.GOMAXPROCS(0))}
	for range cap(s.decoders) {
		s.decoders <- nil
	}
	s.left.Store(largestPack)
	if err := s.open(packs, heads); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *shelf) open(packs, heads []string) error {
	for _, dir := range packs {
		if err := s.add(dir, false); err != nil {
			return err
		}
	}
	if len(heads) == 0 {
		return nil
	}
	if err := s.openHeads(); err != nil {
		return err
	}
	for _, dir := range heads {
		if err := s.add(dir, true); err != nil {
			return err
		}
	}
	return nil
}

// openHeads opens the directory for heads, with the directories that a GOCACHE has.
func (s *shelf) openHeads() (err error) {
	dir := filepath.Join(s.gocache.Name(), headsDir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if _, err := cache.Open(dir); err != nil { // It makes the directories.
		return err
	}
	s.heads, err = os.OpenRoot(dir)
	return err
}

// add opens the pack in a directory.
func (s *shelf) add(dir string, headsOnly bool) error {
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
		s.places[e.action] = place{f, e, headsOnly}
	}
	return nil
}

func (s *shelf) close() error {
	errs := []error{s.gocache.Close()}
	if s.heads != nil {
		errs = append(errs, s.heads.Close())
	}
	for _, f := range s.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// unpack adds an action and its output to GOCACHE, or the output's head to the directory for
// heads. It returns the output's file, and reports whether a pack has the action. A pack may come
// from anybody: what it has is the output, or its head, only if the checksum is right.
func (s *shelf) unpack(id cache.ActionID) (file string, of entry, ok bool, err error) {
	p, ok := s.places[id]
	if !ok {
		return "", entry{}, false, nil
	}
	if p.headOnly {
		file, err = s.unpackHead(p)
	} else {
		file, err = fileIn(s.gocache, p), s.unpackActions([]place{p})
	}
	return file, p.entry, true, err
}

// fileIn returns the name of an output.
func fileIn(root *os.Root, p place) string { return filepath.Join(root.Name(), p.outputHeader().Name) }

// unpackHead adds the head of an output, in a file of the output's size: the go command
// compares that. What follows the head is a hole. An output without a head is added whole.
func (s *shelf) unpackHead(p place) (file string, err error) {
	needed := p.head
	if needed.length == 0 {
		needed = head{p.size, p.output}
	}
	if s.left.Add(-needed.length) < 0 {
		return "", errTooLarge
	}
	err = s.reading(p, func(h *tar.Header, output io.Reader) error {
		data := io.LimitReader(output, needed.length)
		return unpackFile(s.heads, h, &checked{data: data, sum: sha256.New(), want: needed.sum})
	})
	return fileIn(s.heads, p), named(p, err)
}

// named returns an error with the action whose output it is about.
func named(p place, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the output of action %x: %w", p.action, err)
}

var errTooLarge = fmt.Errorf("the packs have more than %d GB", largestPack>>30)

// unpackActions adds actions that have the same output, and that output before them: who
// finds an action in GOCACHE finds its output.
func (s *shelf) unpackActions(same []place) error {
	first := same[0]
	if s.left.Add(-first.size) < 0 {
		return errTooLarge
	}
	if err := s.unpackOutput(first); err != nil {
		return named(first, err)
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
	return s.reading(p, func(h *tar.Header, output io.Reader) error {
		return unpackFile(s.gocache, h, &checked{data: output, sum: sha256.New(), want: p.output})
	})
}

// reading calls read with an output.
func (s *shelf) reading(p place, read func(h *tar.Header, output io.Reader) error) error {
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
	return read(h, t)
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
	want [sha256.Size]byte
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
	if len(fields) != 5 && len(fields) != 7 {
		return e, fmt.Errorf("%q is not an entry of an index", line)
	}
	if e.action, err = actionID(fields[0]); err != nil {
		return e, err
	}
	if e.output, err = outputID(fields[1]); err != nil {
		return e, err
	}
	for i, number := range []*int64{&e.size, &e.offset, &e.length} {
		if *number, err = byteCount(fields[2+i]); err != nil {
			return e, err
		}
	}
	if len(fields) == 7 {
		e.head, err = parseHead(fields[5:])
	}
	return e, err
}

// byteCount reads a number of bytes, or an offset in a pack.
func byteCount(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > largestPack {
		return 0, fmt.Errorf("%q is not a number of bytes", text)
	}
	return n, nil
}
