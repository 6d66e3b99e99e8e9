package spec

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v4"
)

// mainPackages is a package, a list of packages, or a mapping that also says
// where their programs go.
var mainPackages = func() kind[[]Main] {
	const want = "a package, a list of packages, or a mapping of packages to paths in the image"
	item, alone := text("a package", mainPackage), text(want, mainPackage)
	places := shape{"type": "object", "minProperties": 1, "additionalProperties": textShape}
	return kind[[]Main]{want: want, shape: either(item.shape, setShape(item.shape), places), read: func(v value) []Main {
		var all []Main
		switch v.node.Kind {
		case yaml.MappingNode:
			return v.placed()
		case yaml.SequenceNode:
			for _, s := range items(v, item, itself) {
				all = append(all, Main{Package: s})
			}
			return all
		}
		return []Main{{Package: alone.read(v)}}
	}}
}()

// placed reads a mapping of packages to places in the image.
func (v value) placed() []Main {
	if len(v.node.Content) == 0 {
		v.wrong("remove the key or name a package", "an empty mapping")
	}
	place := text("a path or a name in the image", programPlace)
	var all []Main
	v.each(func(key String, val value) {
		if pkg := val.node.Value; strings.HasPrefix(pkg, "./") && !strings.HasPrefix(key.Value, ".") {
			val.wrong("write the package first: "+cut(pkg+": "+key.Value), "wanted a path or a name in the image, found the package %s", quote(pkg))
			return
		}
		v.validate(key, mainPackage)
		all = append(all, Main{Package: key, To: place.read(val)})
	})
	return all
}

// programPlace is a path in the image, or the name of a program.
func programPlace(s string) *objection {
	switch {
	case s == "." || s == "..":
		return object("write a path such as /manager, or a name", "%s is not the name of a program", quote(s))
	case s != "" && path.Clean(s) == "/":
		return object("write the whole path, such as /manager", "%s is the root directory", quote(s))
	case strings.HasPrefix(s, "/") || s == "":
		return inImage(s)
	case strings.Contains(s, "/"):
		return object("write "+cut(path.Clean("/"+s))+"; a name alone goes to /usr/local/bin", "wanted an absolute path or a name, found %s", quote(s))
	}
	return nil
}
