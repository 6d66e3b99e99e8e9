package step

import "flag"

// Rootfs writes to Out what a program expects of a root file system and an
// empty image does not have: CA certificates, time zones, /etc/passwd, /etc/group,
// and /tmp.
type Rootfs struct {
	Epoch int64 // modification time of all files, in seconds since 1970
}

func (*Rootfs) verb() string    { return "rootfs" }
func (*Rootfs) rest() *[]string { return nil }

func (v *Rootfs) flags(fs *flag.FlagSet) {
	fs.Int64Var(&v.Epoch, "epoch", v.Epoch, "modification time")
}

// Binaries copies to Out the executables below Built, without their directories,
// and lists their checksums in SumsFile.
type Binaries struct {
	Epoch int64 // modification time of all files, in seconds since 1970
}

func (*Binaries) verb() string    { return "binaries" }
func (*Binaries) rest() *[]string { return nil }

func (v *Binaries) flags(fs *flag.FlagSet) {
	fs.Int64Var(&v.Epoch, "epoch", v.Epoch, "modification time")
}

// Capabilities copies to Out what is below Built, and gives one of the files
// capabilities.
type Capabilities struct {
	Epoch int64    // modification time of all files, in seconds since 1970
	Names []string // "NET_BIND_SERVICE"
	Path  string   // of the file: "/usr/local/bin/server"
}

func (*Capabilities) verb() string    { return "capabilities" }
func (*Capabilities) rest() *[]string { return nil }

func (v *Capabilities) flags(fs *flag.FlagSet) {
	fs.Int64Var(&v.Epoch, "epoch", v.Epoch, "modification time")
	fs.Var((*list)(&v.Names), "names", "capabilities")
	fs.StringVar(&v.Path, "path", v.Path, "file that gets them")
}

// Compare compares what is below Built with what is below BuiltAgain, and writes
// the checksums of both to SumsFile. Where they differ, it fails.
type Compare struct{}

func (*Compare) verb() string        { return "compare" }
func (*Compare) flags(*flag.FlagSet) {}
func (*Compare) rest() *[]string     { return nil }

// Libraries checks that Image has the C library, and the other libraries, that
// the executables below Built need. It leaves nothing.
type Libraries struct {
	Image string // what Image is called: "docker.io/library/alpine:3.22"
	Path  string // the image's LD_LIBRARY_PATH
	Cgo   bool   // the executables were compiled with cgo
}

func (*Libraries) verb() string    { return "libraries" }
func (*Libraries) rest() *[]string { return nil }

func (v *Libraries) flags(fs *flag.FlagSet) {
	fs.StringVar(&v.Image, "image", v.Image, "what the image is called")
	fs.StringVar(&v.Path, "path", v.Path, "directories with libraries")
	fs.BoolVar(&v.Cgo, "cgo", v.Cgo, "compiled with cgo")
}

// Linker finds the dynamic linker through which the programs below Image
// start, and writes its path to LinkerFile. The file is empty if the linker
// that the go command would name will do.
type Linker struct {
	Arch string // "amd64"
}

func (*Linker) verb() string    { return "linker" }
func (*Linker) rest() *[]string { return nil }

func (v *Linker) flags(fs *flag.FlagSet) {
	fs.StringVar(&v.Arch, "arch", v.Arch, "architecture of the executables")
}

// SBOM writes to SBOMFile which modules the executables below Built are made
// of, by their own build information, and the packages of PackageList if it is
// there, as an SPDX document.
type SBOM struct {
	Epoch int64  // time of the document, in seconds since 1970
	Image string // what the image is called: "server"
	Base  string // what the image starts from, with its digest if it has one; empty for scratch
}

func (*SBOM) verb() string    { return "sbom" }
func (*SBOM) rest() *[]string { return nil }

func (v *SBOM) flags(fs *flag.FlagSet) {
	fs.Int64Var(&v.Epoch, "epoch", v.Epoch, "time of the document")
	fs.StringVar(&v.Image, "image", v.Image, "name of the image")
	fs.StringVar(&v.Base, "base", v.Base, "base image")
}
