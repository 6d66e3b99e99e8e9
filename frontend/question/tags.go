package question

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/planner"
)

// tagged is an image with its names.
type tagged struct {
	Image   string    `json:"image,omitempty"` // its name in a spec of several
	Names   []string  `json:"names"`           // with tags: "registry.example/acme/server:1.2.3"
	LeftOut []leftOut `json:"leftOut,omitempty"`
}

type leftOut struct {
	Tag    string `json:"tag"` // as the spec has it: "{{.Major}}"
	Reason string `json:"reason"`
}

func answerTags(k Known) (Answer, error) {
	var text strings.Builder
	var all []tagged
	var warnings []Warning
	for _, d := range k.Decisions.All() {
		t, left, err := tagsOf(d)
		warnings = append(warnings, left...)
		if err != nil {
			return Answer{Warnings: warnings}, err
		}
		for _, name := range t.Names {
			fmt.Fprintln(&text, name)
		}
		all = append(all, t)
	}
	a, err := newAnswer(text.String(), all)
	a.Warnings = distinct(warnings)
	return a, err
}

// tagsOf returns an image's names, and warnings about tags that it does not
// get.
func tagsOf(d *planner.Decision) (tagged, []Warning, error) {
	names, left, err := d.Names()
	if err != nil {
		return tagged{}, nil, err
	}
	t := tagged{Image: d.Image, Names: append([]string{}, names...)}
	var warnings []Warning
	for _, l := range left {
		t.LeftOut = append(t.LeftOut, leftOut{l.Tag, l.Reason})
		warnings = append(warnings, Warning{fmt.Sprintf("image.tags: %s is left out: %s", l.Tag, l.Reason), l.At})
	}
	return t, warnings, nil
}

// distinct drops repeats: several images may inherit a tag.
func distinct(all []Warning) []Warning {
	var out []Warning
	for _, w := range all {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}
