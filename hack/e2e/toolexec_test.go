package e2e

import (
	"path/filepath"
	"strings"
	"testing"
)

// instrument runs a tool of Go. If that is the compiler of the main package, it
// gets the text of a file instead of "plain".
const instrument = `package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	settings, tool, args := os.Args[1], os.Args[2], os.Args[3:]
	for i, arg := range args {
		if os.Getenv("TOOLEXEC_IMPORTPATH") == "example.com/app" && filepath.Base(arg) == "main.go" && filepath.Base(tool) == "compile" {
			args[i] = instrumented(arg, settings)
		}
	}
	cmd := exec.Command(tool, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		os.Exit(1)
	}
}

func instrumented(name, settings string) string {
	word, err := os.ReadFile(settings)
	if err != nil {
		panic(err)
	}
	data, err := os.ReadFile(name)
	if strings.Contains(string(data), "refuse") {
		fmt.Fprintln(os.Stderr, "./main.go:3:1: instrument: refused")
		os.Exit(1)
	}
	dir, _ := os.MkdirTemp("", "")
	to := filepath.Join(dir, "main.go")
	if err == nil {
		err = os.WriteFile(to, bytes.ReplaceAll(data, []byte("plain"), word), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return to
}
`

// TestToolexec builds two images for two platforms, of which one is compiled
// through a vendored tool. The tool is built once, and its errors are those of the
// build.
func TestToolexec(t *testing.T) {
	t.Parallel()
	const main = "package main\n\nvar text = `plain text`\n\nfunc main() { println(text) }\n"
	const build = "build the tool instrument"
	dir := t.TempDir()
	b := gohull(t, dir, "--target=binary", "--platform=linux/amd64,linux/arm64", "--provenance=false")
	edit(t, b, map[string]string{
		"Dockerfile":                            "images:\n  plain: {main: .}\n  traced: {main: ., build: {toolexec: [instrument, /src/its settings.txt], files: [its settings.txt]}}\n",
		"go.mod":                                goMod("example.com/app") + "\ntool example.com/instrument\n\nrequire example.com/instrument v1.0.0\n",
		"main.go":                               main,
		"its settings.txt":                      "two words",
		"vendor/modules.txt":                    "# example.com/instrument v1.0.0\n## explicit; go 1.25\nexample.com/instrument\n",
		"vendor/example.com/instrument/tool.go": instrument,
	})
	programs := 0
	for name, data := range export(t, b) {
		if filepath.Base(name) != "app" {
			continue
		}
		programs++
		if strings.Contains(data, "two words text") != strings.Contains(name, "traced") {
			t.Errorf("%s has the text of the other image", name)
		}
	}
	if programs != 4 {
		t.Errorf("there are %d programs, want one for each of two images and platforms", programs)
	}

	edit(t, b, map[string]string{"main.go": strings.Replace(main, "text`", "refuse`", 1)})
	r := run(t, gohull(t, dir, "--target=traced/binary"))
	isCached(t, r, build)
	if r.Exit == 0 || !strings.Contains(r.Text, "main.go:3:1: instrument: refused") {
		t.Errorf("exit code %d, and the error of the tool is missing:\n%s", r.Exit, r.Text)
	}
}
