package alpine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step/image/packages"
)

// base is what a base has of apk.
type base struct {
	arch         string // "x86_64"
	repositories []*repository
	keys         map[string][]byte // by file name
	installed    []*pkg
	id, version  string // of os-release: "alpine", "3.22.1"
}

// longest is far above what bases have: a database of a large image has 20 MB.
const longest = 256 << 20

// read returns a file of a base. Links are followed as in a container.
func read(base fs.FS, name string) ([]byte, error) {
	at, found := links.InRoot(base, name)
	if !found {
		return nil, &fs.PathError{Op: "open", Path: "/" + name, Err: fs.ErrNotExist}
	}
	return regular.ReadIn(base, at, longest)
}

// entries returns the names in a directory of a base, sorted; none if there is
// none.
func entries(base fs.FS, dir string) []string {
	at, found := links.InRoot(base, dir)
	if !found {
		return nil
	}
	all, err := fs.ReadDir(base, at)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

// databaseDir returns the directory of the database: Wolfi has it in /usr.
func databaseDir(base fs.FS) (string, error) {
	for _, dir := range []string{"lib/apk/db", "usr/lib/apk/db"} {
		if _, found := links.InRoot(base, dir+"/installed"); found {
			return dir, nil
		}
	}
	return "", errors.New("the base has no database of packages in /lib/apk/db/installed")
}

func readBase(r packages.Request) (*base, error) {
	b := &base{arch: archOf(r.Platform), keys: map[string][]byte{}}
	if data, err := read(r.Base, "etc/apk/arch"); err == nil && !r.Fresh {
		b.arch, _, _ = strings.Cut(strings.TrimSpace(string(data)), "\n")
	}
	if !isName(b.arch) {
		return nil, fmt.Errorf("there is no architecture of Alpine for the platform %s", r.Platform)
	}
	if err := b.readRepositories(r); err != nil {
		return nil, err
	}
	b.readKeys(r)
	b.readRelease(r.Base)
	if r.Fresh {
		return b, nil
	}
	var err error
	b.installed, err = readInstalled(r.Base)
	return b, err
}

// archOf returns apk's name of a platform.
func archOf(platform string) string {
	names := map[string]string{
		"386": "x86", "amd64": "x86_64", "arm64": "aarch64", "arm/v6": "armhf", "arm": "armv7", "arm/v7": "armv7",
		"ppc64le": "ppc64le", "s390x": "s390x", "riscv64": "riscv64", "loong64": "loongarch64", "mips64": "mips64", "mips64le": "mips64el",
	}
	_, arch, _ := strings.Cut(platform, "/")
	for _, suffix := range []string{"", "/v8", "/v1"} {
		if name, ok := names[strings.TrimSuffix(arch, suffix)]; ok {
			return name
		}
	}
	return ""
}

func readInstalled(base fs.FS) ([]*pkg, error) {
	dir, err := databaseDir(base)
	if err != nil {
		return nil, err
	}
	data, err := read(base, dir+"/installed")
	if err != nil {
		return nil, err
	}
	all, err := parsePackages("/"+dir+"/installed", string(data))
	for _, p := range all {
		p.installed = true
	}
	return all, err
}

// readRepositories reads the files that apk reads, and adds the spec's. A file in
// /etc stands instead of one of the same name in /lib.
func (b *base) readRepositories(r packages.Request) error {
	l := repositoryList{variables: map[string]string{"APK_ARCH": b.arch}}
	files := []string{"etc/apk/repositories"}
	seen := map[string]bool{}
	for _, dir := range []string{"etc/apk/repositories.d", "lib/apk/repositories.d"} {
		for _, name := range entries(r.Base, dir) {
			if strings.HasSuffix(name, ".list") && !strings.HasPrefix(name, ".") && !seen[name] {
				seen[name] = true
				files = append(files, path.Join(dir, name))
			}
		}
	}
	for _, file := range files {
		data, err := read(r.Base, file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = l.parse("/"+file, string(data))
		}
		if err != nil {
			return err
		}
	}
	for _, extra := range r.Repositories {
		if err := l.add("run.repositories", "", strings.TrimRight(extra.URL, "/"), nil); err != nil {
			return err
		}
	}
	b.repositories = l.all
	if len(l.all) == 0 {
		return errors.New("the base has no repositories in /etc/apk/repositories, and the spec names none")
	}
	return nil
}

// readKeys reads the keys that the base trusts. A base for another architecture
// has those of that architecture elsewhere.
func (b *base) readKeys(r packages.Request) {
	dirs := []string{"etc/apk/keys"}
	if r.Fresh {
		dirs = append(dirs, "usr/share/apk/keys/"+b.arch)
	}
	for _, dir := range dirs {
		for _, name := range entries(r.Base, dir) {
			if data, err := read(r.Base, dir+"/"+name); err == nil {
				b.keys[name] = data
			}
		}
	}
	for _, extra := range r.Repositories {
		if len(extra.Key) > 0 {
			b.keys[extra.KeyName] = extra.Key
		}
	}
}

// readRelease reads which distribution the base is.
func (b *base) readRelease(base fs.FS) {
	for _, name := range []string{"etc/os-release", "usr/lib/os-release"} {
		data, err := read(base, name)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(data)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			switch value = strings.Trim(value, `"'`); key {
			case "ID":
				b.id = value
			case "VERSION_ID":
				b.version = value
			}
		}
		return
	}
}

// fetchIndexes returns the packages of all repositories.
func (b *base) fetchIndexes(ctx context.Context, fetch packages.Fetch) ([]*pkg, error) {
	var all []*pkg
	var errs []error
	for _, r := range b.repositories {
		found, err := b.fetchIndex(ctx, fetch, r)
		if err != nil {
			errs = append(errs, fmt.Errorf("index %s, from %s: %w", r.indexURL(b.arch), r.at, err))
			continue
		}
		for _, p := range found {
			p.repository = r
			if p.arch == b.arch || p.arch == "noarch" || p.arch == "" {
				all = append(all, p)
			}
		}
	}
	return all, errors.Join(errs...)
}

func (b *base) fetchIndex(ctx context.Context, fetch packages.Fetch, r *repository) ([]*pkg, error) {
	address := r.indexURL(b.arch)
	body, err := fetch(ctx, address)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the repository has no index for %s", b.arch)
	}
	if err != nil {
		return nil, err
	}
	defer body.Close()
	var data bytes.Buffer
	if n, err := io.Copy(&data, io.LimitReader(body, maxIndex)); err != nil || n == maxIndex {
		return nil, errors.Join(err, fmt.Errorf("read %d bytes, want less than %d", n, maxIndex))
	}
	return openIndex(path.Base(address), data.Bytes(), b.keys)
}

// installedVersion returns the version of a package in the base, empty if it is
// missing.
func (b *base) installedVersion(name string) string {
	for _, p := range b.installed {
		if p.name == name {
			return p.version
		}
	}
	return ""
}

// toPackage returns a package as a lock has it.
func (b *base) toPackage(p *pkg) (packages.Package, error) {
	sum, err := parseChecksum(p.checksum)
	if err != nil {
		return packages.Package{}, fmt.Errorf("package %s in the index of %s: %w", p, p.repository, err)
	}
	arch := p.arch
	if arch == "" {
		arch = b.arch
	}
	return packages.Package{
		Name: p.name, Version: p.version, Arch: arch,
		URL:  p.repository.packageURL(b.arch, p),
		Size: p.size, Checksum: sum.String(), PURL: b.purl(p, arch),
	}, nil
}

// purl returns the package URL, as scanners write it.
func (b *base) purl(p *pkg, arch string) string {
	id := b.id
	if id == "" {
		id = "alpine"
	}
	query := map[string]string{"arch": arch}
	if b.version != "" {
		query["distro"] = id + "-" + b.version
	}
	if p.source() != p.name {
		query["upstream"] = p.source()
	}
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(query)) {
		pairs = append(pairs, key+"="+escape(query[key]))
	}
	return "pkg:apk/" + escape(id) + "/" + escape(p.name) + "@" + escape(p.version) + "?" + strings.Join(pairs, "&")
}

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%3A", ":") }
