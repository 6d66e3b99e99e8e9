package sbom

import (
	"encoding/json"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step"
)

// TestDescribe: the files below bin/ are what `go version -m` prints of an
// executable, a first line "base" names what the image starts from, and
// want.json is the document.
func TestDescribe(t *testing.T) {
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		golden.Set(t, ar, "want.json", documentOf(t, ar))
	})
}

func documentOf(t *testing.T, ar *txtar.Archive) string {
	v := step.SBOM{Image: "server", Epoch: 1700000000}
	first, _, _ := strings.Cut(string(ar.Comment), "\n")
	if base, ok := strings.CutPrefix(first, "base "); ok {
		v.Base = base
	}
	var list []step.OSPackage
	var executables []executable
	for _, f := range ar.Files {
		if f.Name == "packages.json" {
			if err := json.Unmarshal(f.Data, &list); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.HasPrefix(f.Name, "bin/") {
			continue
		}
		head, rest, _ := strings.Cut(string(f.Data), "\n")
		info, err := debug.ParseBuildInfo(strings.ReplaceAll("\n"+rest, "\n\t", "\n"))
		if err != nil {
			t.Fatal(err)
		}
		_, info.GoVersion, _ = strings.Cut(head, ": ")
		executables = append(executables, executable{path: f.Name, sha1: "01", sha256: "02", info: info})
	}
	data, err := encode(describe(executables, v, list))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestDocument reads an executable that the go command has just linked: this
// test.
func TestDocument(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	root := fstest.MapFS{"usr/local/bin/self": {Data: program}}
	data, err := Document(root, step.SBOM{Image: "self"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Document(root, step.SBOM{Image: "self"}, nil)
	if err != nil || string(data) != string(again) {
		t.Errorf("two documents of one executable differ: %v", err)
	}
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, p := range d.Packages {
		found[p.Name] = p.Version
	}
	want, _, _ := strings.Cut(strings.TrimPrefix(runtime.Version(), "go"), " ")
	if found["stdlib"] != want {
		t.Errorf("stdlib %q, want %q", found["stdlib"], want)
	}
	if len(d.Files) != 1 || d.Files[0].Name != "/usr/local/bin/self" {
		t.Errorf("files %v", d.Files)
	}
}

func TestNotAnExecutable(t *testing.T) {
	_, err := Document(fstest.MapFS{"usr/local/bin/run.sh": {Data: []byte("#!/bin/sh\n")}}, step.SBOM{Image: "server"}, nil)
	const want = "usr/local/bin/run.sh has no build information: unrecognized file format"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
