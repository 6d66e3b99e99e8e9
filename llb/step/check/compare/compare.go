// Package compare compares two builds of the same source, and says where they
// differ in terms of what a linker wrote.
package compare

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
)

// Sums returns the checksums of the files that both builds have, by name, as
// step.SumsFile has them. Its error has a line for each file that differs.
func Sums(first, second fs.FS) ([]byte, error) {
	a, err := read(first)
	if err != nil {
		return nil, err
	}
	b, err := read(second)
	if err != nil {
		return nil, err
	}
	var sums bytes.Buffer
	var differ []error
	for _, name := range names(a, b) {
		if err := compare(name, a, b); err != nil {
			differ = append(differ, err)
		}
		sums.WriteString(step.SumsLine(name, a[name]))
	}
	return sums.Bytes(), errors.Join(differ...)
}

// read returns the files of a build by name.
func read(built fs.FS) (map[string][]byte, error) {
	all := map[string][]byte{}
	err := fs.WalkDir(built, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		all[name], err = regular.ReadIn(built, name, regular.Program)
		return err
	})
	return all, err
}

func names(a, b map[string][]byte) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

// compare tells how a file differs between two builds.
func compare(name string, a, b map[string][]byte) error {
	first, inFirst := a[name]
	second, inSecond := b[name]
	switch {
	case !inSecond:
		return fmt.Errorf("/%s: the second build has none", name)
	case !inFirst:
		return fmt.Errorf("/%s: the first build has none", name)
	case bytes.Equal(first, second):
		return nil
	}
	return fmt.Errorf("/%s: two builds of it differ %s", name, difference(first, second))
}

// difference tells where two files differ. What they were built from says
// most; the place of the first byte is what there is otherwise.
func difference(first, second []byte) string {
	return cmp.Or(
		buildInfo(first, second),
		sections(first, second),
		fmt.Sprintf("from byte %#x on; they have %d and %d bytes", firstByte(first, second), len(first), len(second)),
	)
}

// firstByte returns where two files begin to differ.
func firstByte(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
