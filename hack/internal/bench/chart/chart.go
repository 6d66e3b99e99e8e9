// Package chart draws what a run of the benchmark measured, as an SVG that
// needs nothing else and can be read on light and on dark pages.
package chart

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/hack/internal/bench/result"
)

// Sizes in pixels.
const (
	margin   = 16
	labels   = 370 // width of the cases' names
	column   = 330 // width of an input
	longest  = 240 // bar
	bar      = 9   // height, and
	pitch    = 12  // from one bar to the next
	gap      = 14  // between cases
	heading  = 62  // legend and the inputs' names
	fontSize = 12
)

// style has a colour for each peer, by its place in the run.
const style = `text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#24292f}
.value{font-size:10px}.head{font-weight:600}.rule{stroke:#d0d7de}
.p0{fill:#0a7ea4}.p1{fill:#d08700}.p2{fill:#b4552d}.p3{fill:#7c5cc4}.p4{fill:#8c959f}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.rule{stroke:#3d444d}
.p0{fill:#39b5dd}.p1{fill:#f0b429}.p2{fill:#e07a4f}.p3{fill:#a48ae8}.p4{fill:#768390}}
`

// drawing grows from top to bottom.
type drawing struct {
	strings.Builder
	run result.Run
}

// SVG draws a run: a row for each case, a column for each input, and in it a
// bar for each peer. The bars of one row and column have one scale, so that
// the longest fills its place.
func SVG(r result.Run) string {
	d := &drawing{run: r}
	y := heading
	for _, title := range d.cases() {
		y = d.row(title, y)
	}
	width, height := margin+labels+column*len(r.Inputs), y+margin
	head := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[2]d" viewBox="0 0 %[1]d %[2]d" role="img" aria-label="Build times, shorter is better">`,
		width, height)
	return head + "\n<style>\n" + style + "</style>\n" + d.heading() + d.String() + "</svg>\n"
}

// cases are the titles of those cases that somebody has a time for.
func (d *drawing) cases() []string {
	var titles []string
	seen := map[string]bool{}
	for _, in := range d.run.Inputs {
		for _, c := range in.Cases {
			if d.timed(c) && !seen[c.Title] {
				seen[c.Title] = true
				titles = append(titles, c.Title)
			}
		}
	}
	return titles
}

func (d *drawing) timed(c *result.Case) bool {
	return slices.ContainsFunc(d.run.Peers, func(p result.Peer) bool { _, ok := c.Of(p.Name); return ok })
}

func (d *drawing) heading() string {
	var b strings.Builder
	x := margin
	for i, p := range d.run.Peers {
		fmt.Fprintf(&b, `<rect class="p%d" x="%d" y="%d" width="10" height="10" rx="2"/>`+"\n", i, x, margin)
		b.WriteString(text("", x+15, margin+9, p.Title))
		x += 40 + 7*len(p.Title)
	}
	for i, in := range d.run.Inputs {
		b.WriteString(text("head", left(i), margin+36, in.Name))
	}
	return b.String()
}

// left is where an input's bars begin.
func left(input int) int { return margin + labels + column*input }

// row draws a case and gives where the next one begins.
func (d *drawing) row(title string, y int) int {
	most := 1
	fmt.Fprintf(d, `<line class="rule" x1="%d" x2="%d" y1="%d" y2="%d"/>`+"\n", margin, left(len(d.run.Inputs))-margin, y-gap/2, y-gap/2)
	d.WriteString(text("", margin, y+fontSize-2, title))
	for i, in := range d.run.Inputs {
		for _, c := range in.Cases {
			if c.Title == title {
				most = max(most, d.bars(c, left(i), y))
			}
		}
	}
	return y + most*pitch + gap
}

// bars draws the peers of a case and gives how many there are.
func (d *drawing) bars(c *result.Case, x, y int) int {
	var longestTime float64
	for _, p := range d.run.Peers {
		if m, ok := c.Of(p.Name); ok {
			longestTime = max(longestTime, m.Seconds())
		}
	}
	drawn := 0
	for i, p := range d.run.Peers {
		m, ok := c.Of(p.Name)
		if !ok {
			continue
		}
		top, width := y+drawn*pitch, max(1, longest*m.Seconds()/longestTime)
		fmt.Fprintf(d, `<rect class="p%d" x="%d" y="%d" width="%.1f" height="%d" rx="1"><title>%s</title></rect>`+"\n",
			i, x, top, width, bar, escape(p.Title))
		d.WriteString(text("value", x+int(width)+5, top+bar-1, result.Duration(m.Seconds())))
		drawn++
	}
	return drawn
}

func text(class string, x, y int, s string) string {
	if class != "" {
		class = ` class="` + class + `"`
	}
	return fmt.Sprintf(`<text%s x="%d" y="%d">%s</text>`+"\n", class, x, y, escape(s))
}

func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a Builder never fails
	return b.String()
}
