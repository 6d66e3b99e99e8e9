package deb

import (
	"io"
	"sync"
)

// chunk is how much passes through a pipe at a time, and depth how many chunks it
// holds. This is enough for nearly every package, so that the next ones are
// decompressed while the files of one are written.
const (
	chunk = 256 << 10
	depth = 256
)

// pipe is a pipe in memory that holds what was not read yet.
type pipe struct {
	chunks        chan []byte
	rest          []byte        // of the chunk that is read
	closed        chan struct{} // when nobody reads any more
	ending, close sync.Once
	err           error // after the last chunk
}

func newPipe() *pipe { return &pipe{chunks: make(chan []byte, depth), closed: make(chan struct{})} }

// fill writes all that a reader has. It returns nil at its end.
func (p *pipe) fill(r io.Reader) error {
	for {
		buf := make([]byte, chunk)
		n, err := fill(r, buf)
		select {
		case p.chunks <- buf[:n]:
		case <-p.closed:
			return io.ErrClosedPipe
		}
		switch err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}

// fill reads until a buffer is full, or until an error.
func fill(r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var more int
		more, err = r.Read(buf[n:])
		n += more
	}
	return n, err
}

// end ends the pipe, with an error that readers get after what was written. Only
// the first call counts.
func (p *pipe) end(err error) {
	p.ending.Do(func() {
		if p.err = err; err == nil {
			p.err = io.EOF
		}
		close(p.chunks)
	})
}

func (p *pipe) Read(to []byte) (int, error) {
	for len(p.rest) == 0 {
		var open bool
		if p.rest, open = <-p.chunks; !open {
			return 0, p.err
		}
	}
	n := copy(to, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// stop makes the writer stop.
func (p *pipe) stop() { p.close.Do(func() { close(p.closed) }) }
