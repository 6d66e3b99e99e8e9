package e2e

import (
	"bytes"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gohull/gohull/hack/internal/container"
)

// TestDelve debugs a program in its image as an editor does that attaches to
// it: it stands at a breakpoint, with the arguments and the source that it
// was built from, and another one can be in a dependency.
func TestDelve(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	project := map[string]string{
		"Dockerfile": fmt.Sprintf("run: {args: [world]}\ndebug: {port: %s}\n", port),
		"go.mod":     numbered["go.mod"],
		"go.sum":     numbered["go.sum"],
		"main.go": `package main

import "github.com/google/uuid"

func main() {
	println(greet("hello"), uuid.Nil.String())
}

func greet(word string) string {
	return word + ", world"
}
`,
	}
	dir := write(t, project)
	b := gohull(t, dir, "--target=debug")
	b.Push = ref(t)
	succeed(t, b)
	var out bytes.Buffer
	c, err := container.Start(container.Run{Image: pull(t, b.Push), Output: &out})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		c.Stop(time.Second)
		if want := "hello, world 00000000-0000-0000-0000-000000000000\n"; !strings.Contains(out.String(), want) {
			t.Errorf("the program printed\n%s\nwant %s", out.String(), want)
		}
	}()
	d := attach(t, port, map[string]any{"from": dir, "to": "/src"})
	for file, line := range map[string]int{
		filepath.Join(dir, "main.go"):                       10,
		"/go/pkg/mod/github.com/google/uuid@v1.6.0/uuid.go": 246,
	} {
		d.send("setBreakpoints", map[string]any{"source": map[string]any{"path": file}, "breakpoints": []any{map[string]any{"line": line}}})
		if m := d.answer("setBreakpoints"); len(m.Body.Breakpoints) != 1 || !m.Body.Breakpoints[0].Verified {
			t.Errorf("a breakpoint at %s:%d: %+v", file, line, m)
		}
	}
	d.send("configurationDone", nil)
	d.stands("main.greet", filepath.Join(dir, "main.go"), 10)
	d.send("continue", map[string]any{"threadId": 1})
	d.stands("uuid.UUID.String", "/go/pkg/mod/github.com/google/uuid@v1.6.0/uuid.go", 246)
	d.send("continue", map[string]any{"threadId": 1})
	d.event("terminated")
}

// attach connects to a Delve as soon as it listens.
func attach(t testing.TB, port string, paths ...map[string]any) *debugger {
	t.Helper()
	var conn net.Conn
	err := fmt.Errorf("not tried")
	for start := time.Now(); err != nil && time.Since(start) < 20*time.Second; {
		conn, err = net.DialTimeout("tcp", "127.0.0.1:"+port, time.Second)
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	d := speak(t, conn, conn)
	d.send("initialize", map[string]any{"adapterID": "test"})
	d.send("attach", map[string]any{"mode": "remote", "substitutePath": paths})
	d.event("initialized")
	return d
}

// stands waits until the program stands somewhere, and compares where.
func (d *debugger) stands(function, file string, line int) {
	d.t.Helper()
	d.send("stackTrace", map[string]any{"threadId": d.event("stopped").Body.ThreadID})
	frame := d.answer("stackTrace").Body.StackFrames[0]
	if frame.Name != function || frame.Source.Path != file || frame.Line != line {
		d.t.Errorf("stands at %+v, want %s at %s:%d", frame, function, file, line)
	}
}

// event waits for an event.
func (d *debugger) event(name string) message {
	d.t.Helper()
	return d.until(func(m message) bool { return m.Event == name })
}

// answer waits for the answer to a request.
func (d *debugger) answer(command string) message {
	d.t.Helper()
	return d.until(func(m message) bool { return m.Command == command })
}

func (d *debugger) until(wanted func(message) bool) message {
	d.t.Helper()
	for {
		m := d.receive()
		if m.Message != "" {
			d.t.Fatalf("%s: %s", m.Command, m.Message)
		}
		if wanted(m) {
			return m
		}
	}
}
