// Package chart draws the cases of a benchmark run that decide, as an SVG that
// loads nothing else and can be read on light and on dark pages.
package chart

import (
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gohull/gohull/hack/internal/bench/result"
)

// cases are the rows of the chart: the edits that people make most often, and
// those where the peers differ most. docs/benchmarks.md has all cases.
var cases = []string{"readme", "leaf", "imported", "services"}

// leftOut is the layered Dockerfile: it takes up to 111 times as long as
// gohull, so on its scale the other bars would look the same.
const leftOut = "layered"

// reference is the peer whose time is 1 on the axis.
const reference = "gohull"

const (
	title    = "Build time compared with gohull: shorter is better"
	unit     = "times as long as gohull"
	sentence = "Numbers at the bars are seconds, medians of %d builds on %d cores."
)

// Sizes in pixels.
const (
	margin   = 16
	labels   = 310 // width of the cases' names
	longest  = 360 // the axis
	values   = 60  // width of the number at the end of a bar
	bar      = 12  // height, and
	pitch    = 16  // from one bar to the next
	gap      = 18  // between cases
	heading  = 76  // title and legend
	fontSize = 13
)

// style has a colour for each peer, by its place in the run.
const style = `text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#24292f}
.title{font-size:15px;font-weight:600}.value,.small{font-size:11px}.end{text-anchor:middle}.rule{stroke:#d0d7de}
.p0{fill:#0a7ea4}.p1{fill:#d08700}.p2{fill:#b4552d}.p3{fill:#7c5cc4}.p4{fill:#8c959f}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.rule{stroke:#3d444d}
.p0{fill:#39b5dd}.p1{fill:#f0b429}.p2{fill:#e07a4f}.p3{fill:#a48ae8}.p4{fill:#768390}}
`

// row is a case with the input that it was measured on.
type row struct {
	input *result.Input
	*result.Case
}

// SVG draws the deciding cases of a run: a row for each case, a bar for each
// peer, and one axis for all of them.
func SVG(r result.Run) string {
	rows := deciding(r)
	d := &drawing{run: r, peers: drawn(r), most: most(r, rows)}
	y := heading
	for _, one := range rows {
		y = d.row(one, y)
	}
	d.axis(y)
	width, height := margin*2+labels+longest+values, y+58
	head := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[2]d" viewBox="0 0 %[1]d %[2]d" role="img" aria-label="%[3]s">`,
		width, height, title)
	return head + "\n<style>\n" + style + "</style>\n" + d.heading() + d.String() + "</svg>\n"
}

// deciding returns each case with the first input that gohull has a time for.
func deciding(r result.Run) []row {
	var rows []row
	for _, name := range cases {
		for _, in := range r.Inputs {
			i := slices.IndexFunc(in.Cases, func(c *result.Case) bool { return c.Name == name })
			if i < 0 {
				continue
			}
			if _, ok := in.Cases[i].Of(reference); ok {
				rows = append(rows, row{in, in.Cases[i]})
				break
			}
		}
	}
	return rows
}

// drawn returns the places in the run of the peers that have bars.
func drawn(r result.Run) []int {
	var places []int
	for i, p := range r.Peers {
		if p.Name != leftOut {
			places = append(places, i)
		}
	}
	return places
}

// most returns the end of the axis: the largest ratio, rounded up.
func most(r result.Run, rows []row) int {
	largest := 1.0
	for _, one := range rows {
		for _, i := range drawn(r) {
			if ratio, _, ok := one.times(r.Peers[i].Name); ok {
				largest = max(largest, ratio)
			}
		}
	}
	return int(math.Ceil(largest))
}

// times returns how many times as long as gohull a peer takes, and its seconds.
func (r row) times(peer string) (ratio, seconds float64, ok bool) {
	m, ok := r.Of(peer)
	if !ok {
		return 0, 0, false
	}
	ours, _ := r.Of(reference)
	return m.Seconds() / ours.Seconds(), m.Seconds(), true
}

// drawing grows from top to bottom.
type drawing struct {
	strings.Builder
	run   result.Run
	peers []int // places in run.Peers
	most  int   // end of the axis
}

func (d *drawing) heading() string {
	var b strings.Builder
	b.WriteString(text("title", margin, margin+10, title))
	x := margin
	for _, i := range d.peers {
		name := d.run.Peers[i].Title
		fmt.Fprintf(&b, `<rect class="p%d" x="%d" y="%d" width="11" height="11" rx="2"/>`+"\n", i, x, margin+26)
		b.WriteString(text("", x+16, margin+36, name))
		x += 40 + 7*len(name)
	}
	return b.String()
}

// left is where the bars begin.
const left = margin + labels

// row draws a case and returns where the next one begins.
func (d *drawing) row(r row, y int) int {
	d.WriteString(text("", margin, y+fontSize-2, r.Title))
	d.WriteString(text("small", margin, y+2*fontSize, fmt.Sprintf("%s, %d packages", r.input.Name, r.input.Packages)))
	bars := 0
	for _, i := range d.peers {
		ratio, seconds, ok := r.times(d.run.Peers[i].Name)
		if !ok {
			continue
		}
		top, width := y+bars*pitch, d.scale(ratio)
		fmt.Fprintf(d, `<rect class="p%d" x="%d" y="%d" width="%.1f" height="%d" rx="1"><title>%s</title></rect>`+"\n",
			i, left, top, width, bar, escape(d.run.Peers[i].Title))
		d.WriteString(text("value", left+int(width)+5, top+bar-2, result.Duration(seconds)))
		bars++
	}
	return y + max(2, bars)*pitch + gap
}

func (d *drawing) scale(ratio float64) float64 { return longest * ratio / float64(d.most) }

// ticks is the largest number of marks on the axis.
const ticks = 10

// axis draws the axis with its unit, and a sentence about the numbers below it.
func (d *drawing) axis(y int) {
	fmt.Fprintf(d, `<line class="rule" x1="%d" x2="%d" y1="%d" y2="%d"/>`+"\n", left, left+longest, y, y)
	for at := 0; at <= d.most; at += 1 + d.most/ticks {
		x := left + int(d.scale(float64(at)))
		fmt.Fprintf(d, `<line class="rule" x1="%d" x2="%d" y1="%d" y2="%d"/>`+"\n", x, x, y, y+5)
		d.WriteString(text("small end", x, y+18, fmt.Sprintf("%d×", at)))
	}
	d.WriteString(text("small end", left+longest/2, y+34, unit))
	d.WriteString(text("small", margin, y+50, fmt.Sprintf(sentence, d.run.Repetitions, d.run.Machine.Cores)))
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
