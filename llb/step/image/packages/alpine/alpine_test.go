package alpine

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gohull/gohull/internal/apkrepo"
	"github.com/gohull/gohull/llb/step/image/packages"
)

// server returns Fetch for files by their URLs.
func server(files map[string][]byte) packages.Fetch {
	return func(_ context.Context, url string) (io.ReadCloser, error) {
		data, ok := files[url]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return io.NopCloser(bytes.NewReader(data)), nil
	}
}

func text(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

// alpineBase returns a base as the image alpine has it, and the files of its
// repositories.
func alpineBase(t *testing.T, arch string, all ...apkrepo.Package) (fstest.MapFS, map[string][]byte) {
	t.Helper()
	key := newKey(t, "test.rsa.pub")
	files := map[string][]byte{}
	for name, data := range key.Repository(arch, all...) {
		files["https://example.com/main/"+name] = data
	}
	return fstest.MapFS{
		"etc/apk/arch":              text(arch + "\n"),
		"etc/apk/repositories":      text("https://example.com/main\n"),
		"etc/apk/keys/test.rsa.pub": text(string(key.Public())),
		"etc/os-release":            text("NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.22.1\n"),
		"lib/apk/db/installed":      text("P:musl\nV:1.2.5-r9\np:so:libc.musl-x86_64.so.1=1\n\n"),
	}, files
}

func TestResolve(t *testing.T) {
	base, files := alpineBase(t, "x86_64",
		apkrepo.Package{Name: "git", Version: "2.49.1-r0", Depends: []string{"so:libc.musl-x86_64.so.1", "libstdc++"}},
		apkrepo.Package{Name: "libstdc++", Version: "14-r0", Origin: "gcc", Arch: "noarch"},
	)
	r := packages.Request{Base: base, Platform: "linux/amd64", Wants: []packages.Want{{Name: "git"}}}
	if !New().Has(base) || New().Has(fstest.MapFS{}) {
		t.Error("Has is wrong")
	}
	indexes, err := New().Indexes(r)
	if err != nil || fmt.Sprint(indexes) != "[https://example.com/main/x86_64/APKINDEX.tar.gz]" {
		t.Errorf("%v, %v", indexes, err)
	}
	all, err := New().Resolve(context.Background(), r, server(files))
	if err != nil {
		t.Fatal(err)
	}
	var got string
	for _, p := range all {
		got += fmt.Sprintln(p.Name, p.Version, p.Arch, p.URL, p.Size == int64(len(files[p.URL])), p.PURL)
		if err := New().Verify(p, bytes.NewReader(files[p.URL])); err != nil {
			t.Error(err)
		}
	}
	want := `libstdc++ 14-r0 noarch https://example.com/main/x86_64/libstdc++-14-r0.apk true pkg:apk/alpine/libstdc%2B%2B@14-r0?arch=noarch&distro=alpine-3.22.1&upstream=gcc
git 2.49.1-r0 x86_64 https://example.com/main/x86_64/git-2.49.1-r0.apk true pkg:apk/alpine/git@2.49.1-r0?arch=x86_64&distro=alpine-3.22.1
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestResolveErrors checks what is said about a base or repositories that are not
// as they should be.
func TestResolveErrors(t *testing.T) {
	base, files := alpineBase(t, "x86_64", apkrepo.Package{Name: "git", Version: "2-r0"})
	const main = "https://example.com/main/x86_64/APKINDEX.tar.gz"
	for _, c := range []struct {
		name   string
		change func(r *packages.Request, b fstest.MapFS)
		want   string
	}{
		{"no database", func(_ *packages.Request, b fstest.MapFS) { delete(b, "lib/apk/db/installed") }, "the base has no database of packages in /lib/apk/db/installed"},
		{"no repositories", func(_ *packages.Request, b fstest.MapFS) { delete(b, "etc/apk/repositories") }, "the base has no repositories in /etc/apk/repositories, and the spec names none"},
		{"no key", func(_ *packages.Request, b fstest.MapFS) { delete(b, "etc/apk/keys/test.rsa.pub") }, "index " + main + ", from /etc/apk/repositories:1: it is signed by test.rsa.pub, and the base trusts no key"},
		{"damaged database", func(_ *packages.Request, b fstest.MapFS) { b["lib/apk/db/installed"] = text("P:a\nV:1\n\nxx\n") }, `/lib/apk/db/installed:4: found "xx", want a letter, a colon and a value`},
		{"other architecture", func(_ *packages.Request, b fstest.MapFS) { b["etc/apk/arch"] = text("aarch64\n") }, "index https://example.com/main/aarch64/APKINDEX.tar.gz, from /etc/apk/repositories:1: the repository has no index for aarch64"},
		{"unknown platform", func(r *packages.Request, b fstest.MapFS) { delete(b, "etc/apk/arch"); r.Platform = "linux/vax" }, "there is no architecture of Alpine for the platform linux/vax"},
		{"version", func(r *packages.Request, _ fstest.MapFS) {
			r.Wants = []packages.Want{{Name: "git", Version: "1-r0"}, {Name: "got"}}
		}, "there is no git=1-r0 in https://example.com/main; there is git-2-r0; repositories drop old versions when new ones come\nthere is no package got in https://example.com/main; did you mean git?"},
		{"word", func(r *packages.Request, _ fstest.MapFS) { r.Wants = []packages.Want{{Name: "!git"}} }, `"!git" forbids a package, want one to add`},
		{"two versions", func(r *packages.Request, _ fstest.MapFS) {
			r.Wants = []packages.Want{{Name: "git>2", Version: "1-r0"}}
		}, `"git>2" has a version already, and the version 1-r0 too`},
		{"no version", func(r *packages.Request, _ fstest.MapFS) { r.Wants = []packages.Want{{Name: "git", Version: "x"}} }, `"x" is no version, want one such as 2.49.1-r0`},
	} {
		b := fstest.MapFS{}
		for name, f := range base {
			b[name] = f
		}
		r := packages.Request{Base: b, Platform: "linux/amd64", Wants: []packages.Want{{Name: "git"}}}
		c.change(&r, b)
		if _, err := New().Resolve(context.Background(), r, server(files)); err == nil || err.Error() != c.want {
			t.Errorf("%s: got  %v\nwant %s", c.name, err, c.want)
		}
	}
}

// TestResolveFresh resolves for an architecture that is not the base's, with a
// repository and a key of the spec, and a Wolfi base.
func TestResolveFresh(t *testing.T) {
	key, extra := newKey(t, "wolfi.rsa.pub"), newKey(t, "company.rsa.pub")
	files := map[string][]byte{}
	for name, data := range key.Repository("aarch64", apkrepo.Package{Name: "zlib-dev", Version: "1-r0", Depends: []string{"pc:x"}}) {
		files["https://wolfi.example.com/os/"+name] = data
	}
	for name, data := range extra.Repository("aarch64", apkrepo.Package{Name: "x-dev", Version: "1-r0", Provides: []string{"pc:x=1"}}) {
		files["https://company.example.com/"+name] = data
	}
	base := fstest.MapFS{
		"lib":                                      &fstest.MapFile{Mode: fs.ModeSymlink, Data: []byte("usr/lib")},
		"usr/lib/apk/db/installed":                 text("P:zlib-dev\nV:1-r0\n\n"),
		"usr/lib/os-release":                       text("ID=wolfi\nVERSION_ID=\"20230201\"\n"),
		"etc/apk/arch":                             text("x86_64\n"),
		"etc/apk/repositories.d/a.list":            text("set m=https://wolfi.example.com\n"),
		"usr/lib/apk/repositories.d/a.list":        text("this is not read\n"),
		"usr/lib/apk/repositories.d/b.list":        text("${m}/os\n"),
		"usr/share/apk/keys/aarch64/wolfi.rsa.pub": text(string(key.Public())),
	}
	r := packages.Request{
		Base: base, Fresh: true, Platform: "linux/arm64/v8", Wants: []packages.Want{{Name: "zlib-dev"}},
		Repositories: []packages.Repository{{URL: "https://company.example.com/", Key: extra.Public(), KeyName: "company.rsa.pub"}},
	}
	all, err := New().Resolve(context.Background(), r, server(files))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range all {
		got = append(got, p.PURL)
	}
	want := "pkg:apk/wolfi/x-dev@1-r0?arch=aarch64&distro=wolfi-20230201 pkg:apk/wolfi/zlib-dev@1-r0?arch=aarch64&distro=wolfi-20230201"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}
