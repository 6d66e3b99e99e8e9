package tests

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What the race detector reports of a map that two goroutines write to, one
// of them in a package that another test has.
const racing = `==================
WARNING: DATA RACE
Write at 0x00c000114db0 by goroutine 8:
  runtime.mapassign_faststr()
      /usr/local/go/src/internal/runtime/maps/runtime_faststr.go:263 +0x0
  example.com/m/a.count()
      /src/a/a.go:9 +0x71
  example.com/m/a.TestRace.func1()
      /src/a/a_test.go:10 +0x33

Previous read at 0x00c000114db0 by goroutine 7:
  example.com/m/b.Print()
      /src/b/b.go:5 +0x8e
  testing.tRunner()
      /usr/local/go/src/testing/testing.go:2036 +0x21c

Goroutine 8 (running) created at:
  example.com/m/a.TestRace()
      /src/a/a_test.go:9 +0x84
==================
    a_test.go:14: got 1
    testing.go:1712: race detected during execution of test
--- FAIL: TestRace (0.00s)
`

func TestRaceReport(t *testing.T) {
	dirs := map[string]string{"example.com/m/a": "/src/a", "example.com/m/b": "/src/b"}
	r := result{pkg: "example.com/m/a", test: "TestRace", action: "fail", output: strings.SplitAfter(racing, "\n")}
	want := []string{
		"/src/a/a.go:9: TestRace: data race: write here, previous read at ../b/b.go:5",
		"/src/a/a_test.go:14: TestRace: got 1",
	}
	if diff := cmp.Diff(want, r.messages(dirs)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
