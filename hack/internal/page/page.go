// Package page writes the parts of documentation pages that are generated, and
// keeps the results that they are made of.
package page

import (
	"fmt"
	"strings"
)

// Fill puts text between <!-- begin NAME --> and <!-- end NAME -->.
func Fill(page, name, text string) (string, error) {
	begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
	before, rest, ok := strings.Cut(page, begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return "", fmt.Errorf("no part from %q to %q", begin, end)
	}
	return before + begin + text + end + after, nil
}

// Row writes a row of a Markdown table.
func Row(b *strings.Builder, cells ...string) { fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | ")) }
