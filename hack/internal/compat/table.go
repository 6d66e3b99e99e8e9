package compat

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gohull/gohull/hack/internal/page"
)

// table is a part of the page: columns that have one kind of program in
// common.
type table struct {
	title   string
	columns []Column
	notes   *notes
}

// notes are numbered lines below the tables. The same text has one number.
type notes struct{ texts []string }

// ref returns the reference to a note.
func (n *notes) ref(text string) string {
	i := slices.Index(n.texts, text)
	if i < 0 {
		i = len(n.texts)
		n.texts = append(n.texts, text)
	}
	return fmt.Sprintf(" (%d)", i+1)
}

// Markdown writes the tables of a run and what is to say about them.
func (r Run) Markdown(features []Feature) string {
	var b strings.Builder
	notes := &notes{}
	for _, t := range []table{
		{title: "BuildKit and Docker Engine", columns: r.of(Daemon, Docker), notes: notes},
		{title: "buildx", columns: r.of(Client), notes: notes},
	} {
		if len(t.columns) > 0 {
			t.write(&b, features)
		}
	}
	for i, text := range notes.texts {
		fmt.Fprintf(&b, "%d. %s\n", i+1, text)
	}
	if len(notes.texts) > 0 {
		b.WriteString("\n")
	}
	return b.String()
}

func (r Run) of(kinds ...Kind) []Column {
	return slices.DeleteFunc(slices.Clone(r.Columns), func(c Column) bool { return !slices.Contains(kinds, c.Kind) })
}

func (t table) write(b *strings.Builder, features []Feature) {
	fmt.Fprintf(b, "### %s\n\n", t.title)
	head := []string{""}
	for _, c := range t.columns {
		head = append(head, c.title())
	}
	page.Row(b, head...)
	b.WriteString("|---" + strings.Repeat("|---", len(t.columns)) + "|\n")
	for _, f := range features {
		row, tested := []string{f.Title}, false
		for _, c := range t.columns {
			if f.Client || c.Kind != Client {
				tested = true
				row = append(row, t.cell(f, c))
			}
		}
		if tested {
			page.Row(b, row...)
		}
	}
	b.WriteString("\n")
}

// title names what a column is about.
func (c Column) title() string {
	switch c.Kind {
	case Client:
		return "buildx " + c.Buildx
	case Docker:
		return "Engine " + c.Engine
	}
	return c.BuildKit
}

// full is the title outside of a table.
func (c Column) full() string {
	if c.Kind == Daemon {
		return "BuildKit " + c.title()
	}
	return c.title()
}

// cell says what came of a feature in a column, with a note if that is not
// simply "yes".
func (t table) cell(f Feature, c Column) string {
	v := c.verdict(f)
	var refs string
	for _, n := range v.notes {
		refs += t.notes.ref(n)
	}
	return v.text + refs
}

// verdict is a cell and its notes.
type verdict struct {
	text  string
	notes []string
}

// Texts of cells, the worst first.
const (
	textCrashed = "**crashed**"
	textFails   = "**fails**"
	textMissing = "not run"
	textNo      = "no"
	textSkipped = "skipped"
	textPartly  = "partly"
	textYes     = "yes"
)

var worst = []string{textCrashed, textFails, textMissing, textNo, textSkipped, textPartly, textYes}

func (v *verdict) add(text, note string) {
	if v.text == "" || slices.Index(worst, text) < slices.Index(worst, v.text) {
		v.text = text
	}
	if note != "" && !slices.Contains(v.notes, note) {
		v.notes = append(v.notes, note)
	}
}

func (c Column) verdict(f Feature) verdict {
	var v verdict
	for _, test := range f.Tests {
		for _, name := range c.ends(test) {
			v.add(c.judge(f, name))
		}
	}
	return v
}

// ends are the names of a test's outcomes that count: a test whose subtests
// failed is no failure of its own.
func (c Column) ends(test string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(c.Tests)) {
		if (name == test || strings.HasPrefix(name, test+"/")) && !c.failsBelow(name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return []string{test}
	}
	return names
}

// failsBelow reports whether a subtest of a test failed.
func (c Column) failsBelow(test string) bool {
	for name, o := range c.Tests {
		if strings.HasPrefix(name, test+"/") && (o.Result == Fail || o.Result == Crashed) {
			return true
		}
	}
	return false
}

// judge returns the text and the note for one outcome.
func (c Column) judge(f Feature, name string) (text, note string) {
	o, ok := c.Tests[name]
	if !ok {
		o.Result = Missing
	}
	about := c.full() + ", " + name
	switch o.Result {
	case Pass:
		return textYes, ""
	case Skip:
		return textSkipped, about + ": " + o.Message
	case Crashed:
		return textCrashed, about + ": " + c.Failure
	case Missing:
		if c.Failure == "" {
			return textMissing, ""
		}
		return textMissing, about + ": the run ended early: " + c.Failure
	}
	if l, ok := f.limit(c, name); ok {
		if l.Partly {
			return textPartly, l.note()
		}
		return textNo, l.note()
	}
	return textFails, about + ": " + o.Message
}

// limit finds the limit that explains why a test failed.
func (f Feature) limit(c Column, test string) (Limit, bool) {
	for _, l := range f.Limits {
		old := l.Engine && c.Engine != "" || l.BuildKit != "" && compare(c.BuildKit, l.BuildKit) < 0 || l.Buildx != "" && compare(c.Buildx, l.Buildx) < 0
		if old && (len(l.Tests) == 0 || slices.Contains(l.Tests, test)) {
			return l, true
		}
	}
	return Limit{}, false
}

func (l Limit) note() string {
	if l.Engine {
		return "On an Engine: " + l.Text
	}
	if l.Buildx != "" {
		return "Before buildx " + l.Buildx + ": " + l.Text
	}
	return "Before BuildKit " + l.BuildKit + ": " + l.Text
}

// Unexplained lists the cells of a run that need a reader's attention: a failure
// without a limit, a crash, or a test that did not run.
func (r Run) Unexplained(features []Feature) []string {
	var all []string
	for _, c := range r.Columns {
		for _, f := range features {
			if !f.Client && c.Kind == Client {
				continue
			}
			if v := c.verdict(f); slices.Contains([]string{textCrashed, textFails, textMissing}, v.text) {
				all = append(all, fmt.Sprintf("%s, %s: %s %s", c.Name(), f.Title, v.text, strings.Join(v.notes, "; ")))
			}
		}
	}
	return all
}
