package libraries

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/gohull/gohull/internal/links"
)

// object is an executable or a library as the dynamic linker sees it.
type object struct {
	path     string // free of links, without a leading slash: "usr/lib/libz.so.1.2.13"
	class    elf.Class
	machine  elf.Machine
	order    binary.ByteOrder
	linker   string   // the dynamic linker, which starts it; empty when it needs none
	needed   []string // names of libraries
	rpath    []string // directories to look in, also for what its libraries need
	runpath  []string // directories to look in
	versions []string // of symbols, which it has
	wants    []version
}

// version is a version of a library's symbols: GLIBC_2.34 of libc.so.6.
type version struct{ library, name string }

var errNoObject = errors.New("it is no ELF file")

// readLinked reads the object that a path of an image leads to.
func readLinked(image fs.FS, name string) (object, error) {
	at, ok := links.InRoot(image, name)
	if !ok {
		return object{}, fs.ErrNotExist
	}
	return read(image, at)
}

func read(fsys fs.FS, name string) (object, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return object{}, err
	}
	defer f.Close()
	at, ok := f.(io.ReaderAt)
	if !ok {
		return object{}, fmt.Errorf("%T cannot be read at an offset", f)
	}
	file, err := elf.NewFile(at)
	if err != nil {
		return object{}, errNoObject
	}
	return parse(name, file)
}

func parse(name string, f *elf.File) (object, error) {
	o := object{path: name, class: f.Class, machine: f.Machine, order: f.ByteOrder}
	var err error
	if o.linker, err = interpreter(f); err != nil {
		return o, err
	}
	if f.SectionByType(elf.SHT_DYNAMIC) == nil {
		return o, nil
	}
	for tag, to := range map[elf.DynTag]*[]string{elf.DT_NEEDED: &o.needed, elf.DT_RPATH: &o.rpath, elf.DT_RUNPATH: &o.runpath} {
		if *to, err = f.DynString(tag); err != nil {
			return o, err
		}
	}
	o.rpath, o.runpath = o.splitDirs(o.rpath), o.splitDirs(o.runpath)
	if len(o.runpath) > 0 {
		o.rpath = nil
	}
	return o.versioned(f), nil
}

func interpreter(f *elf.File) (string, error) {
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			data, err := io.ReadAll(io.LimitReader(p.Open(), 4<<10))
			return strings.TrimRight(string(data), "\x00"), err
		}
	}
	return "", nil
}

// splitDirs splits lists of directories. $ORIGIN is the object's own.
func (o object) splitDirs(lists []string) []string {
	var all []string
	for _, list := range lists {
		for _, dir := range strings.Split(list, ":") {
			for _, origin := range []string{"$ORIGIN", "${ORIGIN}"} {
				dir = strings.ReplaceAll(dir, origin, "/"+path.Dir(o.path))
			}
			if path.IsAbs(dir) {
				all = append(all, dir)
			}
		}
	}
	return all
}

// versioned adds versions. Tables that are not there, or cannot be read, say
// nothing of any.
func (o object) versioned(f *elf.File) object {
	has, err := f.DynamicVersions()
	if err != nil {
		return o
	}
	for _, v := range has {
		o.versions = append(o.versions, v.Name)
	}
	needs, err := f.DynamicVersionNeeds()
	if err != nil {
		return o
	}
	for _, lib := range needs {
		for _, v := range lib.Needs {
			if v.Flags&elf.VER_FLG_WEAK == 0 {
				o.wants = append(o.wants, version{lib.Name, v.Dep})
			}
		}
	}
	return o
}
