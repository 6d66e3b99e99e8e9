package compare

import (
	"bytes"
	"cmp"
	"debug/buildinfo"
	"debug/elf"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
)

// sections tells which sections of two executables differ, and where in them;
// it is empty where they are no executables, or differ between sections.
func sections(first, second []byte) string {
	a, errA := elf.NewFile(bytes.NewReader(first))
	b, errB := elf.NewFile(bytes.NewReader(second))
	if errA != nil || errB != nil {
		return ""
	}
	var parts, notes []string
	for _, s := range a.Sections {
		text := section(s, b.Section(s.Name))
		switch {
		case text == "":
		case s.Type == elf.SHT_NOTE:
			notes = append(notes, text)
		default:
			parts = append(parts, text)
		}
	}
	if parts == nil {
		// A build ID is a checksum of the rest, and alone only if someone set it.
		parts = notes
	}
	return strings.Join(parts, ", ")
}

// section tells how a section differs from its like; it is empty when it
// does not.
func section(a, b *elf.Section) string {
	if b == nil {
		return "in the section " + a.Name + ", which the second build lacks"
	}
	first, second := content(a), content(b)
	if bytes.Equal(first, second) {
		return ""
	}
	return fmt.Sprintf("in the section %s from %#x on", a.Name, firstByte(first, second))
}

// content returns a section's data. A section that cannot be read is empty: the
// file's bytes are compared all the same.
func content(s *elf.Section) []byte {
	if s.Type == elf.SHT_NOBITS {
		return nil
	}
	data, err := s.Data()
	if err != nil {
		return nil
	}
	return data
}

// buildInfo tells in what the build information of two executables differs;
// it is empty where that is equal, or missing.
func buildInfo(first, second []byte) string {
	a, errA := buildinfo.Read(bytes.NewReader(first))
	b, errB := buildinfo.Read(bytes.NewReader(second))
	if errA != nil || errB != nil {
		return ""
	}
	was, is := facts(a), facts(b)
	all := maps.Clone(was)
	maps.Copy(all, is)
	var differ []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if was[name] != is[name] {
			differ = append(differ, fmt.Sprintf("%s is %s, then %s", name, cmp.Or(was[name], "missing"), cmp.Or(is[name], "missing")))
		}
	}
	if differ == nil {
		return ""
	}
	return "in what they were built from: " + strings.Join(differ, "; ")
}

// facts returns build information by what people call it.
func facts(info *debug.BuildInfo) map[string]string {
	all := map[string]string{"the Go version": info.GoVersion, "the main package": info.Path}
	for _, m := range append(slices.Clone(info.Deps), &info.Main) {
		all["the module "+m.Path] = version(m)
	}
	for _, s := range info.Settings {
		all["the build setting "+s.Key] = s.Value
	}
	return all
}

// version returns a module's version, or that of what replaces it.
func version(m *debug.Module) string {
	if m.Replace != nil {
		return m.Replace.Path + " " + version(m.Replace)
	}
	return strings.TrimSpace(m.Version + " " + m.Sum)
}
