package plan

// Program is a program of a module that is no part of the project, built by
// the same toolchain: a debugger, or what runs in a check.
type Program struct {
	Step
	Args []string // of the go command: "install", "-trimpath", …
	Path string   // what its file is called: "/usr/local/libexec/dlv"
	In   *Layer   // puts it into the image; nil where it is a layer as it is, or is no part of an image
}
