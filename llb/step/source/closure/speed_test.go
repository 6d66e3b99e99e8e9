package closure

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/step"
)

// A program of 25 packages in a context of 5,000 files.
func BenchmarkFind(b *testing.B) {
	dir := b.TempDir()
	writeFile(b, filepath.Join(dir, "go.mod"), "module example.com/m\n\ngo 1.26\n")
	for i := range 5000 {
		next := ""
		if i%10 == 0 && i/10%25 != 24 {
			next = fmt.Sprintf("import _ \"example.com/m/p%d\"\n", i/10+1)
		}
		text := strings.Repeat("// Copyright.\n", 12) + "\npackage p\n\n" + next + strings.Repeat("\n// F does.\nfunc F() {}\n", 400)
		writeFile(b, filepath.Join(dir, fmt.Sprintf("p%d/f%d.go", i/10, i)), text)
	}
	fsys := open(b, dir)
	v := step.Closure{Platforms: []string{"linux/amd64", "linux/arm64"}, Go: "1.26.8", Mains: []string{"p0"}}
	for b.Loop() {
		if _, err := Find(fsys, v, Asked{}); err != nil {
			b.Fatal(err)
		}
	}
}
