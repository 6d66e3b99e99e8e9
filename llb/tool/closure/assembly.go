package closure

import (
	"io/fs"
	"path"
	"regexp"
	"strconv"
)

var include = regexp.MustCompile("(?m)^[ \t]*#[ \t]*include[ \t]+(\"(?:[^\"\\\\\n]|\\\\.)*\"|`[^`\n]*`)")

// includes takes what assembly files of a package include. Names are
// relative to the package, also in included files, since that is where the
// go command runs the assembler. Files of the toolchain are not found here.
func (w *walk) includes(dir string, files []string) error {
	seen := map[string]bool{}
	for len(files) > 0 {
		name, ok := below(dir, files[0])
		files = files[1:]
		if !ok || seen[name] {
			continue
		}
		seen[name] = true
		data, err := w.tree.read(name)
		if err != nil {
			return err
		}
		files = append(files, included(data)...)
	}
	return nil
}

func included(text []byte) []string {
	var names []string
	for _, m := range include.FindAllSubmatch(text, -1) {
		if name, err := strconv.Unquote(string(m[1])); err == nil && name != "" && fs.ValidPath(path.Clean(name)) {
			names = append(names, name)
		}
	}
	return names
}
