package result

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/hack/internal/page"
)

// deciding are the rows of the summary, each with what it is about and the input that
// it was measured with.
var deciding = []struct{ name, title, input string }{
	{"readme", "README edited", "gohull"},
	{"imported", "fresh CI machine, one line edited", "gohull"},
	{"imported", "fresh CI machine, one line edited", "a thousand packages"},
	{"imported-tests", "all tests on a fresh CI machine, one package edited", "gohull"},
	{"imported-tests", "all tests on a fresh CI machine, one package edited", "ten services"},
	{"services", "ten services, one edited", "ten services"},
}

// Summary writes the cases that decide most, with the best Dockerfile next to gohull, as a
// table for a page. Cases that were not measured are left out.
func (r Run) Summary() string {
	const rival = "dockerfile"
	var b strings.Builder
	page.Row(&b, "", "project", reference, "best Dockerfile")
	b.WriteString("|---|---|---:|---:|\n")
	for _, d := range deciding {
		in, c := r.find(d.input, d.name)
		if c == nil {
			continue
		}
		ours, ok := c.Of(reference)
		theirs, also := c.Of(rival)
		if ok && also {
			page.Row(&b, d.title, in.scale(), Duration(ours.Seconds()),
				fmt.Sprintf("%s (%s)", Duration(theirs.Seconds()), Ratio(theirs.Seconds()/ours.Seconds())))
		}
	}
	date, _, _ := strings.Cut(r.Date, "T")
	fmt.Fprintf(&b, "\nOn %d cores, %s; a registry on the same machine.\n", r.Machine.Cores, date)
	return b.String()
}

// find returns a case of an input; nil if it was not measured.
func (r Run) find(input, name string) (*Input, *Case) {
	for _, in := range r.Inputs {
		if i := slices.IndexFunc(in.Cases, func(c *Case) bool { return c.Name == name }); in.Name == input && i >= 0 {
			return in, in.Cases[i]
		}
	}
	return nil, nil
}

// scale says which project it is, and how large.
func (in *Input) scale() string {
	name := in.Name
	if name == "gohull" {
		name = "this repository"
	}
	return fmt.Sprintf("%s: %d packages", name, in.Packages)
}
