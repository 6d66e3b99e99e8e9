package libraries

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/internal/regular"
)

// search is where a dynamic linker looks for libraries.
type search struct {
	musl  bool
	first []string            // directories of LD_LIBRARY_PATH
	exe   []string            // directories that the executable names for all
	cache map[string][]string // glibc's list of libraries, by name
	usual []string            // directories that are always looked in, last
}

func newSearch(image fs.FS, exe object, libraryPath string) search {
	s := search{exe: exe.rpath, first: exe.splitDirs([]string{libraryPath})}
	if linker := muslLinker(image, exe); linker != "" {
		s.musl = true
		s.exe = append(s.exe, exe.runpath...) // which it takes for the same
		s.usual = muslDirs(image, linker)
		return s
	}
	s.cache = cached(image, exe.order)
	s.usual = glibcDirs(image)
	return s
}

// muslLinker returns musl's linker if that is what starts the executable. Alpine
// has packages that put it behind the name of glibc's, without a glibc.
func muslLinker(image fs.FS, exe object) string {
	if isMusl(exe.linker) {
		return exe.linker
	}
	return onlyMusl(image)
}

func isMusl(linker string) bool { return strings.HasPrefix(base(linker), "ld-musl-") }

// family returns what people call the C library that a dynamic linker belongs to.
func family(linker string) string {
	if isMusl(linker) {
		return "musl"
	}
	return "glibc"
}

func base(name string) string { return path.Base(name) }

// builtIn reports whether the dynamic linker is the library itself: musl is
// one file.
func (s search) builtIn(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	return s.musl && slices.Contains([]string{"libc", "libpthread", "librt", "libm", "libdl", "libutil", "libxnet"}, stem)
}

// candidates returns the paths where a library that an object needs may be, in
// the order in which they are tried.
func (s search) candidates(o object, name string) []string {
	if strings.Contains(name, "/") {
		return []string{name}
	}
	var all []string
	for _, dir := range slices.Concat(o.rpath, s.exe, s.first, o.runpath) {
		all = append(all, path.Join(dir, name))
	}
	all = append(all, s.cache[name]...)
	for _, dir := range s.usual {
		all = append(all, path.Join(dir, name))
	}
	return all
}

// glibcDirs returns those that are compiled into glibc's linker. Distributions
// differ in them; a directory that one does not look in has no libraries there.
func glibcDirs(image fs.FS) []string {
	var all []string
	for _, lib := range []string{"lib", "usr/lib"} {
		at, _ := links.InRoot(image, lib)
		entries, err := fs.ReadDir(image, at)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if strings.Contains(e.Name(), "-linux-gnu") {
				all = append(all, path.Join(lib, e.Name()))
			}
		}
	}
	return append(all, "lib64", "usr/lib64", "lib", "usr/lib")
}

// muslDirs returns those of a file of musl's, or the ones compiled into it.
func muslDirs(image fs.FS, linker string) []string {
	arch := strings.TrimSuffix(strings.TrimPrefix(base(linker), "ld-musl-"), ".so.1")
	if at, ok := links.InRoot(image, "etc/ld-musl-"+arch+".path"); ok {
		if data, err := regular.ReadIn(image, at, regular.Text); err == nil {
			return strings.FieldsFunc(string(data), func(r rune) bool { return r == '\n' || r == ':' })
		}
	}
	return []string{"lib", "usr/local/lib", "usr/lib"}
}

// The parts of glibc's cache, the format that there is since 2.2:
//
//	magic, count of entries uint32, and further fields
//	for each entry: flags, name, path uint32, and further fields
//	strings, which end with a zero; names and paths are offsets from the magic
//
// An older format may stand before it.
const (
	cacheFile      = "etc/ld.so.cache"
	cacheMagic     = "glibc-ld.so.cache1.1"
	cacheHeader    = 48
	cacheEntrySize = 24
)

// cached returns the libraries in glibc's cache, by name. Without a cache, or in
// one that is broken, there are none.
func cached(image fs.FS, order binary.ByteOrder) map[string][]string {
	at, ok := links.InRoot(image, cacheFile)
	if !ok {
		return nil
	}
	data, err := regular.ReadIn(image, at, regular.Text)
	if err != nil {
		return nil
	}
	_, after, ok := bytes.Cut(data, []byte(cacheMagic))
	if !ok || len(after) < cacheHeader-len(cacheMagic) {
		return nil
	}
	return entries(data[len(data)-len(after)-len(cacheMagic):], order)
}

func entries(data []byte, order binary.ByteOrder) map[string][]string {
	all := map[string][]string{}
	count := int(order.Uint32(data[len(cacheMagic):]))
	for i := range count {
		from := cacheHeader + i*cacheEntrySize
		if from+cacheEntrySize > len(data) {
			break
		}
		name := text(data, order.Uint32(data[from+4:]))
		all[name] = append(all[name], text(data, order.Uint32(data[from+8:])))
	}
	return all
}

// longestPath is how long a path may be on Linux, with the zero at its end.
const longestPath = 4096

// text returns the string at an offset, empty where there is none that could be a
// path: a hostile cache may have as many offsets as it likes.
func text(data []byte, offset uint32) string {
	if uint64(offset) >= uint64(len(data)) {
		return ""
	}
	data = data[offset:]
	s, _, ok := bytes.Cut(data[:min(len(data), longestPath)], []byte{0})
	if !ok {
		return ""
	}
	return string(s)
}
