package guide

import (
	"regexp"
	"strings"
)

// changing are the parts of an output that are different in each run: digests,
// times, numbers of steps, and ports.
var changing = regexp.MustCompile(`[0-9a-f]{12,}|[0-9]+(\.[0-9]+)*`)

// Missing returns the lines of a page that are not in the output of its
// commands, in this order. Numbers and digests may differ.
func Missing(want []string, output string) []string {
	lines := strings.Split(normal(output), "\n")
	var missing []string
	for _, w := range want {
		if strings.Trim(w, " …") == "" {
			continue
		}
		at := index(lines, pattern(w))
		if at < 0 {
			missing = append(missing, w)
			continue
		}
		lines = lines[at+1:]
	}
	return missing
}

func normal(s string) string { return changing.ReplaceAllString(s, "0") }

// pattern returns what a line of a page matches.
func pattern(line string) *regexp.Regexp {
	parts := strings.Split(normal(strings.TrimRight(line, " \t")), "…")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile(`^` + strings.Join(parts, ".*") + `\s*$`)
}

func index(lines []string, r *regexp.Regexp) int {
	for i, line := range lines {
		if r.MatchString(line) {
			return i
		}
	}
	return -1
}
