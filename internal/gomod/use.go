package gomod

import (
	"path"
	"strings"

	"golang.org/x/mod/modfile"
)

// Used reports whether the go command takes packages from a vendor directory
// by default. It does if the directory was made for what is built, a module or a
// workspace, and the go line of go.mod or go.work is at least 1.14. Workspaces
// have vendor directories since Go 1.22. An unknown version of Go, which is
// empty, is taken for a new one. A nil Vendor is not used.
func (v *Vendor) Used(workspace bool, goLine, goVersion string) bool {
	if v == nil || v.Workspace != workspace || goLine == "" || CompareGo(goLine, "1.14") < 0 {
		return false
	}
	return !workspace || goVersion == "" || CompareGo(goVersion, "1.22") >= 0
}

// UseDir returns the directory of a use line of a go.work, which is file. It
// reports false if the directory is outside of the context.
func UseDir(file string, use *modfile.Use) (string, bool) {
	dir := use.Path
	if !path.IsAbs(dir) {
		dir = path.Join(path.Dir(file), dir)
	}
	return path.Clean(dir), !outside(dir)
}

// ProgramName returns the file name that `go build` gives a main package: the
// last element of its import path that is not a major version.
func ProgramName(importPath string) string {
	dir, elem := path.Split(importPath)
	if dir != "" && isMajorVersion(elem) {
		return path.Base(dir)
	}
	return elem
}

// isMajorVersion reports whether s is v2, v3, and so on.
func isMajorVersion(s string) bool {
	digits, ok := strings.CutPrefix(s, "v")
	if !ok || digits == "" || digits[0] == '0' || digits == "1" {
		return false
	}
	return strings.Trim(digits, "0123456789") == ""
}
