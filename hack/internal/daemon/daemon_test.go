package daemon

import (
	"os"
	"testing"
	"time"
)

// start starts a process that never ends by itself.
func start(t *testing.T, d Dir) Process {
	t.Helper()
	p, err := d.Start(Command{Name: "p", Argv: []string{"tail", "-f", "/dev/null"}, Env: os.Environ()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.End(time.Minute) })
	return p
}

func TestStop(t *testing.T) {
	d := Dir(t.TempDir())
	p := start(t, d)
	if got, ok := d.Find("p"); !ok || got.Pid != p.Pid {
		t.Fatalf("found %+v, %v, want pid %d alive", got, ok, p.Pid)
	}
	if err := d.Stop("p", time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, ok := d.Find("p"); ok || p.Alive() || len(d.Names()) != 0 {
		t.Errorf("alive %v, records %q, want neither", p.Alive(), d.Names())
	}
	if err := d.Stop("p", time.Minute); err != nil {
		t.Errorf("stop again: %v, want nil", err)
	}
}

func TestReusedPid(t *testing.T) {
	p := start(t, Dir(t.TempDir()))
	other := p
	other.Ticks++ // the record of an earlier process with this pid
	if err := other.End(time.Minute); err != nil {
		t.Fatal(err)
	}
	if !p.Alive() {
		t.Error("a process was ended by the record of another")
	}
}
