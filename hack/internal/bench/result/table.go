package result

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gohull/gohull/hack/internal/page"
)

// reference is the peer that the others are compared with.
const reference = "gohull"

// once marks a time that was not measured again.
const once = "¹"

// Table is a table with what there is to say below it.
type Table struct {
	Title string
	Head  []string
	Rows  [][]string
	Notes []string
}

// Tables are the tables of a run: the times and then the bytes of each input.
func (r Run) Tables() []Table {
	var all []Table
	for _, in := range r.Inputs {
		all = append(all, r.times(in), r.bytes(in))
	}
	return all
}

func (r Run) times(in *Input) Table {
	t := Table{Title: in.title(), Head: r.head()}
	again := false
	for _, c := range in.Cases {
		row := []string{c.Title}
		for _, p := range r.Peers {
			cell, single := r.time(c, p.Name)
			row, again = append(row, cell), again || single
		}
		t.add(row)
	}
	t.Notes = append(in.disturbed(), r.skipped(in)...)
	if again {
		t.Notes = append([]string{once + " Measured once, since it takes long."}, t.Notes...)
	}
	return t
}

func (in *Input) title() string {
	title := fmt.Sprintf("%s: %d packages", in.Name, in.Packages)
	if in.Own > 0 {
		title += fmt.Sprintf(", %d of them its own", in.Own)
	}
	return title
}

// MuchWork is the part of the CPU time, 0 to 1, from which on other
// work is said to disturb a build.
const MuchWork = 0.1

// disturbed says in how many builds the machine did other work.
func (in *Input) disturbed() []string {
	builds, most, all := 0, 0.0, 0
	for _, c := range in.Cases {
		for _, m := range c.Peers {
			for _, s := range m.Samples {
				all++
				if s.Busy > MuchWork {
					builds, most = builds+1, max(most, s.Busy)
				}
			}
		}
	}
	if builds == 0 {
		return nil
	}
	return []string{fmt.Sprintf("Before %d of %d builds the machine did other work, at most %.0f %% of its time. Compare only figures of one row.", builds, all, 100*most)}
}

func (r Run) head() []string {
	head := []string{""}
	for _, p := range r.Peers {
		head = append(head, p.Title)
	}
	return head
}

// time is a cell, and whether its case was measured once and others oftener.
func (r Run) time(c *Case, peer string) (cell string, single bool) {
	m, ok := c.Of(peer)
	if !ok {
		return none, false
	}
	cell = Duration(m.Seconds())
	if ours, ok := c.Of(reference); ok && peer != reference {
		cell += fmt.Sprintf(" (%s)", Ratio(m.Seconds()/ours.Seconds()))
	}
	if single = len(m.Samples) < r.Repetitions; single {
		cell += once
	}
	return cell, single
}

// skipped says why cells are empty, each reason of a case once.
func (r Run) skipped(in *Input) []string {
	var notes []string
	for _, c := range in.Cases {
		if c.Skipped != "" {
			notes = append(notes, fmt.Sprintf("%s: %s.", c.Title, c.Skipped))
		}
		var reasons []string
		peers := map[string][]string{}
		for _, p := range r.Peers {
			if m := c.Peers[p.Name]; m != nil && m.Skipped != "" {
				if peers[m.Skipped] == nil {
					reasons = append(reasons, m.Skipped)
				}
				peers[m.Skipped] = append(peers[m.Skipped], p.Title)
			}
		}
		for _, reason := range reasons {
			notes = append(notes, fmt.Sprintf("%s, %s: %s.", c.Title, strings.Join(peers[reason], ", "), reason))
		}
	}
	return notes
}

func (r Run) bytes(in *Input) Table {
	t := Table{Title: in.Name + ": megabytes to / from the registry", Head: r.head()}
	image, disk := []string{"image, compressed"}, []string{"disk, at most"}
	for _, p := range r.Peers {
		all := in.samples(p.Name)
		image = append(image, smallestImage(all))
		disk = append(disk, largestDisk(all))
	}
	for _, c := range in.Cases {
		t.add(r.traffic(c))
	}
	t.add(image)
	t.add(disk)
	return t
}

// none is a cell without a value.
const none = "–"

// add adds a row, unless it has no value at all.
func (t *Table) add(row []string) {
	if slices.ContainsFunc(row[1:], func(cell string) bool { return cell != none }) {
		t.Rows = append(t.Rows, row)
	}
}

func (r Run) traffic(c *Case) []string {
	row := []string{c.Title}
	for _, p := range r.Peers {
		cell := none
		if m, ok := c.Of(p.Name); ok && p.Name != "go" {
			pushed, pulled := m.Median(func(s Sample) int64 { return s.Pushed }), m.Median(func(s Sample) int64 { return s.Pulled })
			cell = fmt.Sprintf("%s / %s", megabytes(pushed), megabytes(pulled))
		}
		row = append(row, cell)
	}
	return row
}

func (in *Input) samples(peer string) []Sample {
	var all []Sample
	for _, c := range in.Cases {
		if m, ok := c.Of(peer); ok {
			all = append(all, m.Samples...)
		}
	}
	return all
}

// smallestImage is the size of one image: some cases make several.
func smallestImage(all []Sample) string {
	var size int64
	for _, s := range all {
		if s.Image > 0 && (size == 0 || s.Image < size) {
			size = s.Image
		}
	}
	return present(size)
}

func largestDisk(all []Sample) string {
	var size int64
	for _, s := range all {
		size = max(size, s.Disk)
	}
	return present(size)
}

func present(bytes int64) string {
	if bytes == 0 {
		return none
	}
	return megabytes(float64(bytes))
}

func megabytes(bytes float64) string {
	if mb := bytes / 1e6; mb < 100 {
		return fmt.Sprintf("%.1f", mb)
	}
	return fmt.Sprintf("%.0f", bytes/1e6)
}

// Duration writes seconds with three digits.
func Duration(seconds float64) string { return digits(seconds) + " s" }

// Ratio writes how many times as much.
func Ratio(times float64) string { return digits(times) + "×" }

func digits(v float64) string {
	switch {
	case v < 9.995:
		return fmt.Sprintf("%.2f", v)
	case v < 99.95:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// Text writes tables for a terminal.
func Text(tables []Table) string {
	var b strings.Builder
	for _, t := range tables {
		fmt.Fprintf(&b, "%s\n\n", t.Title)
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, row := range append([][]string{t.Head}, t.Rows...) {
			fmt.Fprintln(w, strings.Join(row, "\t"))
		}
		w.Flush()
		b.WriteString("\n")
		for _, n := range t.Notes {
			fmt.Fprintln(&b, n)
		}
		if len(t.Notes) > 0 {
			b.WriteString("\n")
		}
	}
	return b.String()
}

// Markdown writes tables for a page.
func Markdown(tables []Table) string {
	var b strings.Builder
	for _, t := range tables {
		fmt.Fprintf(&b, "### %s\n\n", t.Title)
		page.Row(&b, t.Head...)
		b.WriteString("|---|" + strings.Repeat("---:|", len(t.Head)-1) + "\n")
		for _, r := range t.Rows {
			page.Row(&b, r...)
		}
		b.WriteString("\n")
		for _, n := range t.Notes {
			fmt.Fprintf(&b, "- %s\n", n)
		}
		if len(t.Notes) > 0 {
			b.WriteString("\n")
		}
	}
	return b.String()
}

// About says when, where and with what a run was made.
func (r Run) About() string {
	var versions []string
	for _, name := range slices.Sorted(maps.Keys(r.Versions)) {
		versions = append(versions, name+" "+r.Versions[name])
	}
	m := r.Machine
	return fmt.Sprintf("%s, on %d cores of %s, %d GB, Linux %s. %s. Medians of %d.\n",
		r.Date, m.Cores, m.CPU, (m.Memory+5e8)/1e9, m.Kernel, strings.Join(versions, ", "), r.Repetitions)
}
