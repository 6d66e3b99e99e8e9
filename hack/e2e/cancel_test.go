package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestCancel interrupts a build whose compile would never end: the client
// ends, and the daemon's step as well.
func TestCancel(t *testing.T) {
	mark := fmt.Sprintf("cancel%d", time.Now().UnixNano())
	files := small("cancelled")
	b := probed(t, "wait", files)
	edit(t, b, map[string]string{"Dockerfile": files["Dockerfile"] + "main: ./" + mark + "\n", mark + "/main.go": files["main.go"]})
	cmd := exec.Command("docker-buildx", "build", "--progress=plain", "--build-arg=BUILDKIT_SYNTAX="+b.Syntax, "--output=type=cacheonly", b.Dir)
	progress, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	defer context.AfterFunc(ctx, func() { cmd.Process.Kill() })()
	until(ctx, t, "the compile runs", func() bool { return len(running(mark)) > 0 })
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	for lines := bufio.NewScanner(progress); lines.Scan(); {
		fmt.Fprintln(&text, lines.Text())
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(text.String(), "CANCELED") {
		t.Errorf("the client ended with %v, and printed\n%s", err, text.String())
	}
	until(ctx, t, "the compile is gone", func() bool { return len(running(mark)) == 0 })
}

// until waits for what comes to pass without anyone telling.
func until(ctx context.Context, t testing.TB, what string, done func() bool) {
	t.Helper()
	for poll := time.Tick(10 * time.Millisecond); !done(); {
		select {
		case <-poll:
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// running are the go commands that have a text in their command line.
func running(text string) []string {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	var found []string
	for _, file := range files {
		// A process that is gone by now has no file to read.
		line, _ := os.ReadFile(file)
		if bytes.HasPrefix(line, []byte("/usr/local/bin/go\x00build\x00")) && bytes.Contains(line, []byte(text)) {
			found = append(found, file)
		}
	}
	return found
}
