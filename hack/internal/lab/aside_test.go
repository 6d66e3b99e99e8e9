package lab

import (
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// TestAside sets two directories of one name aside, and deletes both later.
func TestAside(t *testing.T) {
	l := Lab{Dir: t.TempDir()}
	for _, file := range []string{"one", "two"} {
		dir := l.path("bench")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := l.SetAside(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Fatalf("%s: %v, want it to be gone", dir, err)
		}
	}
	if kept, _ := filepath.Glob(l.path("aside", "bench-*", "*")); len(kept) != 2 {
		t.Errorf("kept aside: %q, want the files of both", kept)
	}
	for _, want := range []bool{true, false} {
		if err := l.SetAside(l.path("bench")); err != nil {
			t.Errorf("a missing directory: %v", err)
		}
		if deleted, err := l.DeleteAside(); deleted != want || err != nil {
			t.Errorf("deleted %v, %v, want %v", deleted, err, want)
		}
	}
	if kept, _ := os.ReadDir(l.aside()); len(kept) != 0 {
		t.Errorf("%v are left", kept)
	}
}

// TestAsideTogether sets directories aside while another deletes what is aside: two
// tests share a lab.
func TestAsideTogether(t *testing.T) {
	l := Lab{Dir: t.TempDir()}
	var others sync.WaitGroup
	var stop atomic.Bool
	others.Go(func() {
		for !stop.Load() {
			if _, err := l.DeleteAside(); err != nil {
				t.Error(err)
			}
		}
	})
	for range 200 {
		dir := l.path("node")
		if err := os.MkdirAll(filepath.Join(dir, "files"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := l.SetAside(dir); err != nil {
			t.Error(err)
		}
	}
	stop.Store(true)
	others.Wait()
}
