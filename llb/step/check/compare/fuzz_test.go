package compare

import (
	"os"
	"testing"
)

// FuzzDifference: whatever two files are, the difference has words.
func FuzzDifference(f *testing.F) {
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		f.Skip(err)
	}
	f.Add(self[:4096], self[:2048])
	f.Add([]byte("\x7fELF"), []byte(""))
	f.Add([]byte("a"), []byte("ab"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if difference(a, b) == "" {
			t.Error("nothing is said")
		}
	})
}
