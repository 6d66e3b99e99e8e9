package objects

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/cache"
)

// TestServed builds from a pack that is not unpacked: nothing is compiled, the program
// is the same, and a command that needs fewer objects gets fewer.
func TestServed(t *testing.T) {
	dir, gocache, one := compiled(t)
	all, lib, out := t.TempDir(), t.TempDir(), t.TempDir()
	if got := run(t, dir, all, asCache(t, step.Record{Packs: []string{one}}), "build", "-v", "-trimpath", "-o", out+"/served", "."); got != "" {
		t.Errorf("with the pack, this is compiled:\n%s", got)
	}
	run(t, dir, gocache, nil, "build", "-trimpath", "-o", out+"/compiled", ".")
	if !slices.Equal(read(t, out, "served"), read(t, out, "compiled")) {
		t.Error("a program that is linked of a pack is another one")
	}
	run(t, dir, lib, asCache(t, step.Record{Packs: []string{one}}), "list", "-export", "-trimpath", "./lib")
	if n, m := len(objects(t, lib)), len(objects(t, all)); n == 0 || n*4 > m {
		t.Errorf("a package alone gets %d files, and the program %d", n, m)
	}
}

// TestServeSeed starts from seeds of this and of an earlier release. The index of the
// latter says nothing about places.
func TestServeSeed(t *testing.T) {
	_, _, one := compiled(t)
	entries, err := readIndex(one)
	if err != nil {
		t.Fatal(err)
	}
	var earlier strings.Builder
	for _, e := range entries {
		first := strings.Fields(e.String())[:2]
		earlier.WriteString(strings.Join(first, " ") + "\n")
	}
	old := packOf(t, earlier.String(), read(t, one, DataFile))
	for _, c := range []struct {
		seed, log, env string
	}{
		{one, "starting from 1 packs\n", "GOCACHEPROG=/tool record -packs=" + one},
		{old, "unpacked ", ""},
	} {
		var log strings.Builder
		s, err := Serve(gocmd.Step{Self: "/tool", Stderr: &log}, t.TempDir(), step.Start{Seeds: []string{t.TempDir(), c.seed}})
		if err != nil || strings.Join(s.Env, " ") != c.env || !strings.HasPrefix(log.String(), c.log) {
			t.Errorf("got %v, the environment %q, and the log %q; want %q and %q", err, s.Env, log.String(), c.env, c.log)
		}
	}
}

// packOf writes a pack.
func packOf(t *testing.T, index string, data []byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string][]byte{IndexFile: []byte(index), DataFile: data} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestServeHostile has packs that others have written.
func TestServeHostile(t *testing.T) {
	_, gocache, one := compiled(t)
	entries, err := readIndex(one)
	if err != nil {
		t.Fatal(err)
	}
	c, err := cache.Open(gocache)
	if err != nil {
		t.Fatal(err)
	}
	data, zero := read(t, one, DataFile), strings.Repeat("0", 64)
	first := slices.MaxFunc(entries, func(a, b entry) int { return int(a.size - b.size) })
	other, short, beyond := first, first, first
	other.output[0]++
	short.size++
	beyond.offset = int64(len(data)) + 1
	text, err := outputText(other, c.OutputFile(first.output))
	if err != nil {
		t.Fatal(err)
	}
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	forged := z.EncodeAll(text, nil)
	whole := other
	whole.offset, whole.length = 0, int64(len(forged))
	for name, c := range map[string]struct {
		index string
		data  []byte
		want  string
	}{
		"no index":              {"x", data, `"x" is not an entry of an index`},
		"no action":             {zero + "00 00 0 0 0", data, "is not the name of an action"},
		"no output":             {zero + " 00 0 0 0", data, "is not the name of an action or an output"},
		"a negative size":       {zero + " " + zero + " -1 0 0", data, "is not a number of bytes"},
		"another output":        {other.String(), data, "the pack has "},
		"another content":       {whole.String(), forged, "its checksum is wrong"},
		"another size":          {short.String(), data, "the pack has "},
		"beyond the data's end": {beyond.String(), data, "EOF"},
		"no data":               {first.String(), nil, "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := unpackFirst(t, packOf(t, c.index, c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	if err := unpackFirst(t, packOf(t, first.String(), data)); err != nil {
		t.Error(err)
	}
	if _, err := Unpack(t.TempDir(), packOf(t, whole.String(), forged)); err == nil || !strings.Contains(err.Error(), "unpacking objects: the output of action ") || !strings.Contains(err.Error(), "its checksum is wrong") {
		t.Errorf("all unpacked at once: %v", err)
	}
}

// unpackFirst unpacks an object of a pack.
func unpackFirst(t *testing.T, dir string) error {
	t.Helper()
	gocache := t.TempDir()
	if _, err := cache.Open(gocache); err != nil {
		t.Fatal(err)
	}
	s, err := openShelf(gocache, []string{dir}, nil)
	if err != nil {
		return err
	}
	defer s.close()
	for id := range s.places {
		_, _, ok, err := s.unpack(id)
		if err == nil && (!ok || len(objects(t, gocache)) != 2) {
			t.Errorf("%v, with %d files", ok, len(objects(t, gocache)))
		}
		if err != nil && len(objects(t, gocache)) > 0 {
			t.Errorf("after an error, there is %s", objects(t, gocache))
		}
		return err
	}
	return nil
}

// TestServedDamaged has a pack without data: the go command compiles everything, and
// the log says why.
func TestServedDamaged(t *testing.T) {
	dir, _, one := compiled(t)
	gocache := t.TempDir()
	damaged := packOf(t, string(read(t, one, IndexFile)), nil)
	got := run(t, dir, gocache, asCache(t, step.Record{Packs: []string{damaged}}), "list", "-export", "-trimpath", "-f", "{{.Export}}", "./lib")
	if !strings.Contains(got, "gohull: unpacking objects: the output of action ") || !strings.Contains(got, gocache) {
		t.Errorf("it says %q", got)
	}
}

func FuzzShelf(f *testing.F) {
	id := strings.Repeat("ab", 32)
	f.Add(id+" "+id+" 1 0 1\n", []byte("not compressed"))
	f.Add(id+" "+id+" 2 0 1 1 "+id+"\n", []byte("not compressed"))
	f.Fuzz(func(t *testing.T, index string, data []byte) {
		gocache := t.TempDir()
		pack := packOf(t, index, data)
		_, _ = Unpack(t.TempDir(), pack) // Whatever it makes of it, it returns.
		for _, dirs := range [][2][]string{{{pack}, nil}, {nil, {pack}}} {
			s, err := openShelf(gocache, dirs[0], dirs[1])
			if err != nil {
				return
			}
			for id := range s.places {
				_, _, _, _ = s.unpack(id)
			}
			_ = s.close()
		}
	})
}
