package compat

import (
	"bufio"
	"encoding/json"
	"io"
	"slices"
	"strings"
)

// Outcome is what came of a test.
type Outcome struct {
	Result  Result  `json:"result"`
	Seconds float64 `json:"seconds,omitempty"`
	Message string  `json:"message,omitempty"` // why it did not pass: its first line
}

// Result is how a test ended.
type Result string

const (
	Pass    Result = "pass"
	Fail    Result = "fail"
	Skip    Result = "skip"
	Crashed Result = "crashed" // began, and the run ended before it did
	Missing Result = "missing" // never began
)

// event is a line that `go test -json` prints.
type event struct {
	Action  string
	Test    string
	Elapsed float64
	Output  string
}

// Outcomes reads what `go test -json` printed for the named tests. A run that
// ended early has a failure: the end of what it printed.
func Outcomes(r io.Reader, names []string) (tests map[string]Outcome, failure string, err error) {
	log := &log{began: map[string]bool{}, ended: map[string]Outcome{}, printed: map[string]string{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		log.add(lines.Bytes())
	}
	return log.outcomes(names), log.failure(), lines.Err()
}

// log is what a run printed, by test. What is of no test has the name "".
type log struct {
	began    map[string]bool
	ended    map[string]Outcome
	printed  map[string]string
	panicked string // the line that says so
}

func (l *log) add(line []byte) {
	var e event
	if json.Unmarshal(line, &e) != nil {
		l.printed[""] += string(line) + "\n" // of the go command
		return
	}
	switch e.Action {
	case "run":
		l.began[e.Test] = true
	case "output", "build-output":
		l.printed[e.Test] += e.Output
		if l.panicked == "" && strings.HasPrefix(e.Output, "panic: ") {
			l.panicked = message(e.Output)
		}
	case "pass", "fail", "skip":
		l.ended[e.Test] = Outcome{Result: Result(e.Action), Seconds: e.Elapsed}
	}
}

// outcomes are those of the named tests, and of their subtests that did not
// pass.
func (l *log) outcomes(names []string) map[string]Outcome {
	all := map[string]Outcome{}
	for _, name := range names {
		all[name] = l.outcome(name)
	}
	for name := range l.began {
		parent, _, isSub := strings.Cut(name, "/")
		if _, wanted := all[parent]; !isSub || !wanted {
			continue
		}
		if o := l.outcome(name); o.Result != Pass {
			all[name] = o
		}
	}
	return all
}

func (l *log) outcome(name string) Outcome {
	o, ended := l.ended[name]
	switch {
	case ended:
	case l.began[name]:
		o.Result = Crashed
	default:
		o.Result = Missing
	}
	if o.Result == Fail || o.Result == Skip {
		o.Message = message(l.printed[name])
	}
	return o
}

// failure says how a run ended early. One with tests that failed did not.
func (l *log) failure() string {
	switch end, ok := l.ended[""]; {
	case l.panicked != "":
		return l.panicked
	case ok && (end.Result == Pass || l.complete()):
		return ""
	}
	return message(l.printed[""])
}

// complete reports whether every test that began has ended, and one began.
func (l *log) complete() bool {
	for name := range l.began {
		if _, ok := l.ended[name]; !ok {
			return false
		}
	}
	return len(l.began) > 0
}

const longestMessage = 300

// framing begins lines of the test runner, and the name of a package that does
// not compile.
var framing = []string{"=== ", "--- ", "# "}

// message is the first line of a test's output that says something.
func message(output string) string {
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line == "" || slices.ContainsFunc(framing, func(f string) bool { return strings.HasPrefix(line, f) }) {
			continue
		}
		if len(line) > longestMessage {
			line = strings.ToValidUTF8(line[:longestMessage], "") + "…"
		}
		return line
	}
	return ""
}
