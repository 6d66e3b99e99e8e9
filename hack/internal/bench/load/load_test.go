package load

import "testing"

func TestSince(t *testing.T) {
	before, err := parse("cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 1 2 3\n")
	if err != nil {
		t.Fatal(err)
	}
	after, err := parse("cpu  120 5 60 850 60 2 2 1 7 0\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := after.since(before); got != 0.4 { // 40 ticks of 100
		t.Errorf("%v, want 0.4", got)
	}
	if got := before.since(before); got != 0 {
		t.Errorf("%v without any time between, want 0", got)
	}
}

func TestParse(t *testing.T) {
	for _, stat := range []string{"", "cpu\n", "cpu 1 2 3\n", "cpu0 1 2 3 4 5 6 7 8 9 10\n"} {
		if got, err := parse(stat); err == nil {
			t.Errorf("%q: %+v, want an error", stat, got)
		}
	}
}

// TestBusy looks at this machine: a part is between nothing and all.
func TestBusy(t *testing.T) {
	got, err := Busy(t.Context())
	if err != nil || got < 0 || got > 1 {
		t.Errorf("%v, %v", got, err)
	}
}
