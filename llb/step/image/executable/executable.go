// Package executable looks at what a compile left: each executable has to be
// there, and has to be one for the platform that was asked for.
package executable

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step"
)

// Platform is what the go command compiled for.
type Platform struct{ OS, Arch string }

// String returns "linux/amd64".
func (p Platform) String() string { return p.OS + "/" + p.Arch }

// PlatformOf returns the platform that a step's environment names.
func PlatformOf(env []string) Platform {
	var p Platform
	for _, e := range env {
		switch key, value, _ := strings.Cut(e, "="); key {
		case "GOOS":
			p.OS = value
		case "GOARCH":
			p.Arch = value
		}
	}
	return p
}

// Result is what there is to say about some executables.
type Result struct {
	Problems  []string // one sentence each
	Dynamic   bool     // whether any of them needs a dynamic linker to start
	Libraries []string // that are loaded then
}

// Check looks at the executables of out.
func Check(out fs.FS, v step.Go, p Platform) (Result, error) {
	var all Result
	for _, path := range v.Binaries {
		found, err := inspect(out, strings.TrimPrefix(path, "/"), p)
		if err != nil {
			return Result{}, fmt.Errorf("%s: %w", path, err)
		}
		if found.problem != "" {
			all.Problems = append(all.Problems, path+found.problem)
		}
		all.Dynamic = all.Dynamic || found.dynamic
		all.Libraries = append(all.Libraries, found.libraries...)
	}
	return all, nil
}

// finding is what there is to say about one executable.
type finding struct {
	problem   string // follows its path; empty when all is well
	dynamic   bool
	libraries []string
}

func inspect(out fs.FS, name string, p Platform) (finding, error) {
	info, err := fs.Stat(out, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return finding{problem: " was not made" + instead(out)}, nil
	case err != nil:
		return finding{}, err
	case !info.Mode().IsRegular():
		return finding{problem: " is not a file; a package of the build has the name of a directory"}, nil
	case p.OS != "linux":
		return finding{}, nil
	}
	f, err := out.Open(name)
	if err != nil {
		return finding{}, err
	}
	defer f.Close()
	return look(f, p)
}

func look(f fs.File, p Platform) (finding, error) {
	at, ok := f.(io.ReaderAt)
	if !ok {
		return finding{}, fmt.Errorf("%T cannot be read at an offset", f)
	}
	file, err := elf.NewFile(at)
	if err != nil {
		return finding{problem: " is not a program for " + p.String() + ", it is no ELF file; look for -buildmode in `build.ldflags`"}, nil
	}
	dynamic := slices.ContainsFunc(file.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP })
	switch {
	case !isFor(file.FileHeader, p):
		return finding{problem: fmt.Sprintf(" is for %s, and the image is for %s; look for what chooses the compiler or the linker in `build.env` and the toolchain's image", machine(file.FileHeader), p)}, nil
	case !dynamic && isLibrary(file):
		return finding{problem: " is a shared library and no program; look for -buildmode in `build.ldflags`"}, nil
	}
	libraries, err := file.ImportedLibraries()
	if err != nil {
		return finding{problem: " cannot be read: " + err.Error()}, nil
	}
	return finding{dynamic: dynamic, libraries: libraries}, nil
}

// isLibrary reports whether a file without an interpreter was linked as a
// library: a static program that can be loaded anywhere says that it is one.
func isLibrary(f *elf.File) bool {
	if f.Type != elf.ET_DYN {
		return f.Type != elf.ET_EXEC
	}
	flags, err := f.DynValue(elf.DT_FLAGS_1)
	return err != nil || len(flags) == 0 || elf.DynFlag1(flags[0])&elf.DF_1_PIE == 0
}

// instead lists what a compile made.
func instead(out fs.FS) string {
	var names []string
	err := fs.WalkDir(out, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			names = append(names, "/"+name)
		}
		return err
	})
	if err != nil || len(names) == 0 {
		return ", and nothing else either"
	}
	return "; what was made is " + strings.Join(names, ", ")
}
