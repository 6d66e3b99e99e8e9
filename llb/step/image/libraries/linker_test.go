package libraries

import (
	"os"
	"strings"
	"testing"
)

// TestLinker has images as lists of files, as TestCheck has them.
func TestLinker(t *testing.T) {
	for _, c := range []struct{ name, arch, image, want string }{
		{"nothing", "amd64", "etc/passwd text:root", "/lib64/ld-linux-x86-64.so.2"},
		{"musl", "amd64", "lib/ld-musl-x86_64.so.1 text:", "/lib/ld-musl-x86_64.so.1"},
		{"musl in /usr", "arm64", "lib link:/usr/lib\nusr/lib/ld-musl-aarch64.so.1 text:", "/lib/ld-musl-aarch64.so.1"},
		{"glibc", "amd64", "lib64 link:usr/lib64\nusr/lib64/ld-linux-x86-64.so.2 text:\nusr/lib64/libc.so.6 text:", "/lib64/ld-linux-x86-64.so.2"},
		{"glibc, and musl as a package", "amd64", "lib/ld-musl-x86_64.so.1 text:\nlib/x86_64-linux-gnu/libc.so.6 text:", "/lib64/ld-linux-x86-64.so.2"},
		{"musl, and another name for it", "amd64", "lib/ld-musl-x86_64.so.1 text:\nlib64/ld-linux-x86-64.so.2 link:../lib/ld-musl-x86_64.so.1", "/lib/ld-musl-x86_64.so.1"},
		{"an older name", "arm", "lib/ld-linux.so.3 text:", "/lib/ld-linux.so.3"},
		{"both names", "arm", "lib/ld-linux.so.3 text:\nlib/ld-linux-armhf.so.3 link:ld-linux.so.3", "/lib/ld-linux-armhf.so.3"},
		{"unknown architecture", "sparc64", "etc/passwd text:root", ""},
	} {
		root, err := os.OpenRoot(lay(t, strings.ReplaceAll(c.image, "text:\n", "text:x\n")))
		if err != nil {
			t.Fatal(err)
		}
		if got := Linker(root.FS(), c.arch); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		root.Close()
	}
}
