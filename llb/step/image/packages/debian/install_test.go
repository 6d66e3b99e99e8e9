package debian

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/gohull/gohull/llb/step/image/packages"
	"github.com/google/go-cmp/cmp"
)

// noon is when the tests run.
var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// archived returns a .deb. A name that ends with / is a directory, and a
// content that begins with "-> " makes a link.
func archived(t *testing.T, control, data map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("!<arch>\n")
	for _, m := range []struct {
		name string
		data []byte
	}{{"debian-binary", []byte("2.0\n")}, {"control.tar.gz", tarred(t, control)}, {"data.tar.gz", tarred(t, data)}} {
		fmt.Fprintf(&b, "%-16s%-12d%-6d%-6d%-8o%-10d`\n", m.name, 0, 0, 0, 0o644, len(m.data))
		b.Write(m.data)
		if len(m.data)%2 == 1 {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

func tarred(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		hdr := &tar.Header{Name: "./" + name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(files[name])), Uname: "root", Gname: "root"}
		if target, link := strings.CutPrefix(files[name], "-> "); link {
			hdr.Typeflag, hdr.Linkname, hdr.Size = tar.TypeSymlink, target, 0
		}
		if strings.HasSuffix(name, "/") {
			hdr.Typeflag, hdr.Mode = tar.TypeDir, 0o755
		}
		if err := w.WriteHeader(hdr); err != nil {
			t.Fatal(err)
		}
		if hdr.Size > 0 {
			io.WriteString(w, files[name])
		}
	}
	w.Close()
	z.Close()
	return b.Bytes()
}

// repository is a signed repository at root, and the key that it is signed with.
type testRepository struct {
	files map[string][]byte
	key   []byte
}

const root = "http://deb.example/debian"

func publish(t *testing.T, debs map[string][]byte) testRepository {
	t.Helper()
	config := &packet.Config{Time: func() time.Time { return noon.AddDate(0, 0, -1) }}
	key, err := openpgp.NewEntity("archive", "", "archive@example.com", config)
	if err != nil {
		t.Fatal(err)
	}
	r := testRepository{files: map[string][]byte{}}
	index := ""
	for _, control := range slices.Sorted(maps.Keys(debs)) {
		name := "pool/" + strings.Fields(control)[1] + ".deb"
		r.files[root+"/"+name] = debs[control]
		index += fmt.Sprintf("%sFilename: %s\nSize: %d\nSHA256: %x\n\n", control, name, len(debs[control]), sha256.Sum256(debs[control]))
	}
	r.files[root+"/dists/stable/main/binary-arm64/Packages"] = []byte(index)
	release := fmt.Sprintf("Suite: stable\nArchitectures: arm64\nSHA256:\n %x %d main/binary-arm64/Packages\n", sha256.Sum256([]byte(index)), len(index))
	var signed, public bytes.Buffer
	w, err := clearsign.Encode(&signed, key.PrivateKey, config)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, release)
	w.Close()
	r.files[root+"/dists/stable/InRelease"] = signed.Bytes()
	if err := key.Serialize(&public); err != nil {
		t.Fatal(err)
	}
	r.key = public.Bytes()
	return r
}

func (r testRepository) fetch(_ context.Context, url string) (io.ReadCloser, error) {
	data, found := r.files[url]
	if !found {
		return nil, fmt.Errorf("%s: %w", url, fs.ErrNotExist)
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

const (
	appControl = "Package: app\nVersion: 1:2.0-1\nArchitecture: arm64\nDepends: lib (>= 2), debconf\nDescription: an app\n"
	libControl = "Package: lib\nVersion: 2.0\nArchitecture: arm64\nMulti-Arch: same\nSource: libsource\n"
)

func debs(t *testing.T) map[string][]byte {
	return map[string][]byte{
		appControl: archived(t, map[string]string{
			"control": appControl, "conffiles": "/etc/app.conf\n/etc/kept.conf\n", "md5sums": "00  usr/bin/app\n",
			"postinst": "#!/bin/sh\nset -e\naddgroup --system app\nchgrp app /usr/bin/app\n",
		}, map[string]string{
			"bin/": "", "bin/app": "app", "etc/": "", "etc/app.conf": "new", "etc/kept.conf": "new",
			"usr/share/doc/app/": "", "usr/share/doc/app/copyright": "free", "usr/share/doc/app/README": "left out", "lib/link": "-> ../etc",
		}),
		libControl: archived(t, map[string]string{"control": libControl}, map[string]string{"lib/": "", "lib/lib.so": "lib 2.0"}),
	}
}

// distribution returns a base with the repository.
func distribution(r testRepository) fstest.MapFS {
	return fstest.MapFS{
		"bin":                      {Mode: fs.ModeSymlink, Data: []byte("usr/bin")},
		"lib":                      {Mode: fs.ModeSymlink, Data: []byte("usr/lib")},
		"usr/bin/sh":               {Data: []byte("sh"), Mode: 0o755},
		"usr/lib/lib.so":           {Data: []byte("lib 1.0"), Mode: 0o644},
		"etc/group":                {Data: []byte("root:x:0:\n"), Mode: 0o644},
		"etc/passwd":               {Data: []byte("root:x:0:0:root:/root:/bin/sh\n"), Mode: 0o644},
		"etc/kept.conf":            {Data: []byte("mine"), Mode: 0o600},
		"etc/os-release":           {Data: []byte("ID=debian\nVERSION_ID=\"12\"\n")},
		"etc/apt/sources.list":     {Data: []byte("deb [signed-by=/usr/share/keyrings/a.gpg] " + root + " stable main\n")},
		"usr/share/keyrings/a.gpg": {Data: r.key},
	}
}

func full(r testRepository) fstest.MapFS {
	base := distribution(r)
	base["etc/dpkg/dpkg.cfg.d/docker"] = &fstest.MapFile{Data: []byte("path-exclude=/usr/share/doc/*\npath-include=/usr/share/doc/*/copyright\n")}
	base["var/lib/dpkg/status"] = &fstest.MapFile{Data: []byte("Package: debconf\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\nPackage: lib\nStatus: install ok installed\nVersion: 1.0\nArchitecture: arm64\nMulti-Arch: same\n"), Mode: 0o644}
	return base
}

// installed returns what packages change in a base, the list of packages first.
func added(t *testing.T, f *Family, r testRepository, base fs.FS, wants ...packages.Want) string {
	t.Helper()
	f.now = func() time.Time { return noon }
	list, err := f.Resolve(t.Context(), packages.Request{Base: base, Platform: "linux/arm64", Wants: wants}, r.fetch)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var b strings.Builder
	for _, p := range list {
		fmt.Fprintln(&b, p.PURL)
	}
	out, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	err = f.Install(t.Context(), packages.NewLayer(base, out), list, func(p packages.Package) (io.ReadCloser, error) {
		if err := f.Verify(p, bytes.NewReader(r.files[p.URL])); err != nil {
			return nil, err
		}
		return r.fetch(t.Context(), p.URL)
	})
	if err != nil {
		fmt.Fprintln(&b, "error:", err)
	}
	err = fs.WalkDir(out.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		uid, gid := packages.Owner(info)
		fmt.Fprintf(&b, "%v %d:%d /%s\n", info.Mode(), uid, gid, name)
		if info.Mode().IsRegular() && name != "var/lib/dpkg/info/app.postinst" {
			data, _ := out.ReadFile(name)
			b.WriteString("\t" + strings.ReplaceAll(strings.TrimSpace(string(data)), "\n", "\n\t") + "\n")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestInstall adds a package to a Debian image, and upgrades one that it needs.
func TestInstall(t *testing.T) {
	needRoot(t)
	r := publish(t, debs(t))
	want := `pkg:deb/debian/lib@2.0?arch=arm64&distro=debian-12&upstream=libsource
pkg:deb/debian/app@1:2.0-1?arch=arm64&distro=debian-12
-rw-r--r-- 0:0 /etc/app.conf
	new
-rw-r--r-- 0:0 /etc/group
	root:x:0:
	app:x:100:
-rw-r--r-- 0:100 /usr/bin/app
	app
-rw-r--r-- 0:0 /usr/lib/lib.so
	lib 2.0
Lrwxrwxrwx 0:0 /usr/lib/link
-rw-r--r-- 0:0 /usr/share/doc/app/copyright
	free
-rw-r--r-- 0:0 /var/lib/dpkg/info/app.conffiles
	/etc/app.conf
	/etc/kept.conf
-rw-r--r-- 0:0 /var/lib/dpkg/info/app.list
	/.
	/bin
	/bin/app
	/etc
	/etc/app.conf
	/etc/kept.conf
	/lib/link
	/usr/share/doc/app
	/usr/share/doc/app/README
	/usr/share/doc/app/copyright
-rw-r--r-- 0:0 /var/lib/dpkg/info/app.md5sums
	00  usr/bin/app
-rwxr-xr-x 0:0 /var/lib/dpkg/info/app.postinst
-rw-r--r-- 0:0 /var/lib/dpkg/info/lib:arm64.list
	/.
	/lib
	/lib/lib.so
-rw-r--r-- 0:0 /var/lib/dpkg/status
	Package: debconf
	Status: install ok installed
	Version: 1
	Architecture: all
	
	Package: app
	Status: install ok installed
	Version: 1:2.0-1
	Architecture: arm64
	Depends: lib (>= 2), debconf
	Description: an app
	Conffiles:
	 /etc/app.conf 22af645d1859cb5ca6da0c484f1f37ea
	 /etc/kept.conf 22af645d1859cb5ca6da0c484f1f37ea
	
	Package: lib
	Status: install ok installed
	Version: 2.0
	Architecture: arm64
	Multi-Arch: same
	Source: libsource
`
	if diff := cmp.Diff(want, added(t, New(), r, full(r), packages.Want{Name: "app"})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestDistroless adds packages where no dpkg is, and so nothing for its scripts.
// The C library's script asks for the running kernel.
func TestDistroless(t *testing.T) {
	needRoot(t)
	const libc = "Package: libc6\nVersion: 2.36-9\nArchitecture: arm64\n"
	all := debs(t)
	all[libc] = archived(t, map[string]string{"control": libc, "preinst": "#!/bin/sh\nset -e\n[ $(uname -s) = Linux ]\n"}, map[string]string{"lib/libc.so.6": "libc"})
	r := publish(t, all)
	base := distribution(r)
	base["var/lib/dpkg/status.d/base"] = &fstest.MapFile{Data: []byte("Package: base-files\nVersion: 12\nArchitecture: arm64\n")}
	got := added(t, New(), r, base, packages.Want{Name: "app"}, packages.Want{Name: "libc6"})
	for _, want := range []string{"/usr/lib/libc.so.6\n", "/usr/share/doc/app/README\n", "/var/lib/dpkg/status.d/app\n\tPackage: app\n\tVersion: 1:2.0-1\n", "/var/lib/dpkg/status.d/app.md5sums\n\t00  usr/bin/app\n", "/var/lib/dpkg/status.d/lib\n", "\tapp:x:100:\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestSysroot(t *testing.T) {
	needRoot(t)
	r := publish(t, debs(t))
	got := added(t, NewSysroot(), r, full(r), packages.Want{Name: "app"})
	if !strings.Contains(got, "app@1:2.0-1") || strings.Contains(got, "debconf@") || strings.Contains(got, "app:x:100") {
		t.Errorf("got %s", got)
	}
}

func TestInstallErrors(t *testing.T) {
	needRoot(t)
	for want, test := range map[string]struct {
		control, data map[string]string
	}{
		"needs its script postinst, line 3: gohull does not know what build-it does; scripts of packages are not run; install it in a stage": {control: map[string]string{"postinst": "#!/bin/sh\nset -e\nbuild-it\n"}},
		"the archive is the package \"other\"":  {control: map[string]string{"control": "Package: other\nVersion: 1\n"}},
		"the name means that a file is deleted": {data: map[string]string{"usr/.wh.bin": ""}},
		"there is a directory already":          {data: map[string]string{"usr/bin": "a file"}},
	} {
		control := map[string]string{"control": libControl}
		maps.Copy(control, test.control)
		r := publish(t, map[string][]byte{libControl: archived(t, control, test.data)})
		base := full(r)
		delete(base, "var/lib/dpkg/status")
		if got := added(t, New(), r, base, packages.Want{Name: "lib"}); !strings.Contains(got, want) {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
}

func TestIndexes(t *testing.T) {
	for name, test := range map[string]struct {
		base fstest.MapFS
		add  []packages.Repository
		want string
	}{
		"configured": {base: fstest.MapFS{"etc/apt/sources.list": {Data: []byte("deb http://a.example/ x main\n")}}, want: "http://a.example/dists/x/InRelease"},
		"distroless": {base: fstest.MapFS{"etc/os-release": {Data: []byte("ID=debian\nVERSION_ID=\"12\"\n")}},
			want: "http://deb.debian.org/debian-security/dists/bookworm-security/InRelease http://deb.debian.org/debian/dists/bookworm-updates/InRelease http://deb.debian.org/debian/dists/bookworm/InRelease"},
		"mirror": {base: fstest.MapFS{"etc/os-release": {Data: []byte("ID=debian\nVERSION_ID=\"12\"\n")}}, add: []packages.Repository{{URL: "https://mirror.example/debian/", Suite: "bookworm", Components: []string{"main"}}},
			want: "https://mirror.example/debian/dists/bookworm/InRelease"},
		"unknown release": {base: fstest.MapFS{"etc/os-release": {Data: []byte("ID=debian\nVERSION_ID=\"99\"\n")}},
			want: `error: the base has no repositories configured, and gohull knows none for "debian" "99"; name one in run.repositories`},
	} {
		urls, err := New().Indexes(packages.Request{Base: test.base, Platform: "linux/amd64", Repositories: test.add})
		got := strings.Join(urls, " ")
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

func TestArch(t *testing.T) {
	for platform, want := range map[string]string{"linux/amd64": "amd64", "linux/arm/v7": "armhf", "linux/arm/v6": "armel", "linux/386": "i386", "linux/ppc64le": "ppc64el", "linux/riscv64": "riscv64"} {
		if got, err := Arch(platform); got != want || err != nil {
			t.Errorf("%s: got %s, %v, want %s", platform, got, err, want)
		}
	}
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can give files to other users")
	}
}
