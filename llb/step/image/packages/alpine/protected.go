package alpine

import (
	"io/fs"
	"path"
	"strings"
)

// protectedPaths are patterns of directories whose files apk does not overwrite if
// somebody changed them.
type protectedPaths []protectedPath

type protectedPath struct {
	pattern string // of a directory: "etc/init.d"
	mode    byte   // '-' for directories that are not protected
}

// readProtected returns apk's own patterns and those of the base.
func readProtected(base fs.FS) protectedPaths {
	all := protectedPaths{{"etc", '+'}, {"etc/init.d", '@'}, {"etc/apk", '!'}}
	for _, dir := range []string{"etc/apk/protected_paths.d", "lib/apk/protected_paths.d"} {
		for _, name := range entries(base, dir) {
			data, err := read(base, dir+"/"+name)
			if err == nil && strings.HasSuffix(name, ".list") {
				all = append(all, parseProtected(string(data))...)
			}
		}
	}
	return all
}

// parseProtected reads lines like "-etc/keys". Without a sign, a line is like one
// with +.
func parseProtected(text string) (all protectedPaths) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		p := protectedPath{line, '+'}
		if strings.IndexByte("-+@!", line[0]) >= 0 {
			p = protectedPath{line[1:], line[0]}
		}
		p.pattern = strings.Trim(p.pattern, "/")
		all = append(all, p)
	}
	return all
}

// has reports whether a file is protected. A pattern counts for directories below
// it, unless these have one of their own.
func (ps protectedPaths) has(name string) bool {
	mode := byte('-')
	elements := strings.Split(path.Dir(name), "/")
	for i := range elements {
		dir := strings.Join(elements[:i+1], "/")
		for _, p := range ps {
			if ok, err := path.Match(p.pattern, dir); ok && err == nil {
				mode = p.mode
			}
		}
	}
	return mode != '-'
}
