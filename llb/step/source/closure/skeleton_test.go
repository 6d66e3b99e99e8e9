package closure

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/step"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// bony is a project of which the skeleton has what its modules are needed
// for: on all platforms, in tests, and with whatever build tags.
const bony = `
-- go.mod --
module example.com/m

require example.com/near v1.0.0

replace example.com/near => ./near
-- main.go --
package main

import (
	"fmt"

	"example.com/m/sub"
	"example.com/near"
	"example.com/outside"
)

func main() { fmt.Println(sub.X, near.X, outside.X) }
-- main_windows.go --
package main

import _ "example.com/windows"
-- tools.go --
//go:build tools

package main

import _ "example.com/tool"
-- never.go --
//go:build ignore

package main

import _ "example.com/never"
-- main_test.go --
package main

import _ "example.com/tested"
-- sub/x_test.go --
package sub_test

import (
	"testing"

	_ "example.com/m/sub"
)
-- sub/x.go --
package sub

const X = 1
-- testdata/x.go --
package x

import _ "example.com/data"
-- near/go.mod --
module example.com/near
-- near/near.go --
package near

import _ "example.com/further"
-- README.md --
`

const bones = `skeleton/go.mod
skeleton/near/go.mod
skeleton/near/stub.go import _ "example.com/further"
skeleton/stub.go import _ "example.com/m/sub" import _ "example.com/near" import _ "example.com/outside" import _ "example.com/tool" import _ "example.com/windows"
skeleton/stub_test.go import _ "example.com/tested"
skeleton/sub/stub.go
skeleton/sub/stub_test.go import _ "example.com/m/sub"
versions/go.mod
versions/near/go.mod
`

func TestSkeleton(t *testing.T) {
	if diff := cmp.Diff(bones, skeletonOf(t, bony)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestSkeletonOfEdits: what changes nothing of what is imported changes
// nothing of the skeleton.
func TestSkeletonOfEdits(t *testing.T) {
	for _, edit := range []struct{ old, with string }{
		{"func main() {", "func main() { println();"},
		{"\"fmt\"\n", "\"fmt\"\n\t_ \"os\"\n"},
		{"const X = 1", "const X = 2"},
		{"_ \"example.com/never\"", "_ \"example.com/other\""},
		{"_ \"example.com/data\"", "_ \"example.com/other\""},
		{"-- README.md --\n", "-- README.md --\nedited\n"},
	} {
		edited := strings.Replace(bony, edit.old, edit.with, 1)
		if edited == bony {
			t.Fatalf("no %q to edit", edit.old)
		}
		if diff := cmp.Diff(bones, skeletonOf(t, edited)); diff != "" {
			t.Errorf("%q (-want +got)\n%s", edit.with, diff)
		}
	}
}

// skeletonOf lists the files of a skeleton, with what they import.
func skeletonOf(t *testing.T, archive string) string {
	t.Helper()
	fsys, err := txtar.FS(txtar.Parse([]byte(archive)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := FindSkeleton(fsys, step.Project{})
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	if err := WriteSkeleton(out, fsys, s); err != nil {
		t.Fatal(err)
	}
	var list strings.Builder
	err = filepath.WalkDir(out, func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		list.WriteString(strings.TrimPrefix(name, out+"/"))
		for line := range strings.Lines(string(data)) {
			if strings.HasPrefix(line, "import ") {
				list.WriteString(" " + strings.TrimSpace(line))
			}
		}
		list.WriteString("\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list.String()
}
