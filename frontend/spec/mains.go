package spec

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v4"
)

// mains is what the key `main` names.
type mains struct {
	own      []Main
	programs []Program
}

// splitMain makes the key set what the project builds, and what other modules
// bring.
func splitMain(f field[Spec]) field[Spec] {
	f.read = func(v value, s *Spec) {
		all := mainPackages.read(v)
		s.Main, s.Programs = all.own, all.programs
	}
	return f
}

// mainPackages is a package, a list of packages, or a mapping that also says
// where their programs go.
var mainPackages = func() kind[mains] {
	const want = "a package, a list of packages, or a mapping of packages to paths in the image"
	item, alone := text("a package", mainPackage), text(want, mainPackage)
	places := shape{"type": "object", "minProperties": 1, "additionalProperties": either(textShape, mapping(programFields))}
	return kind[mains]{
		want:  want,
		shape: either(item.shape, setShape(item.shape), places),
		sub:   below(".*.", programFields),
		read: func(v value) (all mains) {
			switch v.node.Kind {
			case yaml.MappingNode:
				v.placed(&all)
			case yaml.SequenceNode:
				for _, s := range items(v, item, itself) {
					v.addMain(&all, s)
				}
			default:
				v.addMain(&all, alone.read(v))
			}
			if len(all.own) == 0 && len(all.programs) > 0 {
				v.report(all.programs[0].Package.At, "add one, as in main: [., "+cut(all.programs[0].Key())+"]", "wanted a package of the project as well")
			}
			return all
		},
	}
}()

// addMain adds a package without a place of its own.
func (v value) addMain(all *mains, pkg String) {
	if p, ok := v.program(pkg); ok {
		all.programs = append(all.programs, p)
		return
	}
	all.own = append(all.own, Main{Package: pkg})
}

// placed reads a mapping of packages to places in the image.
func (v value) placed(all *mains) {
	if len(v.node.Content) == 0 {
		v.wrong("remove the key or name a package", "an empty mapping")
	}
	place := text("a path or a name in the image", programPlace)
	v.each(func(key String, val value) {
		if pkg := val.node.Value; strings.HasPrefix(pkg, "./") && !strings.HasPrefix(key.Value, ".") {
			val.wrong("write the package first: "+cut(pkg+": "+key.Value), "wanted a path or a name in the image, found the package %s", quote(pkg))
			return
		}
		v.validate(key, mainPackage)
		p, ok := v.program(key)
		switch {
		case ok && val.node.Kind == yaml.MappingNode:
			readFields(val, programFields, &p)
		case ok:
			p.To = place.read(val)
		case val.node.Kind == yaml.MappingNode:
			readFields(val, programFields, &p)
			if len(p.Tags) > 0 {
				v.report(p.Tags[0].At, "write them as the key build.tags, or build it as one of several images", "%s is compiled together with the other programs of the image, which have the same build tags", quote(key.Value))
			}
			all.own = append(all.own, Main{Package: key, To: p.To, Ldflags: p.Ldflags})
			return
		default:
			all.own = append(all.own, Main{Package: key, To: place.read(val)})
			return
		}
		all.programs = append(all.programs, p)
	})
}

// program reads a package of another module: path@version.
func (v value) program(pkg String) (Program, bool) {
	path, version, ok := strings.Cut(pkg.Value, "@")
	if !ok {
		return Program{}, false
	}
	p := Program{Package: String{Value: path, At: pkg.At}, Version: String{Value: version, At: pkg.At}}
	v.validate(p.Package, programPackage)
	v.validate(p.Version, programVersion)
	return p, true
}

// programPlace is a path in the image, or the name of a program.
func programPlace(s string) *objection {
	switch {
	case s == "." || s == "..":
		return object("write a path such as /manager, or a name", "%s is not the name of a program", quote(s))
	case s == "/": // a directory, as everything with a slash at its end
		return nil
	case strings.HasPrefix(s, "/") || s == "":
		return inImage(s)
	case strings.Contains(s, "/"):
		return object("write "+cut(path.Clean("/"+s))+"; a name alone goes to /usr/local/bin", "wanted an absolute path or a name, found %s", quote(s))
	}
	return nil
}
