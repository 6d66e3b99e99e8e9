package light

import "testing"

func TestNext(t *testing.T) {
	for l, want := range map[Light]Light{Red: Green, Green: Yellow, Yellow: Red} {
		if got := l.Next(); got != want {
			t.Errorf("after %v comes %v, want %v", l, got, want)
		}
	}
}
