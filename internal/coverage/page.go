package coverage

import (
	"fmt"
	"strings"
)

// Totals returns how many cases there are of each kind, as a table.
func Totals(cases []Case) string {
	var whole, staged, part, none int
	for _, c := range cases {
		switch {
		case c.Whole():
			whole++
			if len(c.Dockerfiles()) > 0 {
				staged++
			}
		case c.Spec() != "":
			part++
		default:
			none++
		}
	}
	var b strings.Builder
	b.WriteString("| | projects |\n|---|---|\n")
	for _, row := range []struct {
		text  string
		count int
	}{
		{"a spec replaces the Dockerfile: same paths, owners, user and command", whole},
		{"of these, with a stage of a Dockerfile for what is not Go", staged},
		{"a spec makes the image, and lines of the Dockerfile are lost", part},
		{"no spec makes a useful image", none},
		{"all", len(cases)},
	} {
		fmt.Fprintf(&b, "| %s | %d |\n", row.text, row.count)
	}
	return b.String()
}

// Table returns a row for each case.
func Table(cases []Case) string {
	var b strings.Builder
	b.WriteString("| project | base | replaced | lost |\n|---|---|---|---|\n")
	for _, c := range cases {
		project := c.Project
		if c.Spec() != "" {
			project = fmt.Sprintf("[%s](#%s)", c.Project, anchor(c.Name))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", project, c.Base, c.verdict(), strings.Join(c.Lost, "; "))
	}
	return b.String()
}

func (c Case) verdict() string {
	switch {
	case c.Whole() && len(c.Dockerfiles()) > 0:
		return "yes, with a stage"
	case c.Whole():
		return "yes"
	case c.Spec() != "":
		return "in part"
	}
	return "no"
}

// Specs returns the spec of each case that has one, with the Dockerfiles of its
// stages.
func Specs(cases []Case) string {
	var b strings.Builder
	for _, c := range cases {
		if c.Spec() == "" {
			continue
		}
		fmt.Fprintf(&b, "### %s\n\n", c.Name)
		fmt.Fprintf(&b, "`%s` of %s ([case](coverage/%s.txtar))\n", c.Dockerfile, c.Project, c.Name)
		for _, note := range append(c.Notes, lostSentences(c.Lost)...) {
			fmt.Fprintf(&b, "\n- %s", note)
		}
		if len(c.Notes)+len(c.Lost) > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "\n```yaml\n# syntax=<registry>/gohull:1\n%s```\n\n", c.Spec())
		for _, f := range c.Dockerfiles() {
			fmt.Fprintf(&b, "`%s`:\n\n```dockerfile\n%s```\n\n", f.Name, f.Data)
		}
	}
	return b.String()
}

func lostSentences(lost []string) []string {
	var out []string
	for _, l := range lost {
		out = append(out, "Lost: "+l)
	}
	return out
}

// anchor returns how a page links to a heading.
func anchor(heading string) string {
	return strings.ReplaceAll(strings.ToLower(heading), " ", "-")
}
