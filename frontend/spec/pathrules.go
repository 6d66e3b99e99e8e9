package spec

import (
	"path"
	"slices"
	"strings"
)

// inImage is an absolute path.
func inImage(s string) *objection {
	switch {
	case s == "":
		return notEmpty(s)
	case !strings.HasPrefix(s, "/"):
		return object("begin it with /", "wanted an absolute path, found %s", quote(s))
	case slices.Contains(strings.Split(s, "/"), ".."):
		return object("write the path without it", "a .. in the path %s", quote(s))
	}
	return nil
}

// volume is a path in the image. What is mounted there is chosen when the image
// runs.
func volume(s string) *objection {
	if parts := strings.Split(s, ":"); len(parts) > 1 && strings.HasPrefix(parts[1], "/") {
		return object("write "+cut(parts[1])+"; what is mounted there is chosen where the image is run", "wanted a path in the image, found %s", quote(s))
	}
	return inImage(s)
}

var absolute = shape{"type": "string", "pattern": "^/"}

// inContext is a path below the build context.
func inContext(s string) *objection {
	clean := path.Clean(s)
	switch {
	case s == "":
		return notEmpty(s)
	case strings.HasPrefix(s, "/"):
		return object("paths are relative to the build context", "wanted a relative path, found %s", quote(s))
	case strings.Contains(s, `\`):
		return object("write / between directories", `a \ in the path %s`, quote(s))
	case clean == ".." || strings.HasPrefix(clean, "../"):
		return object("only files of the build context can be used", "the path %s leads out of the build context", quote(s))
	}
	return nil
}

// testPackage is a pattern for packages of the context.
func testPackage(s string) *objection {
	if !strings.HasPrefix(s, "./") && s != "." && s != "" {
		return object("begin it with ./", "wanted a package of the build context, found %s", quote(s))
	}
	return inContext(s)
}

// testFile is a path of the context that can be in a list with commas.
func testFile(s string) *objection {
	if strings.Contains(s, ",") {
		return object("name its directory", "a comma in the path %s", quote(s))
	}
	return inContext(s)
}
