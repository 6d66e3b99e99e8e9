package gofiles

import (
	"path"
	"regexp"
	"strconv"
)

// include is a line of assembly that the preprocessor replaces by a file.
var include = regexp.MustCompile("(?m)^[ \t]*#[ \t]*include[ \t]+(\"(?:[^\"\\\\\n]|\\\\.)*\"|`[^`\n]*`)")

// Included returns assembly files and all that they include. Names are relative
// to the package, also in included files, since that is where the go command
// runs the assembler. A file for which read gives nil is not part of the
// result: those of the toolchain are elsewhere.
func Included(files []string, read func(name string) ([]byte, error)) ([]string, error) {
	var all []string
	seen := map[string]bool{}
	for len(files) > 0 {
		name := path.Clean(files[0])
		files = files[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		data, err := read(name)
		if err != nil {
			return nil, err
		}
		if data != nil {
			all = append(all, name)
			files = append(files, includes(data)...)
		}
	}
	return all, nil
}

func includes(text []byte) []string {
	var names []string
	for _, m := range include.FindAllSubmatch(text, -1) {
		if name, err := strconv.Unquote(string(m[1])); err == nil && name != "" {
			names = append(names, name)
		}
	}
	return names
}
