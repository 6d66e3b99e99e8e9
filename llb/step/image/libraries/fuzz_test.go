package libraries

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"testing"
)

// Anyone may have made a base.
func FuzzCache(f *testing.F) {
	header := append([]byte(cacheMagic), make([]byte, cacheHeader-len(cacheMagic)+cacheEntrySize)...)
	header[len(cacheMagic)] = 1
	f.Add(append(header, "libz.so.1\x00/usr/lib/libz.so.1\x00"...))
	f.Add([]byte(cacheMagic + "\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.Mkdir(dir+"/etc", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/"+cacheFile, data, 0o644); err != nil {
			t.Fatal(err)
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		cached(root.FS(), binary.LittleEndian)
	})
}

func FuzzParse(f *testing.F) {
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		f.Skip(err)
	}
	f.Add(self[:4096])
	f.Fuzz(func(t *testing.T, data []byte) {
		if file, err := elf.NewFile(bytes.NewReader(data)); err == nil {
			_, _ = parse("usr/lib/lib.so", file)
		}
	})
}
