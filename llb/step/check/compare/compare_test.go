package compare

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"testing/fstest"
)

// build compiles a program with flags of the go command.
func build(t *testing.T, flags ...string) *fstest.MapFile {
	t.Helper()
	dir := t.TempDir()
	for name, data := range map[string]string{
		"go.mod":  "module example.com/app\n\ngo 1.24\n",
		"main.go": "package main\n\nvar built = \"\"\n\nfunc main() { println(built) }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"build", "-buildvcs=false", "-o", "app"}, flags...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOFLAGS=", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "app"))
	if err != nil {
		t.Fatal(err)
	}
	return &fstest.MapFile{Data: data}
}

func text(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

func TestSums(t *testing.T) {
	app := fstest.MapFS{"usr/local/bin/app": text("a\n"), "usr/local/bin/other": text("")}
	got, err := Sums(app, app)
	const want = `87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7  usr/local/bin/app
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  usr/local/bin/other
`
	if err != nil || string(got) != want {
		t.Errorf("%v, got\n%swant\n%s", err, got, want)
	}
}

// TestDifferences compares what differs; a number stands for one that
// depends on the Go that runs the test.
func TestDifferences(t *testing.T) {
	trimmed := build(t, "-trimpath", "-ldflags=-s -w -X main.built=today")
	for _, test := range []struct {
		name          string
		first, second fs.FS
		want          string
	}{
		{"files", fstest.MapFS{"a": text("a")}, fstest.MapFS{"b": text("b")},
			"/a: the second build has none\n/b: the first build has none"},
		{"bytes", fstest.MapFS{"a": text("0123")}, fstest.MapFS{"a": text("01x")},
			"/a: two builds of it differ from byte N on; they have N and N bytes"},
		{"setting", fstest.MapFS{"app": trimmed}, fstest.MapFS{"app": build(t, "-trimpath", "-tags=netgo", "-ldflags=-s -w -X main.built=today")},
			"/app: two builds of it differ in what they were built from: the build setting -tags is missing, then netgo"},
		{"section", fstest.MapFS{"app": trimmed}, fstest.MapFS{"app": build(t, "-trimpath", "-ldflags=-s -w -X main.built=later")},
			"/app: two builds of it differ in the section .rodata from N on"},
		{"build ID", fstest.MapFS{"app": trimmed}, fstest.MapFS{"app": build(t, "-trimpath", "-ldflags=-s -w -X main.built=today -buildid=x")},
			"/app: two builds of it differ in the section .note.go.buildid from N on, in the section .note.gnu.build-id from N on"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Sums(test.first, test.second)
			if err == nil {
				t.Fatal("no difference was found")
			}
			if got := numbers.ReplaceAllString(err.Error(), "${1}N"); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

var numbers = regexp.MustCompile(`( )(0x[0-9a-f]+|[0-9]+)\b`)
