package alpine

import (
	"archive/tar"
	"testing"

	"github.com/gohull/gohull/internal/apkrepo"
)

// TestInstallRefuses checks what a package may not have. Nothing of it leaves the
// layer.
func TestInstallRefuses(t *testing.T) {
	needRoot(t)
	header := func(typeflag byte, name, link string) []apkrepo.File {
		return []apkrepo.File{{Header: &tar.Header{Typeflag: typeflag, Name: name, Linkname: link, Mode: 0o644}}}
	}
	for _, c := range []struct {
		files []apkrepo.File
		want  string
	}{
		{header(tar.TypeReg, "../x", ""), `it has an entry "../x", want a path below the root`},
		{header(tar.TypeReg, "/etc/x", ""), `it has an entry "/etc/x", want a path below the root`},
		{header(tar.TypeReg, "etc/./x", ""), `it has an entry "etc/./x", want a path below the root`},
		{header(tar.TypeReg, "etc/x\nR:y", ""), `it has an entry "etc/x\nR:y", want a path below the root`},
		{header(tar.TypeReg, "usr/.wh.x", ""), `"usr/.wh.x": the name means that a file is deleted`},
		{header(tar.TypeChar, "dev/null", ""), `"dev/null": entries of the type '3' are not allowed`},
		{header(tar.TypeLink, "usr/x", "bin/busybox"), `usr/x is a hard link to "bin/busybox", which is no file of the package`},
		{[]apkrepo.File{{Name: "bin/busybox", Content: "x"}}, "it has the file /bin/busybox, which belongs to busybox-1.37.0-r12"},
		{[]apkrepo.File{{Name: "usr/bin", Content: "x"}}, `"usr/bin": there is a directory already`},
	} {
		_, err := add(t, newBase(t).FS(), apkrepo.Package{Name: "bad", Version: "1-r0", Files: c.files})
		want := "package bad-1-r0: its data: " + c.want
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	link := []apkrepo.File{{Name: "usr/out", Link: "../../../../../../tmp"}, {Header: &tar.Header{Typeflag: tar.TypeReg, Name: "usr/out/x", Mode: 0o644}, Content: "x"}}
	out, err := add(t, newBase(t).FS(), apkrepo.Package{Name: "bad", Version: "1-r0", Files: link})
	if err == nil {
		contains(t, out, "tmp/x", "x")
	}
}
