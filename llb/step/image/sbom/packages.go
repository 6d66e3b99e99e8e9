package sbom

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"go/version"
	"path"
	"regexp"
	"runtime/debug"
	"strings"

	"github.com/gohull/gohull/llb/step"
)

// mainPackage returns the module that an executable's main package is of.
func mainPackage(info *debug.BuildInfo) pkg {
	main := info.Main
	main.Path = cmp.Or(main.Path, info.Path)
	p := module(&main)
	p.Purpose = "APPLICATION"
	return p
}

// linked returns the packages whose code is in an executable: the standard
// library, and the modules in the order of the build information, by path.
func linked(info *debug.BuildInfo) []pkg {
	packages := []pkg{stdlib(info.GoVersion)}
	for _, dep := range info.Deps {
		packages = append(packages, module(dep))
	}
	return packages
}

// release matches the versions of Go that have a name in the CPE dictionary.
var release = regexp.MustCompile(`^[0-9]+\.[0-9]+(\.[0-9]+)?$`)

// stdlib returns the standard library, under the name that vulnerability databases
// have for it.
func stdlib(goVersion string) pkg {
	// Behind a space stand the experiments that are on.
	name, _, _ := strings.Cut(goVersion, " ")
	if version.IsValid(name) {
		name = strings.TrimPrefix(name, "go")
	}
	p := pkg{
		ID:         stdlibID,
		Name:       "stdlib",
		Version:    name,
		Source:     "the standard library of " + goVersion,
		References: []reference{purlReference(golangPurl("stdlib", name))},
	}
	if release.MatchString(name) {
		cpe := "cpe:2.3:a:golang:go:" + name + ":*:*:*:*:*:*:*"
		p.References = append(p.References, reference{Category: "SECURITY", Type: "cpe23Type", Locator: cpe})
	}
	return p
}

// module returns a module as it was linked.
func module(m *debug.Module) pkg {
	m, source := code(m)
	v := known(m.Version)
	p := pkg{
		ID:         id("Module", strings.TrimSuffix(m.Path+"@"+v, "@")+" "+m.Sum),
		Name:       m.Path,
		Version:    v,
		Source:     source,
		References: []reference{purlReference(golangPurl(m.Path, v))},
	}
	if hash, ok := contentHash(m.Sum); ok {
		p.Checksums = []checksum{{"SHA256", hash}}
		p.Source = strings.TrimPrefix(p.Source+"; the checksum is that of go.sum, "+m.Sum, "; ")
	}
	return p
}

// code returns the module that a module's code is from, and how that came about:
// another may replace it. A directory that does has no name of its own.
func code(m *debug.Module) (_ *debug.Module, source string) {
	r := m.Replace
	if r == nil {
		return m, ""
	}
	source = "replaces " + m.Path + " " + m.Version
	if r.Version == "" {
		return &debug.Module{Path: m.Path}, "the directory " + r.Path + " " + source
	}
	return r, source
}

// known returns a version, empty for the one of a working tree.
func known(v string) string {
	if v == "(devel)" {
		return ""
	}
	return v
}

// contentHash returns the hash inside a go.sum line's checksum, in hex: a SHA-256
// of the list of a module's files and their hashes.
func contentHash(sum string) (string, bool) {
	data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(sum, "h1:"))
	if err != nil || len(data) != sha256.Size || !strings.HasPrefix(sum, "h1:") {
		return "", false
	}
	return hex.EncodeToString(data), true
}

// basePackage returns the image below; its own content is the business of who
// made it.
func basePackage(ref string) pkg {
	name, digest, _ := strings.Cut(ref, "@")
	p := pkg{ID: baseID, Name: name, Version: digest, Purpose: "CONTAINER"}
	if hash, ok := strings.CutPrefix(digest, "sha256:"); ok {
		p.Checksums = []checksum{{"SHA256", hash}}
		p.References = []reference{purlReference(imagePurl(name, digest))}
	}
	return p
}

// osPackage returns a package of a distribution, under the package URL that
// scanners compare with what distributions publish.
func osPackage(one step.OSPackage) pkg {
	p := pkg{
		ID:       id("Package", one.Name+" "+one.Version+" "+one.Arch),
		Name:     one.Name,
		Version:  one.Version,
		Location: one.URL,
		Source:   "added to the base",
	}
	if hash, ok := strings.CutPrefix(one.Checksum, "sha256:"); ok {
		p.Checksums = []checksum{{"SHA256", hash}}
	}
	if one.PURL != "" {
		p.References = []reference{purlReference(one.PURL)}
	}
	return p
}

// golangPurl returns a module as a package URL, which has paths in lower case.
func golangPurl(module, v string) string {
	purl := "pkg:golang/" + escape(strings.ToLower(module), "/")
	if v != "" {
		purl += "@" + escape(v, "")
	}
	return purl
}

// imagePurl returns an image as a package URL.
func imagePurl(name, digest string) string {
	repository, tag := name, ""
	if i := strings.LastIndex(name, ":"); i > strings.LastIndex(name, "/") {
		repository, tag = name[:i], name[i+1:]
	}
	purl := "pkg:oci/" + escape(path.Base(repository), "") + "@" + escape(digest, "") +
		"?repository_url=" + escape(repository, "/")
	if tag != "" {
		purl += "&tag=" + escape(tag, "")
	}
	return purl
}

// escape writes a part of a URL; the characters of keep stay as they are.
func escape(s, keep string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(s) {
		if plain(c) || strings.IndexByte("_~"+keep, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
	}
	return b.String()
}

// id returns an SPDX identifier, which may hold letters, digits, "." and "-"
// alone; a hash keeps apart what would look the same.
func id(kind, name string) string {
	readable, _, _ := strings.Cut(name, " ")
	readable = strings.Map(func(r rune) rune {
		if r < 0x80 && plain(byte(r)) {
			return r
		}
		return '-'
	}, readable)
	sum := sha256.Sum256([]byte(name))
	return "SPDXRef-" + kind + "-" + readable + "-" + hex.EncodeToString(sum[:4])
}

// plain reports whether a character is a letter, a digit, "." or "-".
func plain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '-'
}
