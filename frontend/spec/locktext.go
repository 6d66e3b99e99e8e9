package spec

import (
	"fmt"
	"strings"
)

// Text returns the file that ParseLock reads. The comment says how it was
// written.
func (l *Lock) Text(comment string) []byte {
	var b strings.Builder
	for line := range strings.Lines(comment) {
		b.WriteString(strings.TrimRight("# "+line, " \n") + "\n")
	}
	if len(l.Go) > 0 {
		b.WriteString("go:\n")
	}
	for _, g := range l.Go {
		text := g.text()
		if len(l.Go) > 1 {
			text = "  - " + strings.ReplaceAll(strings.TrimPrefix(text, "  "), "\n  ", "\n    ")
		}
		b.WriteString(text)
	}
	if len(l.Images) > 0 {
		b.WriteString("images:\n")
	}
	for _, img := range l.Images {
		writePairs(&b, "  ", img.Name.Value, img.Digests)
	}
	if len(l.Packages) > 0 {
		b.WriteString("packages:\n")
	}
	for _, p := range l.Packages {
		b.WriteString(p.text())
	}
	writePairs(&b, "", "programs", l.Programs)
	return []byte(b.String())
}

func (g LockedGo) text() string {
	var b strings.Builder
	if g.Asked.Value != "" {
		fmt.Fprintf(&b, "  asked: %s\n", g.Asked.Value)
	}
	fmt.Fprintf(&b, "  version: %s\n", g.Version.Value)
	writePairs(&b, "  ", "modules", g.Modules)
	return b.String()
}

func writePairs(b *strings.Builder, indent, name string, pairs []Pair) {
	if len(pairs) == 0 {
		return
	}
	fmt.Fprintf(b, "%s%s:\n", indent, name)
	for _, p := range pairs {
		fmt.Fprintf(b, "%s  %s: %s\n", indent, p.Key.Value, p.Value.Value)
	}
}
