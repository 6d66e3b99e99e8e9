package tests

import (
	"bytes"
	"encoding/json"
	"io"
)

// event is a line of `go test -json`.
type event struct {
	Action  string
	Package string
	Test    string  `json:",omitempty"`
	Output  string  `json:",omitempty"`
	Elapsed float64 `json:",omitempty"` // in seconds
}

// of returns what an event is about: a package, and a test unless it is empty.
func (e event) of() [2]string { return [2]string{e.Package, e.Test} }

// stream takes what `go test -json` prints, and shows what people want to
// see of it while it runs.
type stream struct {
	log     io.Writer
	text    bytes.Buffer        // events as they came, but for output that is left out
	rest    bytes.Buffer        // lines that are none
	results []event             // that are no output
	built   kept                // what the go command said of packages that do not compile
	output  map[[2]string]*kept // of tests and packages, by package and name
	size    int                 // of output
	part    []byte
}

// longestLine is where a line is cut that does not end. Those of events are
// far shorter.
const longestLine = 1 << 20

func (s *stream) Write(p []byte) (int, error) {
	s.part = append(s.part, p...)
	rest := s.part
	for {
		end := bytes.IndexByte(rest, '\n')
		if end < 0 && len(rest) > longestLine {
			end = longestLine
		}
		if end < 0 {
			s.part = append(s.part[:0], rest...)
			return len(p), nil
		}
		line := append(bytes.TrimSuffix(rest[:end+1:end+1], []byte("\n")), '\n')
		if err := s.line(line); err != nil {
			return 0, err
		}
		rest = rest[end+1:]
	}
}

func (s *stream) line(line []byte) error {
	var e event
	if json.Unmarshal(line, &e) != nil {
		if s.rest.Len() < longestLine {
			s.rest.Write(line)
		}
		_, err := s.log.Write(line)
		return err
	}
	switch e.Action {
	case "output":
		return s.printed(e, line)
	case "build-output":
		s.built.add(e.Output, keptOfTest)
		s.note(line)
		_, err := io.WriteString(s.log, e.Output)
		return err
	}
	s.note(line)
	switch e.Action {
	case "pass", "fail", "skip":
		if len(s.results) < mostTests {
			s.results = append(s.results, e)
		}
		return s.ended(e)
	}
	return nil
}

// note keeps an event for the report.
func (s *stream) note(line []byte) {
	if s.text.Len() < keptAtAll {
		s.text.Write(line)
	}
}

// printed keeps what a test or a package prints, and shows the lines of a
// package.
func (s *stream) printed(e event, line []byte) error {
	if s.output == nil {
		s.output = map[[2]string]*kept{}
	}
	if len(s.output) >= mostTests && s.output[e.of()] == nil {
		e.Test = "" // A program may print what looks like the beginning of tests.
	}
	k := s.output[e.of()]
	if k == nil {
		k = &kept{}
		s.output[e.of()] = k
	}
	limit := keptOfTest
	if s.size > keptAtAll {
		limit = keptOfMany
	}
	s.size += k.add(e.Output, limit)
	if k.tail != nil {
		return nil // It is shown, and reported, when the test has ended.
	}
	s.note(line)
	if e.Test != "" {
		return nil
	}
	_, err := io.WriteString(s.log, e.Output)
	return err
}

// ended shows the output of a test that fails, and the rest of what a package
// printed.
func (s *stream) ended(e event) error {
	k := s.output[e.of()]
	if k == nil {
		return nil
	}
	lines := k.lines()
	rest := lines[len(k.head):]
	for _, line := range rest {
		data, err := json.Marshal(event{Action: "output", Package: e.Package, Test: e.Test, Output: line})
		if err != nil {
			return err
		}
		s.note(append(data, '\n'))
	}
	switch {
	case e.Test == "":
		lines = rest
	case e.Action != "fail":
		return nil
	}
	for _, line := range lines {
		if _, err := io.WriteString(s.log, line); err != nil {
			return err
		}
	}
	return nil
}
