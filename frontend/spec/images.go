package spec

import (
	"regexp"

	"go.yaml.in/yaml/v4"
)

const someImages = "a mapping of names to images"

var imageForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// imageName is a name that --target and bake files accept too.
func imageName(s string) *objection {
	if !imageForm.MatchString(s) {
		return object("a name has small letters, digits, - and _", "%s is no name of an image", quote(s))
	}
	return nil
}

var imageNames = textOrList("a name", "a name or a list of names", notEmpty)

// severalImages is the key whose images have keys of the top level. It keeps
// what is written there until the top level is read, which the images inherit.
func severalImages(name, without, meaning string) field[Spec] {
	shape := shape{
		"type":                 "object",
		"description":          meaning + "\n\nDefault: " + without + ".",
		"minProperties":        1,
		"propertyNames":        matching(imageForm),
		"additionalProperties": inherited(names(imageFields)),
	}
	return field[Spec]{
		name:    name,
		meaning: meaning,
		entries: []Entry{{Key: name, Type: someImages, Default: without, Meaning: meaning}},
		shape:   shape,
		read:    func(v value, _ *Spec) { v.p.images = &v },
	}
}

// ImageKeys returns the keys of the top level that each of several images may
// have too.
func ImageKeys() []string { return names(imageFields) }

// inherited is a mapping of keys with the same meaning as at the top level.
func inherited(keys []string) shape {
	properties := map[string]any{}
	for _, key := range keys {
		properties[key] = shape{"$ref": "#/properties/" + key}
	}
	return shape{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
}

// readImages reads what severalImages kept. An image without keys of its own is
// what the top level says.
func (p *parser) readImages(top *Spec) {
	if p.images == nil {
		return
	}
	v := *p.images
	if v.node.Kind != yaml.MappingNode {
		v.mismatch(someImages)
		return
	}
	if len(v.node.Content) == 0 {
		v.wrong("remove the key or write an image", "no images")
	}
	var images []*Spec
	v.each(func(name String, val value) {
		v.validate(name, imageName)
		image := *top
		image.Name = name
		val.path = v.path + "." + name.Value
		switch {
		case val.node.Kind == yaml.MappingNode:
			readFields(val, imageFields, &image)
		case val.tag() != "!!null":
			val.mismatch("a mapping of its keys")
		}
		images = append(images, &image)
	})
	top.Images = images
}
