package alpine

import (
	"archive/tar"
	"bytes"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/apkrepo"
	"github.com/gohull/gohull/llb/step/image/packages"
)

// locked returns a package of a lock for an archive.
func locked(t testing.TB, a *apkrepo.Archive) packages.Package {
	t.Helper()
	sum, err := parseChecksum(a.Checksum)
	if err != nil {
		t.Fatal(err)
	}
	return packages.Package{Name: a.Name, Version: a.Version, Arch: a.Arch, URL: "https://example.com/" + a.FileName(), Size: int64(len(a.Data)), Checksum: sum.String()}
}

func TestArchive(t *testing.T) {
	key := newKey(t, "a.rsa.pub")
	a := key.Build(apkrepo.Package{
		Name: "git", Version: "2-r0", Arch: "x86_64", Depends: []string{"a", "b>1"}, Triggers: []string{"/usr/bin", "/x/*"},
		Scripts: map[string]string{"pre-install": "exit 0\n"},
		Files:   []apkrepo.File{{Name: "usr/bin/git", Content: strings.Repeat("git", 100000)}, {Name: ".melange.yaml", Content: "x"}},
	})
	var got []string
	h := handler{
		control: func(c *control) error {
			got = append(got, c.String(), strings.Join(c.lists["depend"], " "), strings.Join(c.triggers, " "), c.scripts["pre-install"], c.sum.quoted())
			return nil
		},
		file: func(h *tar.Header, r io.Reader) error {
			data, err := io.ReadAll(r)
			got = append(got, h.Name, hex.EncodeToString(data[:min(3, len(data))]))
			return err
		},
	}
	if err := readArchive(locked(t, a), iotestOneByte{bytes.NewReader(a.Data)}, h); err != nil {
		t.Fatal(err)
	}
	want := "git-2-r0|a b>1|/usr/bin /x/*|exit 0\n|" + a.Checksum + "|usr/||usr/bin/||usr/bin/git|676974"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("got  %q\nwant %q", s, want)
	}
}

// iotestOneByte reads a few bytes at a time.
type iotestOneByte struct{ r io.Reader }

func (r iotestOneByte) Read(p []byte) (int, error) { return r.r.Read(p[:min(len(p), 7)]) }

// TestArchiveChanged changes each byte of a package: every change is found, apart
// from those of the signature.
func TestArchiveChanged(t *testing.T) {
	key := newKey(t, "a.rsa.pub")
	a := key.Build(apkrepo.Package{Name: "git", Version: "2-r0", Arch: "x86_64", Files: []apkrepo.File{{Name: "usr/bin/git", Content: "git"}}})
	p := locked(t, a)
	if err := New().Verify(p, bytes.NewReader(a.Data)); err != nil {
		t.Fatal(err)
	}
	start := bytes.Index(a.Data[10:], []byte("\x1f\x8b\x08")) + 10 // of the control files
	for i := start; i < len(a.Data); i++ {
		data := bytes.Clone(a.Data)
		data[i] ^= 0x10
		if err := New().Verify(p, bytes.NewReader(data)); err == nil {
			t.Errorf("the change of byte %d is not found", i)
		}
	}
	for i := range a.Data {
		if err := New().Verify(p, bytes.NewReader(a.Data[:i])); err == nil {
			t.Errorf("an end after %d bytes is not found", i)
		}
	}
	other := key.Build(apkrepo.Package{Name: "git", Version: "3-r0", Arch: "x86_64"})
	for want, c := range map[string]struct {
		p    packages.Package
		data []byte
	}{
		"goes on after its end":                   {p, append(bytes.Clone(a.Data), 0)},
		"it is git-2-r0":                          {packages.Package{Name: "got", Version: "2-r0", Checksum: p.Checksum}, a.Data},
		"it changed since the index was read":     {p, other.Data},
		`found the checksum "md5:00", want sha1:`: {packages.Package{Name: "git", Version: "2-r0", Checksum: "md5:00"}, a.Data},
		"package git-2-r0: want gz":               {p, []byte("<html><body>Not found")},
	} {
		if err := New().Verify(c.p, bytes.NewReader(c.data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
