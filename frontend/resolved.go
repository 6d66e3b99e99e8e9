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

func (b *build) answerSpec(ctx context.Context) (*client.Result, error) {
	in, err := b.read(ctx)
	if err != nil {
		return nil, err
	}
	in.Request.Target = "" // A spec means the same for all targets, and a check's plan has no image.
	p, _, err := b.plan(ctx, in)
	if err != nil {
		return nil, err
	}
	settings := planner.Settings(in, p)
	return answered(resolved(settings), settings)
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
