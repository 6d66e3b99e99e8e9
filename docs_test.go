package gohull

import (
	"regexp"
	"strings"
	"testing"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/question"
	"github.com/gohull/gohull/frontend/rules"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/frontend/stamp"
	"github.com/gohull/gohull/internal/coverage"
	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step"
)

// generated are the parts of docs/reference.md that come from the code. They are
// between <!-- begin NAME --> and <!-- end NAME -->.
var generated = map[string]func() string{
	"overview":  spec.Overview,
	"spec":      spec.Markdown,
	"buildargs": buildArgs,
	"secrets":   secrets,
	"stamps":    stamps,
	"steps":     steps,
	"targets":   targets,
	"questions": questions,
	"rules":     allRules,
}

func targets() string {
	return table("target | gives", planner.Targets(), func(t planner.Target) string {
		name := "`" + t.Name + "`"
		if t.Default {
			name += ", the default"
		}
		return name + " | " + t.Description
	})
}

func questions() string {
	return table("`--call` | answer | printed as", question.All(), func(q question.Question) string {
		return "`" + q.Name + "` | " + q.Meaning + " | " + q.Format
	})
}

func allRules() string {
	return table("rule | finds", rules.All(), func(r rules.Rule) string {
		return "[" + r.Name + "](rules/" + r.Page() + ") | " + r.Description
	})
}

func buildArgs() string {
	return table("build arg | meaning", planner.BuildArgs(), func(a planner.BuildArg) string {
		return "`" + a.Name + "` | " + a.Meaning
	})
}

func stamps() string {
	return table("stamp | value", stamp.All(), func(s stamp.Stamp) string {
		return "`{{." + s.Name + "}}` | " + s.Meaning
	})
}

func steps() string {
	return table("step | what it does", planner.StepKinds(), func(k planner.StepKind) string {
		return "`" + k.ID + "` | " + k.Description
	})
}

func secrets() string {
	return table("secret | meaning", step.Secrets(), func(s step.Secret) string {
		return "`" + s.ID + "` | " + s.Meaning
	})
}

// table writes a table as Markdown. Its cells have | between them.
func table[T any](head string, all []T, cells func(T) string) string {
	var b strings.Builder
	b.WriteString("| " + head + " |\n|" + strings.Repeat("---|", 1+strings.Count(head, "|")) + "\n")
	for _, one := range all {
		b.WriteString("| " + cells(one) + " |\n")
	}
	return b.String()
}

// part is a generated part of a page, with its name.
var part = regexp.MustCompile(`(?s)(<!-- begin (\w+) -->\n).*?(<!-- end \w+ -->)`)

// TestDocs compares the generated parts of docs/reference.md with the code;
// `go test . -run Docs -update` rewrites them.
func TestDocs(t *testing.T) {
	compareParts(t, "docs/reference.md", generated)
}

// TestCoveragePage compares docs/coverage.md with the cases of docs/coverage.
func TestCoveragePage(t *testing.T) {
	cases, err := coverage.Read("docs/coverage")
	if err != nil {
		t.Fatal(err)
	}
	part := func(write func([]coverage.Case) string) func() string {
		return func() string { return write(cases) }
	}
	compareParts(t, "docs/coverage.md", map[string]func() string{
		"totals": part(coverage.Totals), "projects": part(coverage.Table), "cases": part(coverage.Specs),
	})
}

// compareParts compares the generated parts of a page with what generates them.
func compareParts(t *testing.T, page string, generators map[string]func() string) {
	t.Helper()
	text := read(t, page)
	for name := range generators {
		if !strings.Contains(text, "<!-- begin "+name+" -->\n") {
			t.Errorf("%s has no part %s", page, name)
		}
	}
	golden.File(t, page, part.ReplaceAllStringFunc(text, func(old string) string {
		m := part.FindStringSubmatch(old)
		generate, ok := generators[m[2]]
		if !ok {
			t.Errorf("%s: nothing generates the part %s", page, m[2])
			return old
		}
		return m[1] + generate() + m[3]
	}))
}
