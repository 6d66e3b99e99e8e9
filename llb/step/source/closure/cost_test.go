package closure

import (
	"fmt"
	"io/fs"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/gohull/gohull/llb/step"
)

// counting counts what is asked of a file system.
type counting struct {
	fstest.MapFS
	opened, looked atomic.Int64
}

func (c *counting) Open(name string) (fs.File, error) {
	c.opened.Add(1)
	return c.MapFS.Open(name)
}

func (c *counting) Lstat(name string) (fs.FileInfo, error) {
	c.looked.Add(1)
	return c.MapFS.Lstat(name)
}

// TestCostOfVendored: a vendored program of a large project with a replaced
// module opens its own files, and none of the packages that it does not
// import.
func TestCostOfVendored(t *testing.T) {
	const unused = 2000
	files := fstest.MapFS{
		"go.mod":                         {Data: []byte("module example.com/m\n\ngo 1.26\n\nrequire (\n\texample.com/lib v1.0.0\n\texample.com/far v1.0.0\n)\n\nreplace example.com/lib => ./lib\n")},
		"lib/go.mod":                     {Data: []byte("module example.com/lib\n\ngo 1.26\n")},
		"cmd/x/main.go":                  {Data: []byte("package main\n\nimport _ \"example.com/far/p1\"\n\nfunc main() {}\n")},
		"vendor/modules.txt":             {Data: []byte("# example.com/far v1.0.0\n## explicit; go 1.26\n" + "example.com/far/p1\n# example.com/lib v1.0.0 => ./lib\n## explicit; go 1.26\nexample.com/lib\n")},
		"vendor/example.com/far/p1/p.go": {Data: []byte("package p1\n")},
		"vendor/example.com/lib/l.go":    {Data: []byte("package lib\n")},
	}
	for i := range unused {
		files[fmt.Sprintf("pkg/p%d/f.go", i)] = &fstest.MapFile{Data: []byte("package p\n")}
		files[fmt.Sprintf("lib/p%d/f.go", i)] = &fstest.MapFile{Data: []byte("package p\n")}
	}
	fsys := &counting{MapFS: files}
	v := step.Closure{Platforms: []string{"linux/amd64"}, Go: "1.26.8", NoModules: true, Mains: []string{"cmd/x"}}
	r, err := Find(fsys, v, Asked{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Files) != 5 {
		t.Errorf("the closure has the files %q", r.Files)
	}
	// Each directory on the way is listed once, and each file read twice at most.
	if opened := fsys.opened.Load(); opened > 60 {
		t.Errorf("%d opens for %d files", opened, len(r.Files))
	}
	if looked := fsys.looked.Load(); looked > 20 {
		t.Errorf("%d look-ups for %d files", looked, len(r.Files))
	}
}
