package spec

import "strings"

// Entry describes one key. Default and Meaning are Markdown.
type Entry struct {
	Key     string // "run.env"; "run.files[].from" is a key of a list's items
	Type    string // "a list of ports"
	Default string // what applies if the key is missing
	Meaning string // one or two sentences
}

// Reference returns all keys in the order of the documentation.
func Reference() []Entry { return below("", specFields) }

// Markdown returns Reference as a table.
func Markdown() string {
	cell := strings.NewReplacer("|", `\|`)
	var b strings.Builder
	b.WriteString("| key | default | meaning |\n|---|---|---|\n")
	for _, e := range Reference() {
		b.WriteString("| `" + cell.Replace(e.Key) + "` | " + cell.Replace(e.Default) + " | " + cell.Replace(e.Meaning) + " |\n")
	}
	return b.String()
}

// Overview returns the keys of the top level as a table in Markdown.
func Overview() string {
	var b strings.Builder
	b.WriteString("| key | meaning |\n|---|---|\n")
	for _, f := range specFields {
		meaning := f.meaning
		if len(f.keys) > 0 {
			meaning = strings.TrimSuffix(meaning, ".") + ": `" + strings.Join(f.keys, "`, `") + "`."
		}
		b.WriteString("| `" + f.name + "` | " + meaning + " |\n")
	}
	return b.String()
}
