package graph

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"unicode/utf8"
)

// Sizes, in pixels. The text is in a font of fixed width, so that where lines
// break is known without the font.
const (
	cardWidth  = 420.0
	valueLeft  = 92.0 // of values, from the names of parts
	padding    = 14.0
	lineHeight = 17.0
	titleSize  = 22.0
	rowGap     = 64.0
	margin     = 24.0
	columns    = 40 // letters that fit into a line of a value
)

// card is a step, cut into lines.
type card struct {
	title  []string
	lines  []textLine
	height float64
}

// textLine is one line of a card: a piece of a part's value, with its name if
// that is new.
type textLine struct{ class, name, value string }

func newCard(s Step) card {
	c := card{title: wrap(s.Name, columns)}
	c.parts("key", s.Key)
	if len(s.NotInKey) > 0 {
		c.lines = append(c.lines, textLine{class: "head", name: "not in the key"})
		c.parts("unkeyed", s.NotInKey)
	}
	c.height = 2*padding + lineHeight + float64(len(c.title))*titleSize + float64(len(c.lines))*lineHeight
	return c
}

func (c *card) parts(class string, parts []Part) {
	last := ""
	for _, p := range parts {
		for _, value := range wrap(p.Value, columns) {
			line := textLine{class: class, value: value}
			if p.Name != last {
				line.name, last = p.Name, p.Name
			}
			c.lines = append(c.lines, line)
		}
	}
}

// wrap breaks text between words, and inside words that are too long.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
		for utf8.RuneCountInString(line) > width {
			cut := []rune(line)
			lines, line = append(lines, string(cut[:width])), string(cut[width:])
		}
	}
	return append(lines, line)
}

const style = `
svg { background: #fbfbf9; }
text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #33383d; }
.title { font: 600 15px system-ui, "DejaVu Sans", sans-serif; fill: #16191c; }
.kind { font: 600 10px system-ui, "DejaVu Sans", sans-serif; letter-spacing: 1px; }
.where { font-size: 10.5px; fill: #858b92; }
.name { fill: #858b92; }
.head { font: 600 10px system-ui, "DejaVu Sans", sans-serif; fill: #858b92; }
.unkeyed { fill: #858b92; }
.card { fill: #ffffff; stroke: #d9dcdf; }
.edge { fill: none; stroke: #a9afb6; stroke-width: 1.5; }
.tip { fill: #a9afb6; }
.pull { fill: #2f6fb7; } .read { fill: #7a5cc0; } .run { fill: #c2611f; } .copy { fill: #2e8b74; } .merge { fill: #54606b; }
@media (prefers-color-scheme: dark) {
  svg { background: #14171a; }
  text { fill: #c9cfd5; }
  .title { fill: #f1f3f5; }
  .card { fill: #1d2125; stroke: #383e44; }
  .edge { stroke: #5d656d; } .tip { fill: #5d656d; }
  .pull { fill: #6ea8ea; } .read { fill: #ab92ea; } .run { fill: #ee9459; } .copy { fill: #5fc3a9; } .merge { fill: #97a3ae; }
}
`

// SVG draws the graph: a card for each step, below its inputs.
func (g Graph) SVG() string {
	var cards []card
	for _, s := range g.Steps {
		cards = append(cards, newCard(s))
	}
	d := drawing{graph: g, cards: cards, layout: newLayout(g.Steps, cards)}
	return d.svg()
}

type drawing struct {
	strings.Builder
	graph  Graph
	cards  []card
	layout *layout
	top    []float64 // of each row
	left   float64   // what is added to every x
}

func (d *drawing) svg() string {
	width, height := d.measure()
	fmt.Fprintf(d, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" role="img">`, width, height, width, height)
	fmt.Fprintf(d, "\n<title>The steps of this build, and what their cache keys are made of</title>\n<style>%s</style>\n", style)
	d.WriteString(`<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>` + "\n")
	for _, row := range d.layout.rows {
		for _, n := range row {
			d.edges(n)
		}
	}
	for i := range d.cards {
		d.card(i)
	}
	d.WriteString("</svg>\n")
	return d.String()
}

// measure returns the picture's size, and sets the position of each row.
func (d *drawing) measure() (width, height float64) {
	least, most := 0.0, 0.0
	y := margin
	for _, row := range d.layout.rows {
		d.top = append(d.top, y)
		tallest := 0.0
		for _, n := range row {
			least, most = min(least, n.x-n.width/2), max(most, n.x+n.width/2)
			tallest = max(tallest, n.height)
		}
		y += tallest + rowGap
	}
	d.left = margin - least
	return most - least + 2*margin, max(y-rowGap, margin) + margin
}

// edges draws the edges from a node downwards. Each edge of a card has its own
// place on the border.
func (d *drawing) edges(n *node) {
	out := slices.Clone(n.down)
	slices.SortFunc(out, func(a, b *node) int { return int(a.x - b.x) })
	for i, to := range out {
		x1, y1 := d.port(n, i, len(out)), d.top[n.row]+n.height
		in := slices.Clone(to.up)
		slices.SortFunc(in, func(a, b *node) int { return int(a.x - b.x) })
		x2, y2 := d.port(to, slices.Index(in, n), len(in)), d.top[to.row]
		if n.step < 0 {
			y1 = d.top[n.row] + d.tallest(n.row)
			fmt.Fprintf(d, `<path class="edge" d="M%.1f %.1fV%.1f"/>`+"\n", x1, d.top[n.row], y1)
		}
		tip := ""
		if to.step >= 0 {
			tip = ` marker-end="url(#tip)"`
			y2 -= 2
		}
		mid := (max(y1, d.top[to.row]-rowGap) + y2) / 2
		fmt.Fprintf(d, `<path class="edge" d="M%.1f %.1fV%.1fC%.1f %.1f %.1f %.1f %.1f %.1f"%s/>`+"\n",
			x1, y1, max(y1, d.top[to.row]-rowGap), x1, mid, x2, mid, x2, y2, tip)
	}
}

func (d *drawing) tallest(row int) float64 {
	tallest := 0.0
	for _, n := range d.layout.rows[row] {
		tallest = max(tallest, n.height)
	}
	return tallest
}

// port returns the x of one of several edges of a node.
func (d *drawing) port(n *node, i, of int) float64 {
	x := d.left + n.x
	if n.step < 0 || of < 2 {
		return x
	}
	spread := min(n.width-4*padding, float64(of-1)*40)
	return x - spread/2 + spread*float64(i)/float64(of-1)
}

// card is a step, cut into lines.
func (d *drawing) card(i int) {
	s, c, n := d.graph.Steps[i], d.cards[i], d.layout.cards[i]
	x, y := d.left+n.x-cardWidth/2, d.top[n.row]
	fmt.Fprintf(d, `<g><rect class="card" x="%.1f" y="%.1f" width="%.0f" height="%.0f" rx="6"/>`, x, y, cardWidth, c.height)
	fmt.Fprintf(d, `<rect class="%s" x="%.1f" y="%.1f" width="4" height="%.0f" rx="2"/>`+"\n", s.Kind, x, y, c.height)
	y += padding + lineHeight/2
	d.text("kind "+string(s.Kind), x+padding, y, strings.ToUpper(string(s.Kind)), "")
	d.text("where", x+cardWidth-padding, y, s.Line, "end")
	for _, line := range c.title {
		y += titleSize
		d.text("title", x+padding, y, line, "")
	}
	y += lineHeight / 4
	for _, line := range c.lines {
		y += lineHeight
		d.text(line.class+" name", x+padding, y, line.name, "")
		d.text(line.class, x+padding+valueLeft, y, line.value, "")
	}
	d.WriteString("</g>\n")
}

func (d *drawing) text(class string, x, y float64, text, anchor string) {
	if text == "" {
		return
	}
	if anchor != "" {
		anchor = fmt.Sprintf(` text-anchor="%s"`, anchor)
	}
	fmt.Fprintf(d, `<text class="%s" x="%.1f" y="%.1f"%s>%s</text>`+"\n", class, x, y, anchor, html.EscapeString(text))
}
