package spec

import (
	"regexp"

	"go.yaml.in/yaml/v4"
)

// Lock is a decoded lock file: the digests and versions behind the names in a
// spec, at the time when the file was written.
type Lock struct {
	Go       []LockedGo // one for each version that modules of the context ask for
	Images   []LockedImage
	Packages []LockedPackages
	Programs []Pair // "github.com/acme/tool@v1.2.3" to the checksum of its module, as in go.sum
}

type LockedGo struct {
	Asked   String // "1.26": what the spec or the project asks for; not set when only the image tells
	Version String // "1.26.8": what that was
	Modules []Pair // "linux/amd64" to the checksum of the toolchain's module, as in go.sum
}

type LockedImage struct {
	Name    String // "docker.io/library/alpine:3.22"
	Digests []Pair // "linux/amd64" to "sha256:…"
}

// Lookup returns the value of a name in a list of pairs; empty if it is
// missing.
func Lookup(pairs []Pair, name string) string {
	for _, p := range pairs {
		if p.Key.Value == name {
			return p.Value.Value
		}
	}
	return ""
}

// GoFor returns what the lock has for a version that is asked for. Without an entry
// for that version, it is the first one, which is stale; it is the zero value if
// there is none.
func (l *Lock) GoFor(asked string) LockedGo {
	for _, g := range l.Go {
		if g.Asked.Value == asked {
			return g
		}
	}
	if len(l.Go) > 0 {
		return l.Go[0]
	}
	return LockedGo{}
}

// ParseLock reads a lock file as strictly as Parse reads a spec. The error is a
// diag.Errors.
func ParseLock(name string, data []byte) (*Lock, error) {
	p := &parser{file: newSource(name, data), known: below("", lockFields)}
	lock := &Lock{}
	if p.readable(data) {
		if v, ok := p.root(data, "write the lock again, with --target lock"); ok {
			readFields(v, lockFields, lock)
		}
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return lock, nil
}

var lockFields = []field[Lock]{
	leaf("go", lockedGos, func(l *Lock) *[]LockedGo { return &l.Go }, "none",
		"The toolchain, or a list if modules of the context ask for several."),
	leaf("images", lockedImages, func(l *Lock) *[]LockedImage { return &l.Images }, "none",
		"Digests of images, by name and platform."),
	leaf("packages", lockedPackages, func(l *Lock) *[]LockedPackages { return &l.Packages }, "none",
		"Packages of distributions, by base and platform."),
	leaf("programs", lockedPrograms, func(l *Lock) *[]Pair { return &l.Programs }, "none",
		"Checksums of the modules of programs, by package and version."),
}

const programs = "programs with the checksums of their modules"

var lockedPrograms = kind[[]Pair]{want: programs, read: func(v value) (all []Pair) {
	if v.node.Kind != yaml.MappingNode {
		v.mismatch(programs)
		return nil
	}
	v.each(func(name String, val value) {
		all = append(all, Pair{Key: name, Value: text("a checksum", moduleSum).read(val)})
	})
	return all
}}

var lockedGoFields = []field[LockedGo]{
	leaf("asked", text("a Go version like 1.26", goVersion), func(g *LockedGo) *String { return &g.Asked }, "none",
		"The version that was asked for."),
	leaf("version", text("a Go version like 1.26.8", goVersion), func(g *LockedGo) *String { return &g.Version }, "required",
		"The version that this was."),
	leaf("modules", byPlatform("checksums by platform", moduleSum), func(g *LockedGo) *[]Pair { return &g.Modules }, "none",
		"Checksums of the toolchain's module."),
}

var lockedGo = kind[LockedGo]{want: "a mapping of its keys", sub: below(".", lockedGoFields), read: func(v value) (g LockedGo) {
	if v.node.Kind != yaml.MappingNode {
		v.mismatch("a mapping of its keys")
		return g
	}
	readFields(v, lockedGoFields, &g)
	return g
}}

var lockedGos = kind[[]LockedGo]{want: "a mapping of its keys, or a list of them", sub: lockedGo.sub, read: func(v value) []LockedGo {
	if v.node.Kind == yaml.SequenceNode {
		return items(v, lockedGo, func(g LockedGo) String { return g.Asked })
	}
	return []LockedGo{lockedGo.read(v)}
}}

const images = "images with their digests by platform"

var lockedImages = kind[[]LockedImage]{want: images, read: func(v value) (all []LockedImage) {
	if v.node.Kind != yaml.MappingNode {
		v.mismatch(images)
		return nil
	}
	v.each(func(name String, val value) {
		all = append(all, LockedImage{Name: name, Digests: digests.read(val)})
	})
	return all
}}

var digests = byPlatform("digests by platform", imageDigest)

// byPlatform is a mapping of platforms to values that a rule accepts.
func byPlatform(want string, accept rule) kind[[]Pair] {
	return kind[[]Pair]{want: want, read: func(v value) (all []Pair) {
		if v.node.Kind != yaml.MappingNode {
			v.mismatch(want)
			return nil
		}
		v.each(func(platform String, val value) {
			v.validate(platform, platformName)
			all = append(all, Pair{Key: platform, Value: text("a checksum", accept).read(val)})
		})
		return all
	}}
}

var (
	platformForm    = regexp.MustCompile(`^[a-z0-9]+/[a-z0-9]+(/[a-z0-9.]+)?$`)
	imageDigestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	moduleSumForm   = regexp.MustCompile(`^h1:[A-Za-z0-9+/]{43}=$`)
)

func platformName(s string) *objection {
	if platformForm.MatchString(s) {
		return nil
	}
	return object("write one like linux/arm64", "%s is not a platform", quote(s))
}

func imageDigest(s string) *objection {
	if imageDigestForm.MatchString(s) {
		return nil
	}
	return object("write the lock again, with --target lock", "wanted a digest, sha256: and 64 hexadecimal digits, found %s", quote(s))
}

func moduleSum(s string) *objection {
	if moduleSumForm.MatchString(s) {
		return nil
	}
	return object("write the lock again, with --target lock", "wanted a checksum as in go.sum, h1:…=, found %s", quote(s))
}
