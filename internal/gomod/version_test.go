package gomod

import (
	"slices"
	"testing"
)

// TestCompareGo has versions in the order of `go help toolchain`.
func TestCompareGo(t *testing.T) {
	for _, v := range []string{"1.26", "1.26rc1", "1.26.0", "1.26.8"} {
		if !IsGo(v) || Language(v) != "1.26" {
			t.Errorf("%s: IsGo is %v, Language is %s", v, IsGo(v), Language(v))
		}
	}
	if !slices.IsSortedFunc([]string{"1.9", "1.26", "1.26rc1", "1.26.0", "1.26.8", "1.27rc1"}, CompareGo) {
		t.Error("the versions are not in order")
	}
	if IsGo("go1.26") || IsGo("latest") {
		t.Error("go1.26 and latest are not versions")
	}
}

func TestSatisfies(t *testing.T) {
	for _, c := range []struct {
		have, want string
		ok         bool
	}{
		{"1.26.8", "1.26.8", true},
		{"1.26.8", "1.26", true},
		{"1.26.7", "1.26.8", false},
		{"1.26", "1.26.8", true}, // the newest release of 1.26
		{"1.26", "1.27", false},
		{"1.27", "1.26.8", true},
		{"1.27rc1", "1.27.0", false},
	} {
		if got := Satisfies(c.have, c.want); got != c.ok {
			t.Errorf("Satisfies(%s, %s) = %v", c.have, c.want, got)
		}
	}
}
