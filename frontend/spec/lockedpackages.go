package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// LockedPackages are the packages of a distribution that one list adds to one
// image.
type LockedPackages struct {
	Base      String   // "docker.io/library/debian:12-slim"
	For       String   // "compiler" or "target" for build.packages, as in package step; not set for run.packages
	Wants     []String // as the spec has them
	Platforms []PackagesFor
}

// PackagesFor are the packages for one platform.
type PackagesFor struct {
	Platform String // "linux/amd64"
	List     []LockedPackage
}

// LockedPackage is one package of a distribution.
type LockedPackage struct {
	Name, Version, Arch, URL, Size, Checksum, PURL, Replaces String
}

// On returns the packages for a platform, and false if the lock has none for it.
func (l LockedPackages) On(platform string) ([]LockedPackage, bool) {
	i := slices.IndexFunc(l.Platforms, func(p PackagesFor) bool { return p.Platform.Value == platform })
	if i < 0 {
		return nil, false
	}
	return l.Platforms[i].List, true
}

const writeLock = "write the lock again, with --target lock"

var lockedPackagesFields = []field[LockedPackages]{
	leaf("base", text("a base", notEmpty), func(l *LockedPackages) *String { return &l.Base }, "required",
		"The image that the packages are added to."),
	leaf("for", text("what C is compiled with", packagesFor), func(l *LockedPackages) *String { return &l.For }, "run.packages",
		"What C is compiled with: `compiler` for packages that the builder runs, `target` for libraries of another platform."),
	leaf("wants", list("a list of packages", text("a package", osPackage), itself), func(l *LockedPackages) *[]String { return &l.Wants }, "required",
		"What the spec asks for."),
	leaf("platforms", packagesByPlatform, func(l *LockedPackages) *[]PackagesFor { return &l.Platforms }, "required",
		"The packages of each platform."),
}

var lockedPackages = list("a list of packages by base", entry(lockedPackagesFields), nil)

var lockedPackageFields = []field[LockedPackage]{
	leaf("name", text("a name", lockedWord), func(p *LockedPackage) *String { return &p.Name }, "required", "Name of the package."),
	leaf("version", text("a version", lockedWord), func(p *LockedPackage) *String { return &p.Version }, "required", "Its version."),
	leaf("arch", text("an architecture", lockedWord), func(p *LockedPackage) *String { return &p.Arch }, "required", "Its architecture."),
	leaf("url", text("a URL", lockedURL), func(p *LockedPackage) *String { return &p.URL }, "required", "URL of its archive."),
	leaf("size", text("a number of bytes", lockedSize), func(p *LockedPackage) *String { return &p.Size }, "required", "Size of its archive."),
	leaf("checksum", text("a checksum", packageSum), func(p *LockedPackage) *String { return &p.Checksum }, "required", "Checksum of its archive."),
	leaf("purl", text("a package URL", lockedWord), func(p *LockedPackage) *String { return &p.PURL }, "none", "Its package URL."),
	leaf("replaces", text("a version", lockedWord), func(p *LockedPackage) *String { return &p.Replaces }, "none", "The version of it that the base has."),
}

var lockedPackage = entry(lockedPackageFields)

// entry is a mapping of fields.
func entry[T any](fields []field[T]) kind[T] {
	const want = "a mapping of its keys"
	return kind[T]{want: want, sub: below(".", fields), read: func(v value) (t T) {
		if v.node.Kind != yaml.MappingNode {
			v.mismatch(want)
			return t
		}
		readFields(v, fields, &t)
		for _, f := range fields {
			if f.entries[0].Default == "required" {
				v.requireKeys(writeLock, f.name)
			}
		}
		return t
	}}
}

var packagesByPlatform = kind[[]PackagesFor]{want: "packages by platform", sub: below("[].", lockedPackageFields), read: func(v value) (all []PackagesFor) {
	if v.node.Kind != yaml.MappingNode {
		v.mismatch("packages by platform")
		return nil
	}
	v.each(func(platform String, val value) {
		v.validate(platform, platformName)
		p := PackagesFor{Platform: platform}
		if val.node.Kind != yaml.SequenceNode {
			val.mismatch("a list of packages")
			return
		}
		for _, node := range val.node.Content {
			p.List = append(p.List, lockedPackage.read(val.item(node)))
		}
		all = append(all, p)
	})
	return all
}}

var (
	lockedWordForm = regexp.MustCompile(`^[!-~]+$`)
	lockedSizeForm = regexp.MustCompile(`^[0-9]{1,15}$`)
	packageSumForm = regexp.MustCompile(`^[a-z0-9]+:[0-9A-Za-z+/=:]+$`)
)

func lockedWord(s string) *objection {
	if lockedWordForm.MatchString(s) {
		return nil
	}
	return object(writeLock, "wanted a word, found %s", quote(s))
}

func packagesFor(s string) *objection {
	if s == "compiler" || s == "target" {
		return nil
	}
	return object(writeLock, "wanted compiler or target, found %s", quote(s))
}

func lockedURL(s string) *objection {
	if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
		return lockedWord(s)
	}
	return object(writeLock, "wanted a URL with https:// or http://, found %s", quote(s))
}

func lockedSize(s string) *objection {
	if lockedSizeForm.MatchString(s) {
		return nil
	}
	return object(writeLock, "wanted a number of bytes, found %s", quote(s))
}

func packageSum(s string) *objection {
	if packageSumForm.MatchString(s) {
		return nil
	}
	return object(writeLock, "wanted a checksum such as sha256:…, found %s", quote(s))
}

// text returns an item of the list in a lock.
func (l LockedPackages) text() string {
	var b strings.Builder
	var quoted []string
	for _, w := range l.Wants {
		quoted = append(quoted, quote(w.Value))
	}
	fmt.Fprintf(&b, "  - base: %s\n", l.Base.Value)
	if l.For.Value != "" {
		fmt.Fprintf(&b, "    for: %s\n", l.For.Value)
	}
	fmt.Fprintf(&b, "    wants: [%s]\n    platforms:\n", strings.Join(quoted, ", "))
	for _, p := range l.Platforms {
		if len(p.List) == 0 {
			fmt.Fprintf(&b, "      %s: []\n", p.Platform.Value)
			continue
		}
		fmt.Fprintf(&b, "      %s:\n", p.Platform.Value)
		for _, one := range p.List {
			replaces := ""
			if one.Replaces.Value != "" {
				replaces = fmt.Sprintf(", replaces: %q", one.Replaces.Value)
			}
			fmt.Fprintf(&b, "        - {name: %q, version: %q, arch: %q, url: %q, size: %s, checksum: %q, purl: %q%s}\n",
				one.Name.Value, one.Version.Value, one.Arch.Value, one.URL.Value, one.Size.Value, one.Checksum.Value, one.PURL.Value, replaces)
		}
	}
	return b.String()
}
