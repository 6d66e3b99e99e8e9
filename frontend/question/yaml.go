package question

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/gohull/gohull/frontend/planner"
)

// flow writes a value on one line.
func flow(v any) string {
	switch v := v.(type) {
	case string:
		return quoted(v)
	case planner.Quoted:
		return fmt.Sprintf("%q", string(v))
	case []string:
		return "[" + joinedFlow(v) + "]"
	case [][]string:
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
	plain    = regexp.MustCompile(`^[A-Za-z0-9_./][A-Za-z0-9_./:@=+-]*$`)
	reserved = regexp.MustCompile(`(?i)^(true|false|yes|no|on|off|y|n|null)$|:$`)
)

// quoted puts quotes around a string that YAML would read as something else.
// JSON's quotes are valid in YAML.
func quoted(s string) string {
	if plain.MatchString(s) && !reserved.MatchString(s) {
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
