package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// TestGenerateCommand builds from files that two commands make, of which the
// second reads what the first wrote. A command that says which files it reads
// runs again for those only.
func TestGenerateCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := gohull(t, dir, "--provenance=false")
	b.Push = ref(t)
	edit(t, b, map[string]string{
		"Dockerfile": `main: .
generate:
  - {run: [go, run, ../build, page], dir: views, files: [views]}
  - {run: [go, run, ./build, upper], files: [views]}
`,
		"go.mod":         "module example.com/m\n\ngo 1.26.8\n",
		"main.go":        "package main\n\nimport \"example.com/m/views\"\n\nfunc main() { print(views.Page, views.Upper) }\n",
		"views/page.txt": dir,
		"build/main.go": `package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	if os.Args[1] == "page" {
		text, err := os.ReadFile("page.txt")
		if err != nil {
			panic(err)
		}
		os.WriteFile("page.go", fmt.Appendf(nil, "package views\n\nconst Page = %q\n", text), 0o644)
		return
	}
	page, err := os.ReadFile("views/page.go")
	if err != nil {
		panic(err)
	}
	os.WriteFile("views/upper.go", []byte(strings.ReplaceAll(string(page), "Page", "Upper")), 0o644)
}
`,
	})
	succeed(t, b)
	const first, second = "run go run ../build page", "run go run ./build upper"
	edit(t, b, map[string]string{"README.md": dir, "main.go": "package main\n\nimport \"example.com/m/views\"\n\nfunc main() { print(views.Upper) }\n"})
	if got := cachedSteps(t, succeed(t, b), first, second); !got[first] || !got[second] {
		t.Errorf("CACHED after edits elsewhere: %v, want both", got)
	}
	files := export(t, gohull(t, dir, "--target=generate"))
	want := fmt.Sprintf("package views\n\nconst Upper = %q\n", dir)
	if len(files) != 2 || files["views/upper.go"] != want || files["views/page.go"] == "" {
		t.Fatalf("exported %q", files)
	}

	files["views/upper.go"] = strings.Replace(want, "Upper", "Lower", 1)
	edit(t, b, files)
	edit(t, b, map[string]string{"Dockerfile": "main: .\nchecks: [generate]\ngenerate: [{run: [go, run, ./build, upper], files: [views]}]\n"})
	const message = "views/upper.go:3: not as the generators make it; to have it written"
	if r := run(t, b); r.Exit == 0 || !strings.Contains(r.Text, message) {
		t.Errorf("exit code %d, and this was printed without %q:\n%s", r.Exit, message, r.Text)
	}
}
