package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func write(t *testing.T, s *stream, e event) {
	t.Helper()
	line, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write(append(line, '\n')); err != nil {
		t.Fatal(err)
	}
}

// TestEndless: tests that print without end take no more memory than they may,
// and what they print at the end is not lost.
func TestEndless(t *testing.T) {
	line := strings.Repeat("x", 4000) + "\n"
	for output, times := range map[string]int{line: 600, "\n": 20_000} {
		t.Run(fmt.Sprintf("%d lines", times), func(t *testing.T) {
			var log bytes.Buffer
			s := &stream{log: &log}
			for _, test := range []string{"TestEndless", ""} {
				write(t, s, event{Action: "output", Package: "m", Test: test, Output: "first\n"})
				for range times {
					write(t, s, event{Action: "output", Package: "m", Test: test, Output: output})
				}
				write(t, s, event{Action: "output", Package: "m", Test: test, Output: "    a_test.go:7: last of " + test + "\n"})
				write(t, s, event{Action: "fail", Package: "m", Test: test})
			}
			for _, want := range []string{"first\n", " bytes of output are left out here …\n", "a_test.go:7: last of TestEndless\n", "a_test.go:7: last of \n"} {
				if !strings.Contains(log.String(), want) {
					t.Errorf("the log lacks %q", want)
				}
			}
			if n := log.Len(); n > 3*keptOfTest {
				t.Errorf("the log has %d bytes", n)
			}
			r := newRun(s)
			if got := r.failures(map[string]string{"m": "."}); !strings.Contains(got, "a_test.go:7: TestEndless: last of TestEndless") {
				t.Errorf("the report is %.200q…", got)
			}
			if n := s.text.Len(); n > 8*keptOfTest || n < keptOfTest/16 {
				t.Errorf("the events have %d bytes", n)
			}
			for event := range bytes.Lines(s.text.Bytes()) {
				if !json.Valid(event) {
					t.Fatalf("%.100q is no event", event)
				}
			}
		})
	}
}

// TestManyTests: programs may print what looks like tests without end.
func TestManyTests(t *testing.T) {
	s := &stream{log: &bytes.Buffer{}, output: map[[2]string]*kept{}, results: make([]event, mostTests-10)}
	for i := range mostTests - 10 {
		s.output[[2]string{"m", fmt.Sprint(i)}] = &kept{}
	}
	for i := range 100 {
		test := fmt.Sprintf("Test%d", i)
		write(t, s, event{Action: "output", Package: "m", Test: test, Output: "x\n"})
		write(t, s, event{Action: "pass", Package: "m", Test: test})
	}
	if len(s.output) > mostTests+1 || len(s.results) > mostTests {
		t.Errorf("it keeps %d outputs and %d results", len(s.output), len(s.results))
	}
}

// TestNoNewline: what is no event and has no end is cut.
func TestNoNewline(t *testing.T) {
	var log bytes.Buffer
	s := &stream{log: &log}
	chunk := bytes.Repeat([]byte("x"), 1<<16)
	for range 100 {
		if _, err := s.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.part) > 2*longestLine || s.rest.Len() > 2*longestLine || log.Len() < 4*longestLine {
		t.Errorf("it keeps %d and %d bytes, and has shown %d", len(s.part), s.rest.Len(), log.Len())
	}
}
