package step

import "flag"

// Toolchain fetches a Go toolchain through GOPROXY, verifies it and unpacks
// it as a GOROOT to Out, together with GoFile. GOPROXY, GONOPROXY, GOPRIVATE,
// GOSUMDB and GONOSUMDB come from the environment.
type Toolchain struct {
	Version  string // "1.26.8"
	Platform string // "linux/amd64"
	Sum      string // "h1:…", what a lock says its checksum is; no checksum database is asked then
}

func (*Toolchain) verb() string    { return "toolchain" }
func (*Toolchain) rest() *[]string { return nil }

func (v *Toolchain) flags(fs *flag.FlagSet) {
	fs.StringVar(&v.Version, "version", v.Version, "Go version")
	fs.StringVar(&v.Platform, "platform", v.Platform, "platform it runs on")
	fs.StringVar(&v.Sum, "sum", v.Sum, "checksum of the module")
}

// Modules downloads what the packages of an outline need, which is mounted at
// Source, and writes to Out a module cache that holds just that, to build
// from without network: see ModulesDir, ModulesID and AskedDir. Modules that
// were downloaded before are in ModCache, which it adds to.
type Modules struct {
	// Platforms has for each platform its settings: "GOARCH=arm GOARM=7 GOOS=linux".
	Platforms []string
	Go        string   // "1.26.8"; empty when nobody knows before the toolchain runs
	Flags     []string // of the go command, those that decide which files a package has
}

func (*Modules) verb() string      { return "modules" }
func (v *Modules) rest() *[]string { return &v.Flags }

func (v *Modules) flags(fs *flag.FlagSet) {
	fs.Var((*list)(&v.Platforms), "platforms", "settings of each platform")
	fs.StringVar(&v.Go, "go", v.Go, "Go version")
}

// Program installs a program of a module that is no part of Source, and
// writes it to Out. Its file is of 1970: it is the same for all commits. Static
// gets a Fetched as ModuleFile, and what Go leaves there of executables.
type Program struct {
	Path string   // what its file is called below Out: "/usr/local/libexec/dlv"
	Sum  string   // "h1:…", what a lock says the checksum of its module is
	Args []string // what follows "go": "install", …
}

func (*Program) verb() string      { return "program" }
func (v *Program) rest() *[]string { return &v.Args }

func (v *Program) flags(fs *flag.FlagSet) {
	fs.StringVar(&v.Path, "path", v.Path, "name of the file")
	fs.StringVar(&v.Sum, "sum", v.Sum, "checksum of the module")
}
