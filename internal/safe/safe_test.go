package safe

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func explode() error { panic("boom") }

// wantPanic checks that an error is a panic that names where it happened.
func wantPanic(t *testing.T, err error) {
	t.Helper()
	var p *Panic
	if !errors.As(err, &p) || p.Value != "boom" || !strings.Contains(err.Error(), "safe.explode") {
		t.Errorf("got %v, want the panic with its stack", err)
	}
}

func TestDo(t *testing.T) {
	wantPanic(t, Do(explode))
	want := errors.New("an error")
	if err := Do(func() error { return want }); err != want {
		t.Errorf("got %v", err)
	}
}

func TestGroup(t *testing.T) {
	g := NewGroup()
	g.Go(explode)
	wantPanic(t, g.Wait())

	g, ctx := WithContext(context.Background())
	g.Go(explode)
	g.Go(func() error {
		<-ctx.Done()
		return nil
	})
	wantPanic(t, g.Wait())
}

func TestEach(t *testing.T) {
	ran := make([]bool, 3)
	failed := Each(3, func(i int) error {
		ran[i] = true
		if i == 1 {
			return explode()
		}
		return nil
	})
	wantPanic(t, failed[1])
	if failed[0] != nil || failed[2] != nil || !ran[0] || !ran[2] {
		t.Errorf("got %v, ran %v: one panic has to stop no other", failed, ran)
	}
}
