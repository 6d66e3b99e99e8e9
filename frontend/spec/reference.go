package spec

import "strings"

// Entry describes one key. Default and Meaning are Markdown.
type Entry struct {
	Key     string // "run.env"; "run.files[].from" is a key of a list's items
	Type    string // "a list of ports"
	Default string // what holds when it is not written
	Meaning string // one or two sentences
}

// Reference lists all keys in the order in which the documentation has them.
func Reference() []Entry { return below("", specFields) }

// Markdown is Reference as a table.
func Markdown() string {
	cell := strings.NewReplacer("|", `\|`)
	var b strings.Builder
	b.WriteString("| key | default | meaning |\n|---|---|---|\n")
	for _, e := range Reference() {
		b.WriteString("| `" + cell.Replace(e.Key) + "` | " + cell.Replace(e.Default) + " | " + cell.Replace(e.Meaning) + " |\n")
	}
	return b.String()
}
