package question

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/planner"
)

// wholeSpec returns the input for all images of the spec, or for the one that
// the target names. It makes no difference what is built of an image.
func wholeSpec(in planner.Input) planner.Input {
	target, _, _ := strings.Cut(in.Request.Target, "/")
	switch {
	case target != "" && in.Spec.Find(target) != nil:
		in.Request.Target = target
	case len(in.Spec.Images) > 0:
		in.Request.Target = planner.AllTarget
	default:
		in.Request.Target = ""
	}
	return in
}

// answerSpec writes out all settings as a spec.
func answerSpec(k Known) (Answer, error) {
	var images []imageSettings
	for _, img := range k.Images {
		images = append(images, imageSettings{img.Decision.Image, img.Decision.Settings(img.Plan)})
	}
	if len(images) == 1 {
		return newAnswer(specText(images[0].Settings), images[0].Settings)
	}
	return newAnswer(imagesText(images), images)
}

// imageSettings are all settings of one of several images.
type imageSettings struct {
	Image    string            `json:"image"`
	Settings []planner.Setting `json:"settings"`
}

// imagesText writes the settings of several images as one spec.
func imagesText(images []imageSettings) string {
	ofImage := func(s planner.Setting) bool { return s.OfImage }
	var b strings.Builder
	b.WriteString(specText(slices.DeleteFunc(slices.Clone(images[0].Settings), ofImage)))
	b.WriteString("images:\n")
	for _, image := range images {
		own := slices.DeleteFunc(slices.Clone(image.Settings), func(s planner.Setting) bool { return !s.OfImage })
		b.WriteString("  " + image.Image + ":\n")
		for line := range strings.Lines(specText(own)) {
			b.WriteString("    " + line)
		}
	}
	return b.String()
}

// specText writes settings as a spec. A comment says where each value comes
// from. A setting without a value is a comment as a whole.
func specText(settings []planner.Setting) string {
	var b strings.Builder
	for len(settings) > 0 {
		block, _, nested := strings.Cut(settings[0].Key, ".")
		if !nested {
			b.WriteString(settingLine("", block, settings[0]))
			settings = settings[1:]
			continue
		}
		outside := func(s planner.Setting) bool { return !strings.HasPrefix(s.Key, block+".") }
		n := slices.IndexFunc(append(slices.Clone(settings), planner.Setting{}), outside)
		writeBlock(&b, block, settings[:n])
		settings = settings[n:]
	}
	return b.String()
}

func writeBlock(b *strings.Builder, block string, settings []planner.Setting) {
	written := slices.ContainsFunc(settings, func(s planner.Setting) bool { return s.Value != nil })
	if !written {
		b.WriteString("# ") // a block without keys is not a mapping
	}
	b.WriteString(block + ":\n")
	for _, s := range settings {
		b.WriteString(settingLine("  ", strings.TrimPrefix(s.Key, block+"."), s))
	}
}

// commentColumn is where comments begin if the line is not longer.
const commentColumn = 40

func settingLine(indent, name string, s planner.Setting) string {
	if s.Value == nil {
		return fmt.Sprintf("# %s%s: %s\n", indent, name, s.From)
	}
	return fmt.Sprintf("%-*s # %s\n", commentColumn, indent+name+": "+flow(s.Value), s.From)
}
