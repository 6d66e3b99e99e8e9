package spec

import (
	"regexp"
	"strings"
)

var (
	osPackageName    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9+._-]*$`)
	osPackageVersion = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z+.:~_-]*$`)
)

// osPackage is a package of a distribution, with a version or without.
func osPackage(s string) *objection {
	name, version, pinned := strings.Cut(s, "=")
	switch {
	case !osPackageName.MatchString(name):
		return object("", "wanted a package such as git or git=VERSION, found %s", quote(s))
	case pinned && !osPackageVersion.MatchString(version):
		return object("write NAME=VERSION", "wanted a version after =, found %s", quote(s))
	}
	return nil
}

// samePackage ignores the version.
func samePackage(s String) String {
	name, _, _ := strings.Cut(s.Value, "=")
	return String{Value: name, At: s.At}
}
