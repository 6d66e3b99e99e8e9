package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// Patience is how long a request may go without progress. A whole download
// may take any time.
const Patience = time.Minute

// least is how many bytes of a body count as progress in that time. A host
// that sends a byte now and then would otherwise hold a build for ever.
const least = 16 << 10

// Stalled is the error of a request that made no progress.
type Stalled struct {
	After    time.Duration
	Received int64 // bytes of the body, in all
	Answered bool  // whether the headers came
}

func (e *Stalled) Error() string {
	if !e.Answered {
		return fmt.Sprintf("no answer for %s", e.After)
	}
	return fmt.Sprintf("fewer than %d bytes came in %s, after %d bytes in all", least, e.After, e.Received)
}

// Is reports that a stalled request is over its deadline, so that libraries
// do not send it again and again.
func (e *Stalled) Is(target error) bool { return target == context.DeadlineExceeded }

// watch ends a request that makes no progress.
type watch struct {
	cancel   context.CancelCauseFunc
	patience time.Duration
	timer    *time.Timer
	answered atomic.Bool
	received atomic.Int64 // bytes of the body
	seen     int64        // bytes at the last look
}

func newWatch(patience time.Duration, cancel context.CancelCauseFunc) *watch {
	w := &watch{cancel: cancel, patience: patience}
	w.timer = time.AfterFunc(patience, w.look)
	return w
}

// look ends the request unless enough came since the last look.
func (w *watch) look() {
	received := w.received.Load()
	if received-w.seen < least {
		w.cancel(&Stalled{After: w.patience, Received: received, Answered: w.answered.Load()})
		return
	}
	w.seen = received
	w.timer.Reset(w.patience)
}

// arrived says that the headers came. The body has all the time again.
func (w *watch) arrived() {
	w.answered.Store(true)
	w.timer.Reset(w.patience)
}

// stop ends the watch. The request is over.
func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// watched sends a request that ends when it makes no progress.
func (w *Wire) watched(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	watch := newWatch(w.patience, cancel)
	resp, err := w.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		watch.stop()
		return nil, stalled(ctx, err)
	}
	watch.arrived()
	resp.Body = &body{ReadCloser: resp.Body, ctx: ctx, watch: watch, failed: func(err error) { w.trouble(&Trouble{URL: req.URL, Err: err, Cut: true}) }}
	return resp, nil
}

// stalled returns why a context ended if a watch ended it, else err.
func stalled(ctx context.Context, err error) error {
	var s *Stalled
	if errors.As(context.Cause(ctx), &s) {
		return s
	}
	return err
}

// body is the body of a watched request.
type body struct {
	io.ReadCloser
	ctx    context.Context
	watch  *watch
	failed func(error)
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.watch.received.Add(int64(n))
	switch {
	case errors.Is(err, io.EOF):
		b.watch.stop()
	case err != nil:
		err = stalled(b.ctx, err)
		b.watch.stop()
		b.failed(err)
	}
	return n, err
}

func (b *body) Close() error {
	b.watch.stop()
	return b.ReadCloser.Close()
}
