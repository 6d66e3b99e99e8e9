package gocmd

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"sync"
	"time"

	"golang.org/x/mod/module"
)

// output passes on what the go command prints, line by line, and keeps the
// beginning of it for the report.
type output struct {
	stdout, stderr *lines
	progress       *progress // nil when the command shows none
	trace          *trace    // nil when the command says nothing of what it fetches

	mu   sync.Mutex // the two streams are read at the same time
	kept bytes.Buffer
}

// keep is how much is kept; what matters comes first.
const keep = 1 << 20

func newOutput(stdout, stderr io.Writer) *output {
	o := &output{}
	o.stdout = &lines{each: func(line []byte) error { return o.pass(stdout, line) }}
	o.stderr = &lines{each: func(line []byte) error {
		if o.progress.takes(line) || o.trace.takes(line) {
			return nil
		}
		return o.pass(stderr, line)
	}}
	return o
}

func (o *output) pass(w io.Writer, line []byte) error {
	line = unlinked(redact(line))
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.kept.Len() < keep {
		o.kept.Write(line)
	}
	_, err := w.Write(line)
	return err
}

// flush passes on what did not end with a newline.
func (o *output) flush(code int) {
	for _, l := range []*lines{o.stdout, o.stderr} {
		if len(l.part) > 0 {
			// There is nobody left to tell when a stream is closed.
			_ = l.each(append(l.part, '\n'))
		}
	}
	if code == 0 {
		o.progress.done()
	}
}

func (o *output) text() string { return o.kept.String() }

// credentials are the user and password of a URL.
var credentials = regexp.MustCompile(`(://)[^/\s@"'\\]+@`)

// redact removes credentials that a proxy's URL may hold.
func redact(line []byte) []byte { return credentials.ReplaceAll(line, []byte("${1}***@")) }

// lines calls each with every whole line that is written.
type lines struct {
	each func(line []byte) error
	part []byte
}

// lineLimit is where a line is cut that does not end.
const lineLimit = 64 << 10

func (l *lines) Write(p []byte) (int, error) {
	l.part = append(l.part, p...)
	for {
		i := bytes.IndexByte(l.part, '\n')
		if i < 0 && len(l.part) >= lineLimit {
			i = len(l.part) - 1
		}
		if i < 0 {
			return len(p), nil
		}
		if err := l.each(l.part[:i+1]); err != nil {
			return 0, err
		}
		l.part = l.part[i+1:]
	}
}

// progress counts the packages that `go build -v` names.
type progress struct {
	log   io.Writer
	now   func() time.Time
	count int
	shown time.Time
}

// interval is how far apart the lines of progress are at least.
const interval = 2 * time.Second

// takes reports whether a line is the name of a package, and counts it.
func (p *progress) takes(line []byte) bool {
	name := string(bytes.TrimSuffix(line, []byte("\n")))
	if p == nil || module.CheckImportPath(name) != nil {
		return false
	}
	now := p.now()
	if p.count++; p.count == 1 {
		p.shown = now
	}
	if now.Sub(p.shown) >= interval {
		p.shown = now
		fmt.Fprintf(p.log, "%s, now %s\n", p.compiled(), name)
	}
	return true
}

func (p *progress) done() {
	if p != nil && p.count > 0 {
		fmt.Fprintln(p.log, p.compiled())
	}
}

func (p *progress) compiled() string {
	if p.count == 1 {
		return "compiled 1 package"
	}
	return fmt.Sprintf("compiled %d packages", p.count)
}
