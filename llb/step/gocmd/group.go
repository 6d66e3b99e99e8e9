package gocmd

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
)

// ofGroup is a template that prints a package which the go command does not pass
// over when a pattern matches it: one that has files for this platform, or no
// files that can be read.
const ofGroup = `{{if or (not .Error) (not .IgnoredGoFiles) .GoFiles .CgoFiles .TestGoFiles .XTestGoFiles .InvalidGoFiles}}{{.ImportPath}}` + "\t" + `{{.Dir}}{{end}}`

// Group returns flags and, instead of the patterns among args, the packages that they
// match in some directories of Source; nil if they match none there. The exit code
// is that of a go command that has reported what is wrong.
func Group(s Step, args, dirs []string) (packages []string, code int, err error) {
	out, code, err := Capture(s, append([]string{"list", "-e", "-find", "-f", ofGroup}, listing(args)...))
	for line := range bytes.Lines(out) {
		importPath, dir, _ := strings.Cut(strings.TrimSpace(string(line)), "\t")
		rel, outside := filepath.Rel(s.Source, dir)
		if outside == nil && importPath != "" && slices.Contains(dirs, filepath.ToSlash(rel)) {
			packages = append(packages, importPath)
		}
	}
	if packages == nil {
		return nil, code, err
	}
	flags := slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return !isFlag(arg) })
	return append(flags, packages...), code, err
}

// listing returns the arguments by which `go list` finds the same packages as
// another command.
func listing(args []string) []string {
	var all []string
	for _, arg := range args {
		if !isFlag(arg) || strings.HasPrefix(arg, "-tags=") {
			all = append(all, arg)
		}
	}
	return all
}

// Dirs returns the directories of the packages that args name, by import path.
func Dirs(s Step, args []string) (map[string]string, error) {
	list := append([]string{"list", "-e", "-f", "{{.ImportPath}}\t{{.Dir}}"}, listing(args)...)
	out, _, err := Capture(s, list)
	dirs := map[string]string{}
	for line := range bytes.Lines(out) {
		importPath, dir, _ := strings.Cut(strings.TrimSpace(string(line)), "\t")
		dirs[importPath] = dir
	}
	return dirs, err
}

func isFlag(arg string) bool { return strings.HasPrefix(arg, "-") }
