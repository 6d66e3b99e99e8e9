package closure

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/step"
	"github.com/google/go-cmp/cmp"
)

// Of this very module, the closure is what the go command lists.
func TestOwnModule(t *testing.T) {
	root, err := filepath.Abs("../../../..")
	if err != nil {
		t.Fatal(err)
	}
	const main = "cmd/gohull-frontend"
	got, err := Find(open(t, root), step.Closure{Platforms: []string{"linux/arm64"}, Go: "1.26.8", Mains: []string{main}}, Asked{})
	if err != nil {
		t.Fatal(err)
	}
	files := goList(t, root, main, "{{if .Module}}{{if .Module.Main}}{{$dir := .Dir}}"+
		"{{range .GoFiles}}{{$dir}}/{{.}}\n{{end}}{{range .EmbedFiles}}{{$dir}}/{{.}}\n{{end}}{{end}}{{end}}")
	for i, name := range files {
		if files[i], err = filepath.Rel(root, name); err != nil {
			t.Fatal(err)
		}
	}
	files = append(files, "go.mod", "go.sum")
	slices.Sort(files)
	if diff := cmp.Diff(files, got.Files); diff != "" {
		t.Errorf("files: -go list +closure\n%s", diff)
	}
	imports := goList(t, root, main, "{{if .Module}}{{if .Module.Main}}{{join .Imports \"\\n\"}}\n{{end}}{{end}}")
	imports = slices.DeleteFunc(imports, func(path string) bool {
		first, _, _ := strings.Cut(path, "/")
		return !strings.Contains(first, ".") || strings.HasPrefix(path, "github.com/gohull/gohull/")
	})
	slices.Sort(imports)
	if diff := cmp.Diff(slices.Compact(imports), got.Outline.Stubs[0].Imports); diff != "" {
		t.Errorf("imports: -go list +closure\n%s", diff)
	}
}

func goList(t *testing.T, root, main, format string) []string {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-f", format, "./"+main)
	cmd.Dir = root
	cmd.Env = append(cmd.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0", "GOFLAGS=")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}
