package spec

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/gohull/gohull/frontend/diag"
)

// ByArch is a value for all architectures, or one for each.
type ByArch struct {
	All  String
	Each []Pair // architectures in the words of Go to values: "amd64", "arm/v7"
	At   diag.Range
}

// IsSet reports whether the user wrote it.
func (b ByArch) IsSet() bool { return !b.At.IsZero() }

// For returns the value for an architecture. It is not set if there is none.
func (b ByArch) For(arch, variant string) String {
	for _, key := range []string{arch + "/" + variant, arch} {
		if i := slices.IndexFunc(b.Each, func(p Pair) bool { return p.Key.Value == key }); i >= 0 {
			return b.Each[i].Value
		}
	}
	return b.All
}

// Archs lists the architectures that have a value of their own.
func (b ByArch) Archs() []string {
	var all []string
	for _, p := range b.Each {
		all = append(all, p.Key.Value)
	}
	return all
}

// byArch is a value, or a mapping of architectures to values.
func byArch(one string, accept rule, shapes ...shape) kind[ByArch] {
	item := text(one, accept, shapes...)
	want := one + ", or a mapping of architectures to them"
	alone := text(want, accept, shapes...)
	mapped := shape{"type": "object", "minProperties": 1, "additionalProperties": item.shape, "propertyNames": shape{"enum": archKeys()}}
	return kind[ByArch]{want: want, shape: either(item.shape, mapped), read: func(v value) ByArch {
		b := ByArch{At: v.at()}
		if v.node.Kind != yaml.MappingNode {
			b.All = alone.read(v)
			return b
		}
		if len(v.node.Content) == 0 {
			v.wrong("remove the key or name an architecture", "an empty mapping")
		}
		v.each(func(key String, val value) {
			v.validate(key, architecture)
			b.Each = append(b.Each, Pair{Key: key, Value: item.read(val)})
		})
		return b
	}}
}

// Architectures are those that Go compiles for on Linux.
var Architectures = []string{
	"386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le",
	"mipsle", "ppc64", "ppc64le", "riscv64", "s390x",
}

// archKeys are the architectures, and those variants that programs are usually
// published for.
func archKeys() []string { return slices.Concat(Architectures, []string{"arm/v5", "arm/v6", "arm/v7"}) }

// otherArchs are names of architectures that Go does not use.
var otherArchs = map[string]string{
	"x86_64": "amd64", "x86-64": "amd64", "x64": "amd64", "i386": "386", "i686": "386", "x86": "386",
	"aarch64": "arm64", "armv6": "arm/v6", "armv7": "arm/v7", "armhf": "arm/v7", "armv7l": "arm/v7",
	"linux/amd64": "amd64", "linux/arm64": "arm64", "linux/arm/v7": "arm/v7",
}

func architecture(s string) *objection {
	if slices.Contains(archKeys(), s) {
		return nil
	}
	hint := "write it as GOARCH has it, such as amd64 or arm64"
	if name := otherArchs[s]; name != "" {
		hint = "write " + name
	} else if near := nearest(s, archKeys()); near != "" {
		hint = "did you mean " + near + "?"
	}
	return object(hint, "%s is not an architecture", quote(s))
}
