package gohull

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/frontend/stamp"
	"github.com/gohull/gohull/llb/tool"
)

var update = flag.Bool("update", false, "rewrite the generated parts of the documentation")

// generated are the parts of pages that come from the code. On a page they
// stand between <!-- begin NAME --> and <!-- end NAME -->.
var generated = map[string]func() string{
	"spec":      spec.Markdown,
	"buildargs": buildArgs,
	"secrets":   secrets,
	"stamps":    stamps,
	"targets":   targets,
}

func buildArgs() string {
	var b strings.Builder
	b.WriteString("| build arg | meaning |\n|---|---|\n")
	for _, a := range planner.BuildArgs() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", a.Name, a.Meaning)
	}
	return b.String()
}

func stamps() string {
	var b strings.Builder
	b.WriteString("| stamp | value |\n|---|---|\n")
	for _, s := range stamp.All() {
		fmt.Fprintf(&b, "| `{{.%s}}` | %s |\n", s.Name, s.Meaning)
	}
	return b.String()
}

func secrets() string {
	var b strings.Builder
	b.WriteString("| secret | meaning |\n|---|---|\n")
	for _, s := range tool.Secrets() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", s.ID, s.Meaning)
	}
	return b.String()
}

func targets() string {
	var b strings.Builder
	b.WriteString("| target | what it builds |\n|---|---|\n")
	for _, t := range planner.Targets() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", t.Name, t.Description)
	}
	return b.String()
}

// TestDocs holds the generated parts of the pages against the code; `go test
// . -run Docs -update` rewrites them.
func TestDocs(t *testing.T) {
	found := map[string]bool{}
	for _, page := range []string{"README.md", "docs/reference.md"} {
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		for name, generate := range generated {
			begin, end := fmt.Sprintf("<!-- begin %s -->\n", name), fmt.Sprintf("<!-- end %s -->", name)
			before, rest, ok := strings.Cut(text, begin)
			if !ok {
				continue
			}
			old, after, ok := strings.Cut(rest, end)
			if !ok {
				t.Fatalf("%s: no %s", page, end)
			}
			found[name] = true
			if want := generate(); old != want {
				text = before + begin + want + end + after
				if !*update {
					t.Errorf("%s: the part %s is not what the code says (-page +code):\n%s", page, name, cmp.Diff(old, want))
				}
			}
		}
		if *update && !bytes.Equal(data, []byte(text)) {
			if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name := range generated {
		if !found[name] {
			t.Errorf("no page has the part %s", name)
		}
	}
}
