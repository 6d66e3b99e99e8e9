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
	Test    string
	Output  string
	Elapsed float64 // in seconds
}

// stream takes what `go test -json` prints, and shows what people want to
// see of it while it runs.
type stream struct {
	log    io.Writer
	text   bytes.Buffer // all events as they came
	rest   bytes.Buffer // lines that are none
	events []event
	part   []byte
	output map[string][]string // of tests, by package and name, until they end
}

func (s *stream) Write(p []byte) (int, error) {
	s.part = append(s.part, p...)
	for {
		line, rest, ended := bytes.Cut(s.part, []byte("\n"))
		if !ended {
			return len(p), nil
		}
		if err := s.line(append(line, '\n')); err != nil {
			return 0, err
		}
		s.part = append([]byte(nil), rest...)
	}
}

func (s *stream) line(line []byte) error {
	var e event
	if json.Unmarshal(line, &e) != nil {
		s.rest.Write(line)
		_, err := s.log.Write(line)
		return err
	}
	s.text.Write(line)
	s.events = append(s.events, e)
	return s.show(e)
}

// show prints a package's own lines, those of its build, and those of tests
// that fail.
func (s *stream) show(e event) error {
	if s.output == nil {
		s.output = map[string][]string{}
	}
	name := e.Package + "\n" + e.Test
	var lines []string
	switch {
	case e.Action == "output" && e.Test != "":
		s.output[name] = append(s.output[name], e.Output)
	case e.Action == "output" || e.Action == "build-output":
		lines = []string{e.Output}
	case e.Action == "fail":
		lines = s.output[name]
		delete(s.output, name)
	}
	for _, line := range lines {
		if _, err := io.WriteString(s.log, line); err != nil {
			return err
		}
	}
	return nil
}
