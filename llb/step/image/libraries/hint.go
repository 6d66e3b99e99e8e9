package libraries

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// known are bases that have a C library, and what else they have that
// programs often need. The first that will do is named; distroless is what
// the key `base` means by it when cgo is on.
var known = []struct {
	name      string
	glibc     string // "2.36"; empty for musl
	cgo       bool   // whether the name means this image only with cgo
	libraries []string
}{
	{"distroless", "2.36", true, []string{"libcrypto.so.3", "libssl.so.3"}},
	{"gcr.io/distroless/base-debian12:nonroot", "2.36", false, []string{"libcrypto.so.3", "libssl.so.3"}},
	{"gcr.io/distroless/cc-debian12:nonroot", "2.36", false, []string{"libcrypto.so.3", "libgcc_s.so.1", "libgomp.so.1", "libssl.so.3", "libstdc++.so.6"}},
	{"debian:12-slim", "2.36", false, []string{"libbz2.so.1.0", "libgcc_s.so.1", "liblzma.so.5", "libstdc++.so.6", "libz.so.1", "libzstd.so.1"}},
	{"debian:13-slim", "2.41", false, []string{"libbz2.so.1.0", "libcrypto.so.3", "libgcc_s.so.1", "liblzma.so.5", "libssl.so.3", "libstdc++.so.6", "libz.so.1", "libzstd.so.1"}},
	{"alpine", "", false, []string{"libcrypto.so.3", "libssl.so.3", "libz.so.1"}},
}

// glibcParts are the libraries that every glibc has.
var glibcParts = []string{"libc", "libm", "libmvec", "libpthread", "librt", "libdl", "libresolv", "libutil", "libanl"}

// linkerHint says what to do about an image that cannot start the executable
// at all.
func (w *walk) linkerHint() string {
	hint := "name a base with " + family(w.exe.linker)
	if base := w.base(); base != "" {
		hint = "write " + inSpec(base)
	}
	switch {
	case w.cgo:
		return hint + ", or link it in with `build: {cgo: static}`"
	case len(w.importers) > 0:
		return hint
	}
	return hint + ", or remove `build.mode`, or -buildmode, -linkmode or -I from `build.ldflags`"
}

func (w *walk) hint(m missing) string {
	if base := w.base(); base != "" {
		return "write " + inSpec(base) + ", which has all it needs"
	}
	if m.version != "" {
		return "name a base that is as new as the toolchain's image, or a toolchain image that is as old as the base"
	}
	return "name a base that has it, or copy it with `run.files` to /usr/lib"
}

func inSpec(base string) string { return fmt.Sprintf("`base: %s`", base) }

// base returns one that is known to have all that the executable needs, empty
// when none is.
func (w *walk) base() string {
	libraries := slices.Clone(w.exe.needed)
	for _, m := range w.missing {
		libraries = append(libraries, m.library)
	}
	for _, b := range known {
		if isMusl(w.exe.linker) != (b.glibc == "") || !w.oldEnough(b.glibc) || b.cgo && !w.cgo {
			continue
		}
		lacks := func(name string) bool { return !w.basic(name) && !slices.Contains(b.libraries, name) }
		if !slices.ContainsFunc(libraries, lacks) {
			return b.name
		}
	}
	return ""
}

// basic reports whether a library is the C library, or a part of it.
func (w *walk) basic(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	return isMusl(w.exe.linker) && w.search.builtIn(name) || slices.Contains(glibcParts, stem) || strings.HasPrefix(stem, "ld-linux")
}

// oldEnough reports whether a glibc has all versions of symbols that are
// wanted of one. Whether another library has its own is not known.
func (w *walk) oldEnough(glibc string) bool {
	wants := slices.Clone(w.exe.wants)
	for _, m := range w.missing {
		wants = append(wants, version{m.library, m.version})
	}
	for _, v := range wants {
		number, ok := strings.CutPrefix(v.name, "GLIBC_")
		switch {
		case ok && semver.Compare("v"+number, "v"+glibc) > 0:
			return false
		case v.name != "" && !ok && slices.ContainsFunc(w.missing, func(m missing) bool { return m.version == v.name }):
			return false
		}
	}
	return true
}
