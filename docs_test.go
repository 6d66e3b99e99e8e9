package gohull

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/question"
	"github.com/gohull/gohull/frontend/rules"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/frontend/stamp"
	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step"
)

// generated are the parts of pages that come from the code. On a page they
// stand between <!-- begin NAME --> and <!-- end NAME -->.
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

// TestDocs compares the generated parts of the pages with the code; `go test
// . -run Docs -update` rewrites them.
func TestDocs(t *testing.T) {
	found := map[string]bool{}
	for _, page := range []string{"README.md", "docs/reference.md"} {
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		for name, generate := range generated {
			begin, end := fmt.Sprintf("<!-- begin %s -->\n", name), fmt.Sprintf("<!-- end %s -->", name)
			before, rest, ok := strings.Cut(text, begin)
			if !ok {
				continue
			}
			_, after, ok := strings.Cut(rest, end)
			if !ok {
				t.Fatalf("%s: no %s", page, end)
			}
			found[name] = true
			text = before + begin + generate() + end + after
		}
		golden.File(t, page, text)
	}
	for name := range generated {
		if !found[name] {
			t.Errorf("no page has the part %s", name)
		}
	}
}
