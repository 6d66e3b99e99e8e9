package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// TestDebugger steps through a build as an editor does: it finds the steps by
// name, at lines of the spec.
func TestDebugger(t *testing.T) {
	b := cached(t, "base: scratch\n"+withFiles)
	cmd := exec.CommandContext(t.Context(), "docker-buildx", "dap", "build", "--build-arg=BUILDKIT_SYNTAX="+b.Syntax, "--output=type=cacheonly", b.Dir)
	cmd.Env = append(os.Environ(), "BUILDX_EXPERIMENTAL=1")
	d := newDebugger(t, cmd)
	d.send("initialize", map[string]any{"adapterID": "test"})
	d.send("launch", map[string]any{"dockerfile": filepath.Join(b.Dir, "Dockerfile"), "contextPath": b.Dir, "stopOnEntry": true})
	frames := d.steps()
	for _, want := range []string{"2 copy data to /data", "1 " + imageStep} {
		if !slices.Contains(frames, want) {
			t.Errorf("stepped through %q, want %q among them", frames, want)
		}
	}
}

// debugger speaks the Debug Adapter Protocol.
type debugger struct {
	t      testing.TB
	to     io.Writer
	from   *textproto.Reader
	number int
}

// message is a response or an event.
type message struct {
	Command, Event string
	Message        string // why a request failed
	Body           struct {
		ThreadID    int
		StackFrames []struct {
			ID, Line int
			Name     string
			Source   struct{ Path string }
		}
		Breakpoints []struct{ Verified bool }
		Result      string
	}
}

func newDebugger(t testing.TB, cmd *exec.Cmd) *debugger {
	t.Helper()
	to, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	from, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		to.Close()
		cmd.Process.Kill()
		cmd.Wait()
	})
	return speak(t, to, from)
}

func speak(t testing.TB, to io.Writer, from io.Reader) *debugger {
	return &debugger{t: t, to: to, from: textproto.NewReader(bufio.NewReader(from))}
}

func (d *debugger) send(command string, arguments map[string]any) {
	d.t.Helper()
	d.number++
	data := asJSON(d.t, map[string]any{"seq": d.number, "type": "request", "command": command, "arguments": arguments})
	if _, err := fmt.Fprintf(d.to, "Content-Length: %d\r\n\r\n%s", len(data), data); err != nil {
		d.t.Fatal(err)
	}
}

func (d *debugger) receive() message {
	d.t.Helper()
	head, err := d.from.ReadMIMEHeader()
	if err != nil {
		d.t.Fatal(err)
	}
	size, err := strconv.Atoi(head.Get("Content-Length"))
	if err != nil {
		d.t.Fatal(err)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(d.from.R, data); err != nil {
		d.t.Fatal(err)
	}
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		d.t.Fatalf("%v in %s", err, data)
	}
	return m
}

// steps goes on to the end of the build, and gives what it stopped at as line
// and name.
func (d *debugger) steps() []string {
	d.t.Helper()
	var frames []string
	thread := 0
	for {
		m := d.receive()
		switch {
		case m.Event == "initialized":
			d.send("configurationDone", nil)
		case m.Event == "stopped":
			thread = m.Body.ThreadID
			d.send("stackTrace", map[string]any{"threadId": thread})
		case m.Command == "stackTrace":
			for _, f := range m.Body.StackFrames {
				frames = append(frames, fmt.Sprintf("%d %s", f.Line, f.Name))
			}
			d.send("stepIn", map[string]any{"threadId": thread})
		case m.Event == "terminated":
			return frames
		}
	}
}
