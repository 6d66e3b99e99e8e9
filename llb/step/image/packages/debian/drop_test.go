package debian

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gohull/gohull/llb/step/image/packages"
	"github.com/google/go-cmp/cmp"
)

const (
	replacedControl = "Package: lib\nVersion: 2.0\nArchitecture: arm64\nMulti-Arch: same\nDepends: common\n"
	commonControl   = "Package: common\nVersion: 2.0\nArchitecture: all\nReplaces: lib\n"
)

// replacing is a repository with a package that has fewer files than the version
// in the base, and one that takes a file over.
func replacing(t *testing.T) testRepository {
	return publish(t, map[string][]byte{
		replacedControl: archived(t,
			map[string]string{"control": replacedControl, "conffiles": "/etc/lib/kept.conf\nremove-on-upgrade /etc/lib/unwanted.conf\n"},
			map[string]string{"etc/": "", "etc/lib/": "", "etc/lib/kept.conf": "new", "usr/": "", "usr/lib/": "", "usr/lib/moved.so": "2.0"}),
		commonControl: archived(t, map[string]string{"control": commonControl}, map[string]string{"usr/share/": "", "usr/share/taken": "2.0"}),
	})
}

// written writes a base to a directory.
func written(t *testing.T, base fstest.MapFS) *os.Root {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err := errors.Join(err, os.CopyFS(dir, base)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

// upgraded adds packages to a base in place, and returns which of its paths are
// gone.
func upgraded(t *testing.T, r testRepository, base fstest.MapFS, wants ...packages.Want) (root *os.Root, gone []string) {
	t.Helper()
	root = written(t, base)
	before := paths(t, root)
	list, err := resolved(t, r, root.FS(), wants...)
	if err != nil {
		t.Fatal(err)
	}
	err = New().Install(t.Context(), packages.InPlace(root), list, func(p packages.Package) (io.ReadCloser, error) { return r.fetch(t.Context(), p.URL) })
	if err != nil {
		t.Fatal(err)
	}
	after := paths(t, root)
	return root, slices.DeleteFunc(before, func(name string) bool { return slices.Contains(after, name) })
}

func resolved(t *testing.T, r testRepository, base fs.FS, wants ...packages.Want) ([]packages.Package, error) {
	f := New()
	f.now = func() time.Time { return noon }
	return f.Resolve(t.Context(), packages.Request{Base: base, Platform: "linux/arm64", Wants: wants}, r.fetch)
}

func paths(t *testing.T, root *os.Root) (all []string) {
	t.Helper()
	err := fs.WalkDir(root.FS(), ".", func(name string, _ fs.DirEntry, err error) error {
		all = append(all, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestDrop upgrades a package whose new version has fewer files. Configuration
// files stay, and what others have.
func TestDrop(t *testing.T) {
	needRoot(t)
	r := replacing(t)
	base := full(r)
	conffiles := ""
	for _, name := range []string{"kept", "obsolete", "unwanted"} {
		base["etc/lib/"+name+".conf"] = &fstest.MapFile{Data: []byte("old"), Mode: 0o644}
		conffiles += fmt.Sprintf(" /etc/lib/%s.conf %s\n", name, md5Hex([]byte("old")))
	}
	base["var/lib/dpkg/status"].Data = append(base["var/lib/dpkg/status"].Data, "Conffiles:\n"+conffiles...)
	base["var/lib/dpkg/info/lib:arm64.list"] = &fstest.MapFile{Data: []byte("/.\n/etc\n/etc/lib\n/etc/lib/kept.conf\n/etc/lib/obsolete.conf\n/etc/lib/unwanted.conf\n/lib\n/lib/lib.so\n/lib/moved.so\n/lib/lib\n/lib/lib/plugins\n/lib/lib/plugins/a.so\n/lib/both\n/lib/both/of-lib\n/usr/share/shared\n/usr/share/taken\n")}
	base["var/lib/dpkg/info/lib:arm64.prerm"] = &fstest.MapFile{Data: []byte("#!/bin/sh\n")}
	base["var/lib/dpkg/info/lib.more:arm64.prerm"] = &fstest.MapFile{Data: []byte("#!/bin/sh\n")}
	base["var/lib/dpkg/info/debconf.list"] = &fstest.MapFile{Data: []byte("/.\n/lib\n/lib/both\n/lib/both/of-debconf\n/usr/share/shared\n")}
	for _, name := range []string{"usr/lib/moved.so", "usr/lib/lib/plugins/a.so", "usr/lib/both/of-lib", "usr/lib/both/of-debconf", "usr/share/shared", "usr/share/taken"} {
		base[name] = &fstest.MapFile{Data: []byte("1.0"), Mode: 0o644}
	}
	root, gone := upgraded(t, r, base, packages.Want{Name: "lib", Version: "2.0"})
	want := []string{"etc/lib/unwanted.conf", "usr/lib/both/of-lib", "usr/lib/lib", "usr/lib/lib/plugins", "usr/lib/lib/plugins/a.so", "usr/lib/lib.so", "var/lib/dpkg/info/lib:arm64.prerm"}
	if diff := cmp.Diff(want, gone); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for name, want := range map[string]string{"usr/lib/moved.so": "2.0", "usr/share/taken": "2.0", "etc/lib/kept.conf": "new", "etc/lib/obsolete.conf": "old"} {
		if got, err := root.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v, want %q", name, got, err, want)
		}
	}
	status, err := root.ReadFile("var/lib/dpkg/status")
	entry := "Conffiles:\n /etc/lib/kept.conf " + md5Hex([]byte("new")) + "\n /etc/lib/obsolete.conf " + md5Hex([]byte("old")) + " obsolete\n"
	if err != nil || !strings.Contains(string(status), entry) || strings.Count(string(status), "Package: lib\n") != 1 {
		t.Errorf("%v, no %q in\n%s", err, entry, status)
	}
}

// TestDropDistroless upgrades a package of an image that knows only the checksums
// of its files.
func TestDropDistroless(t *testing.T) {
	needRoot(t)
	r := replacing(t)
	base := distribution(r)
	base["var/lib/dpkg/status.d/lib"] = &fstest.MapFile{Data: []byte("Package: lib\nVersion: 1.0\nArchitecture: arm64\n")}
	base["var/lib/dpkg/status.d/lib.md5sums"] = &fstest.MapFile{Data: []byte("00  usr/lib/lib.so\n00  usr/lib/lib/plugins/a.so\n00  usr/lib/moved.so\n")}
	base["usr/lib/lib/plugins/a.so"], base["usr/lib/moved.so"] = &fstest.MapFile{}, &fstest.MapFile{}
	_, gone := upgraded(t, r, base, packages.Want{Name: "lib", Version: "2.0"})
	if diff := cmp.Diff([]string{"usr/lib/lib", "usr/lib/lib/plugins", "usr/lib/lib/plugins/a.so", "usr/lib/lib.so"}, gone); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestDropCertificates: an authority that a newer package does not have is not
// trusted any longer.
func TestDropCertificates(t *testing.T) {
	needRoot(t)
	const control = "Package: ca-certificates\nVersion: 2\nArchitecture: all\n"
	r := publish(t, map[string][]byte{control: archived(t, map[string]string{"control": control}, map[string]string{certificatesDir + "/mozilla/A.crt": "a"})})
	base := full(r)
	base["var/lib/dpkg/status"] = &fstest.MapFile{Data: []byte("Package: ca-certificates\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n")}
	list := "/.\n"
	for _, name := range []string{"A", "B"} {
		base[certificatesDir+"/mozilla/"+name+".crt"] = &fstest.MapFile{Data: []byte(strings.ToLower(name))}
		base["etc/ssl/certs/"+name+".pem"] = &fstest.MapFile{Mode: fs.ModeSymlink, Data: []byte("/" + certificatesDir + "/mozilla/" + name + ".crt")}
		list += "/" + certificatesDir + "/mozilla/" + name + ".crt\n"
	}
	base["var/lib/dpkg/info/ca-certificates.list"] = &fstest.MapFile{Data: []byte(list)}
	root, gone := upgraded(t, r, base, packages.Want{Name: "ca-certificates", Version: "2"})
	if diff := cmp.Diff([]string{"etc/ssl/certs/B.pem", certificatesDir + "/mozilla/B.crt"}, gone); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if data, err := root.ReadFile(bundle); err != nil || string(data) != "a\n" {
		t.Errorf("the bundle is %q, %v", data, err)
	}
}

// TestDropNothing has a list that does not say that a package of the base is
// replaced: files would stay in the image.
func TestDropNothing(t *testing.T) {
	needRoot(t)
	r := replacing(t)
	base := full(r)
	base["var/lib/dpkg/info/lib:arm64.list"] = &fstest.MapFile{Data: []byte("/.\n/lib\n/lib/lib.so\n")}
	list, err := resolved(t, r, base, packages.Want{Name: "lib", Version: "2.0"})
	if err != nil || len(list) != 2 || list[0].Replaces != "" || list[1].Replaces != "1.0" {
		t.Fatalf("%+v, %v", list, err)
	}
	list[1].Replaces = ""
	archives := fstest.MapFS{}
	for _, p := range list {
		archives[p.Arch+p.URL[strings.LastIndexByte(p.URL, '/'):]] = &fstest.MapFile{Data: r.files[p.URL]}
	}
	out := written(t, fstest.MapFS{})
	err = packages.Add(t.Context(), New(), base, list, archives, out, 0)
	const want = "packages replace others of the base, and the list of packages does not say so: /usr/lib/lib.so would stay in the image; renew the lock with --target lock"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
