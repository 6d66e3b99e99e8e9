package question

import (
	"strings"
	"testing"
)

// TestTable has all that a row needs.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, q := range All() {
		if q.Meaning == "" || q.Format == "" || q.answer == nil || seen[q.Name] || seen[q.ID()] {
			t.Errorf("the row of %q is not complete, or has the name of another", q.Name)
		}
		seen[q.Name], seen[q.ID()] = true, true
	}
}

// TestFind takes the ID that BuildKit has for a question, and the name that
// people write.
func TestFind(t *testing.T) {
	for id, want := range map[string]string{"frontend.lint": "check", "frontend.check": "check", "frontend.subrequests.describe": "describe", "frontend.llb": "llb"} {
		if q, err := Find(id); err != nil || q.Name != want {
			t.Errorf("Find(%s) = %q, %v; want %s", id, q.Name, err, want)
		}
	}
	for id, want := range map[string]string{
		"frontend.bakes": "gohull has no answer to --call=bakes; did you mean --call=bake?",
		"frontend.x":     "gohull has no answer to --call=x; known are check, outline, targets, describe, schema, spec, tags, inputs, bake, plan, graph, llb",
	} {
		if _, err := Find(id); err == nil || err.Error() != want {
			t.Errorf("Find(%s) gives %v, want %s", id, err, want)
		}
	}
}

// TestVisible: an answer has no text that could act on a terminal.
func TestVisible(t *testing.T) {
	q := Question{answer: func(Known) (Answer, error) { return newAnswer("a\x1b[2J", "b\u202e") }}
	a, err := q.Answer(Known{})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{Text, JSON} {
		if strings.ContainsAny(string(a.Metadata[key]), "\x1b\u202e") {
			t.Errorf("%s is %q", key, a.Metadata[key])
		}
	}
}
