package frontend

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/moby/buildkit/frontend/gateway/client"
)

// answerSpec gives a spec that says all that holds. What is built of an image
// makes no difference to that.
func (b *build) answerSpec(ctx context.Context) (*client.Result, error) {
	in, err := b.read(ctx)
	if err != nil {
		return nil, err
	}
	in.Request.Target, _, _ = strings.Cut(in.Request.Target, "/")
	if in.Request.Target == "" || in.Spec.Find(in.Request.Target) == nil {
		in.Request.Target = ""
		if len(in.Spec.Images) > 0 {
			in.Request.Target = planner.AllTarget
		}
	}
	decided, err := b.decide(in)
	if err != nil {
		return nil, err
	}
	all, err := b.planAll(ctx, decided.Images)
	if err != nil {
		return nil, err
	}
	var images []settled
	for _, p := range all {
		images = append(images, settled{p.decision.Image, p.decision.Settings(p.plan)})
	}
	if len(images) == 1 {
		return answered(resolved(images[0].Settings), images[0].Settings)
	}
	return answered(resolvedImages(images), images)
}

// settled is an image of a file and all that holds for it.
type settled struct {
	Image    string            `json:"image"`
	Settings []planner.Setting `json:"settings"`
}

// resolvedImages writes the settings of several images as one spec.
func resolvedImages(images []settled) string {
	ofImage := func(s planner.Setting) bool { return s.OfImage }
	var b strings.Builder
	b.WriteString(resolved(slices.DeleteFunc(slices.Clone(images[0].Settings), ofImage)))
	b.WriteString("images:\n")
	for _, image := range images {
		own := slices.DeleteFunc(slices.Clone(image.Settings), func(s planner.Setting) bool { return !s.OfImage })
		b.WriteString("  " + image.Image + ":\n")
		for line := range strings.Lines(resolved(own)) {
			b.WriteString("    " + line)
		}
	}
	return b.String()
}

// resolved writes settings as a spec, with where each value comes from in a
// comment. What has no value is a comment as a whole.
func resolved(settings []planner.Setting) string {
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

// commentColumn is where comments begin, when the line is not longer.
const commentColumn = 40

func settingLine(indent, name string, s planner.Setting) string {
	if s.Value == nil {
		return fmt.Sprintf("# %s%s: %s\n", indent, name, s.From)
	}
	return fmt.Sprintf("%-*s # %s\n", commentColumn, indent+name+": "+flow(s.Value), s.From)
}

// flow writes a value on one line.
func flow(v any) string {
	switch v := v.(type) {
	case string:
		return quoted(v)
	case []string:
		return "[" + joinedFlow(v) + "]"
	case []planner.Pairs:
		return "[" + joinedFlow(v) + "]"
	case planner.Pairs:
		var pairs []string
		for _, p := range v {
			pairs = append(pairs, quoted(p.Name)+": "+flow(p.Value))
		}
		return "{" + strings.Join(pairs, ", ") + "}"
	}
	return fmt.Sprint(v)
}

func joinedFlow[T any](list []T) string {
	var all []string
	for _, v := range list {
		all = append(all, flow(v))
	}
	return strings.Join(all, ", ")
}

var (
	plain   = regexp.MustCompile(`^[A-Za-z0-9_./][A-Za-z0-9_./:@=+-]*$`)
	literal = regexp.MustCompile(`(?i)^(true|false|yes|no|on|off|y|n|null)$|:$`)
)

// quoted puts quotes around what YAML would take for something else than the
// string it is. JSON's are YAML's as well.
func quoted(s string) string {
	if plain.MatchString(s) && !literal.MatchString(s) {
		return s
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // a string always has a JSON form
	}
	return strings.TrimSuffix(b.String(), "\n")
}
