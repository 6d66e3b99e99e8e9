package e2e

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestReproduce compiles twice, and finds the binary of the image in the
// checksums. A Docker Engine does it, when there is one: that makes three
// compiles on two machines.
func TestReproduce(t *testing.T) {
	t.Parallel()
	b := gohull(t, write(t, map[string]string{
		"Dockerfile": "",
		"go.mod":     goMod("example.com/twice"),
		"main.go":    "package main\n\nfunc main() { println(\"twice\") }\n",
	}))
	b.Push = ref(t)
	succeed(t, b)
	out := t.TempDir()
	b.Push, b.Args = "", append(b.Args, "--target=reproduce", "--output="+out)
	if hasEngine(t) {
		b.Builder = "default"
	}
	succeed(t, b)
	binary := files(t, pull(t, ref(t)))["usr/local/bin/twice"].Data
	want := fmt.Sprintf("%x  usr/local/bin/twice\n", sha256.Sum256(binary))
	if got := read(t, filepath.Join(out, "SHA256SUMS")); got != want {
		t.Errorf("checksums\n%s\nwant\n%s", got, want)
	}
}

// TestReproduceDiffers compiles with a toolchain that puts the time into
// binaries.
func TestReproduceDiffers(t *testing.T) {
	t.Parallel()
	b := probed(t, "time", small("differs"), "--target=reproduce", "--output=type=cacheonly")
	r := run(t, b)
	const want = "ERROR: failed to build: failed to solve: compare two builds of differs for linux/amd64 failed\n" +
		"/usr/local/bin/differs: two builds of it differ in the section .rodata from 0x"
	if r.Exit != 1 || !strings.Contains(r.Text, want) {
		t.Errorf("exit code %d, printed\n%s\nwant 1 and\n%s…", r.Exit, r.Text, want)
	}
}
