package objects

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/gohull/gohull/llb/step"
	"github.com/google/go-cmp/cmp"
)

// TestHeads packs and vets a group from the heads of what it imports. The pack is the
// same as with whole objects, nothing else is compiled, and little is unpacked.
func TestHeads(t *testing.T) {
	_, gocache, _ := compiled(t)
	project := t.TempDir()
	writeAll(t, project, map[string]string{
		"go.mod":                    "module example.com/m\n\ngo 1.24\n",
		"low/low.go":                "package low\n\nimport \"strings\"\n\ntype Text string\n\nfunc (t Text) Lower() Text { return Text(strings.ToLower(string(t))) }\n",
		"app/app.go":                "package app\n\nimport \"example.com/m/low\"\n\nfunc Do[T ~string](t T) low.Text { return low.Text(t).Lower() }\n",
		"list/" + step.StandardFile: "strings\n",
		"low.txt":                   "parts/low example.com/m/low\n",
		"app.txt":                   "parts/app example.com/m/app\n",
	})
	group := func(list, gocache string, packs ...string) string {
		return collect(t, project, gocache, step.Objects{
			Start: step.Start{Packs: packs},
			List:  filepath.Join(project, list),
			Parts: true,
			Vet:   []string{"test"},
			Args:  []string{"list", "-e", "-export"},
		})
	}
	standard := standardOfTests(t, project, gocache)
	low := group("low.txt", gocache)
	whole := group("app.txt", gocache)

	heads := t.TempDir()
	app := group("app.txt", heads, standard, low)

	if diff := cmp.Diff(string(read(t, whole, "parts/app/"+IndexFile)), string(read(t, app, "parts/app/"+IndexFile))); diff != "" {
		t.Errorf("the pack differs, -whole +heads\n%s", diff)
	}
	if !slices.Equal(read(t, whole, "parts/app/"+DataFile), read(t, app, "parts/app/"+DataFile)) {
		t.Error("the packs have different data")
	}
	var packages int
	for _, name := range objects(t, heads) {
		if headOf(read(t, heads, name)).length > 0 {
			packages++
		}
	}
	if packages != 1 {
		t.Errorf("GOCACHE has %d compiled packages, want that of the group", packages)
	}
	size, used := sizes(t, filepath.Join(heads, headsDir))
	if size == 0 || used*2 > size {
		t.Errorf("of packages with %d bytes, %d are unpacked", size, used)
	}
}

// sizes returns the sizes of all objects, and the space that they take.
func sizes(t *testing.T, dir string) (size, used int64) {
	t.Helper()
	for _, name := range objects(t, dir) {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
		used += info.Sys().(*syscall.Stat_t).Blocks * 512
	}
	return size, used
}

// TestHeadsAndPacks has packs whose objects a step packs again, which takes all of them.
func TestHeadsAndPacks(t *testing.T) {
	start := step.Start{Packs: []string{"/a", "/b"}}
	for name, c := range map[string]struct {
		of   step.Objects
		want step.Record
	}{
		"a group":            {step.Objects{Start: start, Parts: true}, step.Record{File: "f", Heads: start.Packs}},
		"what is left out":   {step.Objects{Start: start, Without: []string{"/b"}}, step.Record{File: "f", Packs: []string{"/a"}, Heads: []string{"/b"}}},
		"everything of both": {step.Objects{Start: start}, step.Record{File: "f", Packs: start.Packs}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, recording(c.of, "f")); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// archive returns a compiled package, in the format that Go's compiler writes.
func archive(definition string, rest string) []byte {
	return fmt.Appendf(nil, "!<arch>\n%-16s%-12d%-6d%-6d%-8o%-10d`\n%s%s", "__.PKGDEF", 0, 0, 0, 0o644, len(definition), definition, rest)
}

func TestHeadOf(t *testing.T) {
	object := archive("types\n", "code")
	length := len(object) - len("code")
	for name, c := range map[string]struct {
		output []byte
		want   head
	}{
		"a package":            {object, head{int64(length), sha256.Sum256(object[:length])}},
		"no definition first":  {[]byte(strings.Replace(string(object), "__.PKGDEF", "_go_.o   ", 1)), head{}},
		"no archive":           {[]byte("<unknown file>"), head{}},
		"cut in the header":    {object[:20], head{}},
		"cut in the first one": {object[:length-1], head{}},
		"no size":              {[]byte(strings.Replace(string(object), "6         `", "x         `", 1)), head{}},
		"a negative size":      {[]byte(strings.Replace(string(object), "6         `", "-1        `", 1)), head{}},
		"nothing":              {nil, head{}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := headOf(c.output); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

// TestHeadsHostile has packs with wrong heads.
func TestHeadsHostile(t *testing.T) {
	_, _, one := compiled(t)
	entries, err := readIndex(one)
	if err != nil {
		t.Fatal(err)
	}
	data := read(t, one, DataFile)
	first := entries[slices.IndexFunc(entries, func(e entry) bool { return e.head.length > 0 })]
	other, long, endless := first, first, first
	other.head.sum[0]++
	long.head.length++
	endless.head.length = first.size + 1
	for name, c := range map[string]struct{ index, want string }{
		"another checksum":       {other.String(), "its checksum is wrong"},
		"another length":         {long.String(), "its checksum is wrong"},
		"longer than the output": {endless.String(), "its checksum is wrong"},
		"no checksum":            {strings.Join(strings.Fields(first.String())[:6], " "), "is not an entry of an index"},
		"no length":              {strings.Replace(first.String(), fmt.Sprintf(" %d ", first.head.length), " x ", 1), "is not a number of bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := unpackHead(t, packOf(t, c.index, data)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	file, err := unpackHead(t, packOf(t, first.String(), data))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if err != nil || headOf(got) != first.head || int64(len(got)) != first.size {
		t.Errorf("%v, or another head than the index has", err)
	}
}

// unpackHead unpacks the head of the one object of a pack.
func unpackHead(t *testing.T, dir string) (file string, err error) {
	t.Helper()
	s, err := openShelf(t.TempDir(), nil, []string{dir})
	if err != nil {
		return "", err
	}
	t.Cleanup(func() { _ = s.close() })
	for id := range s.places {
		file, _, _, err = s.unpack(id)
	}
	return file, err
}
