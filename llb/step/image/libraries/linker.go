package libraries

import (
	"io/fs"
	"path"
	"strings"

	"github.com/gohull/gohull/internal/links"
)

// glibcLinkers are the paths of glibc's dynamic linker by Go's names of
// architectures. The first one is what glibc's ABI says today.
var glibcLinkers = map[string][]string{
	"386":      {"/lib/ld-linux.so.2"},
	"amd64":    {"/lib64/ld-linux-x86-64.so.2"},
	"arm":      {"/lib/ld-linux-armhf.so.3", "/lib/ld-linux.so.3"},
	"arm64":    {"/lib/ld-linux-aarch64.so.1"},
	"loong64":  {"/lib64/ld-linux-loongarch-lp64d.so.1"},
	"mips":     {"/lib/ld.so.1"},
	"mips64":   {"/lib64/ld.so.1", "/lib64/ld64.so.1"},
	"mips64le": {"/lib64/ld.so.1", "/lib64/ld64.so.1"},
	"mipsle":   {"/lib/ld.so.1"},
	"ppc64":    {"/lib64/ld64.so.1"},
	"ppc64le":  {"/lib64/ld64.so.2"},
	"riscv64":  {"/lib/ld-linux-riscv64-lp64d.so.1", "/lib/ld.so.1"},
	"s390x":    {"/lib/ld64.so.1", "/lib64/ld64.so.1"},
}

// Linker returns the dynamic linker through which the programs of an image
// start: musl's where there is no other C library, else glibc's, whether the
// image has it or not. It is empty for an unknown architecture.
func Linker(image fs.FS, arch string) string {
	if musl := onlyMusl(image); musl != "" {
		return "/" + musl
	}
	names := glibcLinkers[arch]
	for _, name := range names {
		if _, ok := links.InRoot(image, name); ok {
			return name
		}
	}
	return strings.Join(names[:min(1, len(names))], "")
}

// onlyMusl returns musl's dynamic linker in an image that has no glibc, and is
// empty for any other image.
func onlyMusl(image fs.FS) string {
	lib, _ := links.InRoot(image, "lib")
	found, err := fs.Glob(image, path.Join(lib, "ld-musl-*.so.1"))
	if err != nil || len(found) == 0 {
		return ""
	}
	for _, dir := range glibcDirs(image) {
		if _, ok := links.InRoot(image, path.Join(dir, "libc.so.6")); ok {
			return ""
		}
	}
	return path.Join("lib", path.Base(found[0]))
}
