package frontend

import (
	"errors"
	"testing"
)

// TestJoinFailures: a failure that several images have is listed once.
func TestJoinFailures(t *testing.T) {
	const reason = "\ngo.mod:5:2: example.com/lib@v1.9.0: unknown revision"
	got := joinFailures([]error{
		errors.New("fetch the modules of ./cmd/a failed" + reason),
		nil,
		errors.New("fetch the modules of ./cmd/b failed" + reason),
		errors.New("compile ./cmd/c failed\ncmd/c/main.go:3:1: undefined: x"),
		errors.New("fetch the modules of ./cmd/c failed" + reason),
		errors.New("fetch the modules of ./cmd/a failed" + reason),
		errors.New("the daemon is gone"),
		errors.New("the daemon is gone"),
	})
	const want = "fetch the modules of ./cmd/a failed, and so did 2 other steps" + reason +
		"\ncompile ./cmd/c failed\ncmd/c/main.go:3:1: undefined: x\nthe daemon is gone"
	if got == nil || got.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", got, want)
	}
	if err := joinFailures([]error{nil, nil}); err != nil {
		t.Errorf("no failure gives %v", err)
	}
}
