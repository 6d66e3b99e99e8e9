// Package safe runs functions whose panics become errors. A panic in a
// goroutine that nobody guards ends the whole program, and then neither the
// frontend nor a step can say what happened.
package safe

import (
	"context"
	"fmt"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

// Panic is a panic as an error, with the stack of where it happened.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string {
	return fmt.Sprintf("gohull failed: %v; this is a bug of gohull, please report it with these lines\n%s", p.Value, p.Stack)
}

// Do runs a function and returns its error, or its panic as a *Panic.
func Do(run func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &Panic{Value: r, Stack: debug.Stack()}
		}
	}()
	return run()
}

// Group runs functions side by side. It is an errgroup.Group whose functions
// may panic.
type Group struct{ eg *errgroup.Group }

// NewGroup returns a group in which no function stops another.
func NewGroup() *Group { return &Group{new(errgroup.Group)} }

// WithContext returns a group and a context that ends with the first error.
func WithContext(ctx context.Context) (*Group, context.Context) {
	eg, ctx := errgroup.WithContext(ctx)
	return &Group{eg}, ctx
}

// SetLimit sets how many functions run at a time. It has to come before Go.
func (g *Group) SetLimit(n int) { g.eg.SetLimit(n) }

// Go starts a function.
func (g *Group) Go(run func() error) { g.eg.Go(func() error { return Do(run) }) }

// Wait waits for all functions and returns the first error.
func (g *Group) Wait() error { return g.eg.Wait() }

// Each runs a function for 0 to n-1 side by side, and returns the error of
// each. No function stops another.
func Each(n int, run func(i int) error) []error {
	failed := make([]error, n)
	g := NewGroup()
	for i := range n {
		g.Go(func() error {
			failed[i] = Do(func() error { return run(i) })
			return nil
		})
	}
	_ = g.Wait() // Every error is in failed.
	return failed
}
