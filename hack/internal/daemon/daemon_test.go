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

func TestStarted(t *testing.T) {
	const rest = " 1 42 42 0 -1 4194560 95 0 0 0 0 0 0 0 20 0 1 0 1234 2703360 0 18446744073709551615"
	for stat, want := range map[string]bool{
		"42 (tail) S" + rest:             true,
		"42 (Z) X) R" + rest:             true, // a name with parentheses
		"42 (tail) Z" + rest:             false,
		"42 (tail) X" + rest:             false,
		"42 (tail) x" + rest:             false, // before Linux 3.14
		"42 (tail) S 1 42 42 0 -1 41945": false,
		"":                               false,
	} {
		ticks, alive := started([]byte(stat))
		if alive != want || alive && ticks != 1234 {
			t.Errorf("%q: started at %d, alive %v, want 1234, %v", stat, ticks, alive, want)
		}
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
