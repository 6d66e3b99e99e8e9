package spec

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

const fileExample = "write {from: migrations, to: /migrations}"

// fileSource is a key that says what an entry of run.files is. An entry has one
// of them at most.
type fileSource struct {
	key   string   // empty for an entry without any
	is    string   // what such an entry is
	takes []string // the keys that it may have
	whole bool     // whether it is a whole file system, and from is a path of it
}

// fileSources are those that an entry can have, and at last none.
var fileSources = []fileSource{
	{"url", "a download", []string{"url", "sha256", "from", "exclude", "to", "owner", "mode"}, false},
	{"image", "a copy", []string{"image", "from", "exclude", "to", "owner", "mode"}, true},
	{"stage", "a copy", []string{"stage", "from", "exclude", "to", "owner", "mode"}, true},
	{"link", "a symlink", []string{"link", "to", "owner"}, false},
	{"from", "a copy", []string{"from", "exclude", "to", "owner", "mode"}, false},
	{"", "an empty directory", []string{"to", "owner", "mode"}, false},
}

// notTaken are hints for keys that an entry does not take because of its source.
var notTaken = map[string]string{
	"link sha256":  "write url: sha256 is the checksum of a file that is downloaded",
	"from sha256":  "write url: sha256 is the checksum of a file that is downloaded",
	" sha256":      "write url: sha256 is the checksum of a file that is downloaded",
	"image sha256": "write the digest in the reference: image: name@sha256:…",
	"stage sha256": "remove it: a stage has no checksum",
	"link exclude": "remove it: exclude belongs to a directory that is copied",
	" exclude":     "write from: exclude belongs to a directory that is copied",
	"link mode":    "remove it: the permissions are those of what the symlink leads to",
}

// noModes are hints for entries without a mode of their own.
var noModes = map[string]string{
	"":    "remove it: a directory of the base keeps its mode; another one has 0755",
	"url": "remove it for 0644, or write a mode like \"0755\"",
}

var file = kind[File]{
	want:  "a mapping with to",
	shape: mapping(fileFields, "to").and(sourceShape()),
	sub:   below(".", fileFields),
	read: func(v value) File {
		if v.node.Kind != yaml.MappingNode {
			v.wrong(fileExample, "wanted a mapping with to, found %s", v.found())
			return File{}
		}
		f := File{At: v.at()}
		readFields(v, fileFields, &f)
		v.requireKeys(fileExample, "to")
		s := v.fileSource()
		v.validateKeys(s)
		v.validateFile(s, f)
		return f
	},
}

// fileSource returns the first of fileSources that an entry has.
func (v value) fileSource() fileSource {
	i := slices.IndexFunc(fileSources, func(s fileSource) bool { return s.key == "" || v.has(s.key) })
	return fileSources[i]
}

// Source returns the key that says where the content of the entry comes from:
// "from", "image", "stage", "url", "link". It is empty for an empty directory.
func (f File) Source() string {
	switch {
	case f.URL.IsSet():
		return "url"
	case f.Image.IsSet():
		return "image"
	case f.Stage.IsSet():
		return "stage"
	case f.Link.IsSet():
		return "link"
	case f.From.IsSet():
		return "from"
	}
	return ""
}

// IsFromImage reports whether the entry copies from an image or a stage.
func (f File) IsFromImage() bool { return f.Source() == "image" || f.Source() == "stage" }

// HasContent reports whether the entry brings files.
func (f File) HasContent() bool { return f.Source() != "" && f.Source() != "link" }

// validateKeys reports keys that do not go together with the source.
func (v value) validateKeys(s fileSource) {
	for i := 0; i < len(v.node.Content); i += 2 {
		key, at := v.node.Content[i].Value, v.p.file.at(v.node.Content[i])
		isSource := slices.ContainsFunc(fileSources, func(o fileSource) bool { return o.key == key })
		switch {
		case slices.Contains(s.takes, key) || !slices.Contains(names(fileFields), key):
		case isSource:
			v.report(at, "keep one of them, or write two entries", "%s and %s exclude each other", s.key, key)
		default:
			v.report(at, notTaken[s.key+" "+key], "%s has no %s", s.is, key)
		}
	}
}

// validateFile reports values that do not go together.
func (v value) validateFile(s fileSource, f File) {
	switch {
	case !f.To.IsSet():
	case s.key == "" && path.Clean(f.To.Value) == "/":
		v.report(f.To.At, "write a path below it, or a directory to copy: from: rootfs", "every image has the directory /")
	case s.key == "link" && strings.HasSuffix(f.To.Value, "/"):
		v.report(f.To.At, "write the whole path of the symlink", "wanted the path of a symlink, found %s", quote(f.To.Value))
	}
	v.validateFrom(s, f)
	if !s.whole && !f.From.IsSet() && f.Mode.Value == "keep" {
		v.report(f.Mode.At, noModes[s.key], "%s has no mode to keep", s.is)
	}
	if s.key == "url" && v.has("exclude") && !v.has("from") {
		v.wrong("write from: . to unpack the file, or remove exclude", "exclude needs from, a path in the archive that is downloaded")
	}
	if s.key == "url" && !v.has("sha256") {
		v.wrong("print it with: "+ChecksumCommand(urlExample(f.URL)), "url needs sha256, the checksum of the file")
	}
	if s.key != "" && modeForm.MatchString(f.Mode.Value) && len(f.Mode.Value) == 4 && f.Mode.Value[0] != '0' {
		v.report(f.Mode.At, "write three digits; an empty directory may have four", "%s: what is copied cannot have the bits setuid, setgid and sticky, which older daemons drop", quote(f.Mode.Value))
	}
}

// validateFrom validates what from says, which depends on where it is.
func (v value) validateFrom(s fileSource, f File) {
	at := v
	at.path += ".from"
	switch {
	case s.whole && !v.has("from"):
		v.wrong("write the path in the "+s.key+", or from: / for everything in it", "%s needs from", s.key)
	case !f.From.IsSet() || f.From.Value == "":
	case s.whole:
		at.validate(f.From, imagePattern)
	case s.key == "url":
		at.validate(f.From, archivePattern)
	case s.key == "from":
		at.validate(f.From, contextPattern)
	}
}

// sourceShape says which keys go together.
func sourceShape() shape {
	var all []shape
	for _, s := range fileSources {
		one := shape{"propertyNames": enum(s.takes...)}
		if s.key != "" {
			one["required"] = []string{s.key}
		}
		all = append(all, one)
	}
	return either(all...)
}

// sameDirectory returns what makes two entries equal: an empty directory is
// described once. For what is copied, the planner knows the path of each file.
func sameDirectory(f File) String {
	if f.Source() != "" {
		return String{}
	}
	return f.To
}

// urlExample returns a URL for a command line.
func urlExample(b ByArch) string {
	if len(b.Each) > 0 {
		return b.Each[0].Value.Value
	}
	return b.All.Value
}
