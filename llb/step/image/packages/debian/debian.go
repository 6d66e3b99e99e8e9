// Package debian adds Debian packages to a base image: those of Debian, of
// Ubuntu, and of distroless images, which are made of Debian packages.
package debian

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gohull/gohull/internal/safe"
	"github.com/gohull/gohull/llb/step/image/packages"
	"github.com/gohull/gohull/llb/step/image/packages/debian/repository"
	"github.com/gohull/gohull/llb/step/image/packages/debian/resolve"
)

// Family is dpkg's package database.
type Family struct {
	now     func() time.Time
	sysroot bool // whether packages are there for a compiler only
}

// New returns the family.
func New() *Family { return &Family{now: time.Now} }

// NewSysroot returns the family for the file system that a compiler looks into:
// what a base has installed does not count, and packages are not configured.
func NewSysroot() *Family { return &Family{now: time.Now, sysroot: true} }

// Name returns what people call the family.
func (*Family) Name() string { return "Debian" }

// Has reports whether a base has a database of dpkg.
func (*Family) Has(base fs.FS) bool {
	return exists(base, statusFile) || exists(base, statusDir)
}

// archs are the architectures that Debian has another name for.
var archs = map[string]string{
	"386":      "i386",
	"arm":      "armhf",
	"ppc64le":  "ppc64el",
	"mips64le": "mips64el",
	"loong64":  "loong64",
}

// Arch returns what Debian calls the architecture of a platform.
func Arch(platform string) (string, error) {
	parts := strings.Split(platform, "/")
	if len(parts) < 2 || parts[0] != "linux" {
		return "", fmt.Errorf("no packages of Debian are for the platform %s", platform)
	}
	if parts[1] == "arm" && len(parts) > 2 && parts[2] != "v7" && parts[2] != "v8" {
		return "armel", nil
	}
	if arch, found := archs[parts[1]]; found {
		return arch, nil
	}
	return parts[1], nil
}

// Indexes returns the addresses of all InRelease files.
func (f *Family) Indexes(r packages.Request) (urls []string, err error) {
	all, err := sources(r)
	for _, s := range all {
		urls = append(urls, s.source.InRelease())
	}
	slices.Sort(urls)
	return slices.Compact(urls), err
}

// keyed is a source with the keys that may sign it.
type keyed struct {
	source repository.Source
	keys   repository.Keys
}

// sources returns the repositories of a base, and those that the spec adds.
func sources(r packages.Request) (all []keyed, err error) {
	arch, err := Arch(r.Platform)
	if err != nil {
		return nil, err
	}
	configured, err := repository.Sources(r.Base, arch)
	if err != nil {
		return nil, err
	}
	if len(configured) == 0 && len(r.Repositories) == 0 {
		if configured, err = debianArchive(r.Base); err != nil {
			return nil, err
		}
	}
	for _, s := range configured {
		keys, err := s.Keys(r.Base)
		if err != nil {
			return nil, err
		}
		all = append(all, keyed{s, keys})
	}
	added, err := additional(r, all)
	return append(all, added...), err
}

// debianArchive returns Debian's own repositories for a base that has none configured.
func debianArchive(base fs.FS) ([]repository.Source, error) {
	os := osRelease(base)
	codename := os["VERSION_CODENAME"]
	if codename == "" {
		codename = repository.Codename(os["VERSION_ID"])
	}
	if os["ID"] != "debian" || repository.Codename(os["VERSION_ID"]) != codename || codename == "" {
		return nil, fmt.Errorf("the base has no repositories configured, and gohull knows none for %q %q; name one in run.repositories", os["ID"], os["VERSION_ID"])
	}
	return repository.Archive(codename), nil
}

// additional returns the repositories that the spec adds. Without a key, one is
// a mirror of what the base has, or of Debian, and signed with the same keys.
func additional(r packages.Request, configured []keyed) (all []keyed, err error) {
	for _, add := range r.Repositories {
		s := repository.Source{URL: strings.TrimRight(add.URL, "/"), Suite: add.Suite, Components: add.Components, Where: add.URL}
		if s.Suite == "" {
			s.Suite = "./"
		}
		if err := s.Check(); err != nil {
			return nil, fmt.Errorf("%s: %w", add.URL, err)
		}
		keys, err := additionalKeys(r.Base, add, configured)
		if err != nil {
			return nil, err
		}
		all = append(all, keyed{s, keys})
	}
	return all, nil
}

func additionalKeys(base fs.FS, add packages.Repository, configured []keyed) (keys repository.Keys, err error) {
	if len(add.Key) > 0 {
		return repository.ParseKeys(path.Base("/"+add.KeyName), add.Key)
	}
	if keys, err = repository.TrustedKeys(base); err != nil {
		return nil, err
	}
	for _, s := range configured {
		keys = append(keys, s.keys...)
	}
	if len(keys) > 0 {
		return keys, nil
	}
	return repository.ArchiveKeys()
}

// Resolve returns what has to be added to a base.
func (f *Family) Resolve(ctx context.Context, r packages.Request, fetch packages.Fetch) ([]packages.Package, error) {
	arch, err := Arch(r.Platform)
	if err != nil {
		return nil, err
	}
	all, err := sources(r)
	if err != nil {
		return nil, err
	}
	indexes := make([][]*resolve.Package, len(all))
	failed := safe.Each(len(all), func(i int) (err error) {
		indexes[i], err = f.read(ctx, all[i], arch, fetch)
		return err
	})
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	u := resolve.NewUniverse(arch)
	for _, p := range slices.Concat(indexes...) {
		u.Add(p)
	}
	if err := f.addBase(u, r, arch); err != nil {
		return nil, err
	}
	chosen, err := u.Resolve(r.Wants)
	if err != nil {
		return nil, err
	}
	return listed(chosen, u, osRelease(r.Base))
}

// read returns the packages of one source.
func (f *Family) read(ctx context.Context, s keyed, arch string, fetch packages.Fetch) (all []*resolve.Package, err error) {
	release, err := s.source.Release(ctx, fetch, s.keys, f.now())
	if err != nil {
		return nil, err
	}
	err = s.source.Packages(ctx, fetch, release, arch, func(p *resolve.Package) { all = append(all, p) })
	return all, err
}

// addBase adds what the base has.
func (f *Family) addBase(u *resolve.Universe, r packages.Request, arch string) error {
	if r.Fresh || f.sysroot {
		u.Assume(forScripts...)
		return nil
	}
	installed, full, err := readDatabase(r.Base)
	if err != nil {
		return err
	}
	if !full {
		u.Assume(forScripts...)
	}
	for _, p := range installed {
		if p.Arch == arch || p.Arch == "all" {
			u.AddInstalled(p)
		}
	}
	return nil
}

// forScripts are packages that others depend on for their scripts only. Where
// dpkg is missing no script is run, now or later.
var forScripts = []string{
	"adduser", "cdebconf", "debconf", "debconf-2.0", "dpkg", "init-system-helpers", "install-info",
	"opensysusers", "sysvinit-utils", "systemd-standalone-sysusers", "systemd-sysusers", "ucf", "update-inetd",
}

// listed returns packages as a lock has them.
func listed(chosen []*resolve.Package, u *resolve.Universe, os map[string]string) ([]packages.Package, error) {
	all := make([]packages.Package, len(chosen))
	for i, p := range chosen {
		name, sum := p.Get("Filename"), strings.ToLower(p.Get("SHA256"))
		size, err := parseSize(p.Get("Size"))
		if err != nil || len(sum) != 64 || name == "" {
			return nil, &packages.Error{Package: p.Name, Message: fmt.Sprintf("%s: the repository %s names no file with a size and a SHA256 checksum for it", p, p.Root)}
		}
		all[i] = packages.Package{
			Name: p.Name, Version: p.Version, Arch: p.Arch,
			URL:      p.Root + (&url.URL{Path: path.Join("/", name)}).EscapedPath(),
			Size:     size,
			Checksum: "sha256:" + sum,
			PURL:     purl(p, os),
			Replaces: u.Installed(p.Name),
		}
	}
	return all, nil
}
