package graph

import (
	"cmp"
	"slices"
)

// node is a card or, without a step, a bend of an edge that crosses a row.
type node struct {
	step   int // -1 for a bend
	row    int
	x      float64 // of the middle
	width  float64
	height float64
	up     []*node // inputs, in the row above
	down   []*node // steps with this input, in the row below
}

// layout is the position of everything: a step is in a row below all its
// inputs.
type layout struct {
	rows  [][]*node
	cards []*node // by step
}

const (
	gap    = 28.0 // between neighbours of a row
	bend   = 12.0 // width of an edge that crosses a row
	sweeps = 12   // over all rows; the order settles long before
)

func newLayout(steps []Step, cards []card) *layout {
	rows := rowsOf(steps)
	l := &layout{rows: make([][]*node, slices.Max(append(rows, -1))+1)}
	for i := range steps {
		n := &node{step: i, row: rows[i], width: cardWidth, height: cards[i].height}
		l.cards = append(l.cards, n)
		l.rows[n.row] = append(l.rows[n.row], n)
	}
	for i, s := range steps {
		for _, from := range s.From {
			l.connect(l.cards[from], l.cards[i])
		}
	}
	l.order()
	l.place()
	return l
}

// rowsOf puts each step below its inputs. Then it moves steps without inputs to
// the row above the first step that needs them.
func rowsOf(steps []Step) []int {
	rows := make([]int, len(steps))
	first := make([]int, len(steps))
	for i, s := range steps {
		first[i] = -1
		for _, from := range s.From {
			rows[i] = max(rows[i], rows[from]+1)
		}
	}
	for i, s := range steps {
		for _, from := range s.From {
			if first[from] < 0 || rows[i] < first[from] {
				first[from] = rows[i]
			}
		}
	}
	for i, s := range steps {
		if len(s.From) == 0 && first[i] > 0 {
			rows[i] = first[i] - 1
		}
	}
	return rows
}

// connect leads an edge from one card to another, with a bend in each row
// between them.
func (l *layout) connect(from, to *node) {
	last := from
	for row := from.row + 1; row < to.row; row++ {
		n := &node{step: -1, row: row, width: bend}
		l.rows[row] = append(l.rows[row], n)
		join(last, n)
		last = n
	}
	join(last, to)
}

func join(up, down *node) {
	up.down = append(up.down, down)
	down.up = append(down.up, up)
}

// order sorts each row by the average position of the connected nodes, so that
// few edges cross.
func (l *layout) order() {
	for _, row := range l.rows {
		pack(row)
	}
	for i := range sweeps {
		for r := range l.rows {
			row, neighbours := l.rows[r], above
			if i%2 == 1 {
				row, neighbours = l.rows[len(l.rows)-1-r], below
			}
			slices.SortStableFunc(row, func(a, b *node) int {
				return cmp.Compare(middle(a, neighbours), middle(b, neighbours))
			})
			pack(row)
		}
	}
}

func above(n *node) []*node { return n.up }
func below(n *node) []*node { return n.down }

// middle returns the best position of a node; without neighbours, its current
// one.
func middle(n *node, neighbours func(*node) []*node) float64 {
	all := neighbours(n)
	if len(all) == 0 {
		return n.x
	}
	sum := 0.0
	for _, o := range all {
		sum += o.x
	}
	return sum / float64(len(all))
}

// pack puts a row's nodes next to each other, around 0.
func pack(row []*node) {
	x := 0.0
	for _, n := range row {
		n.x = x + n.width/2
		x += n.width + gap
	}
	for _, n := range row {
		n.x -= (x - gap) / 2
	}
}

// place moves nodes towards their neighbours, as far as the row allows.
func (l *layout) place() {
	for i := range sweeps {
		for r := range l.rows {
			if i%2 == 0 {
				settle(l.rows[r], above)
			} else {
				settle(l.rows[len(l.rows)-1-r], below)
			}
		}
	}
}

// settle puts each node at its best position, and then separates those that
// overlap: as many to the left as to the right.
func settle(row []*node, neighbours func(*node) []*node) {
	left, right := make([]float64, len(row)), make([]float64, len(row))
	for i, n := range row {
		left[i] = middle(n, neighbours)
		if i > 0 {
			left[i] = max(left[i], left[i-1]+apart(row[i-1], n))
		}
	}
	for i, n := range slices.Backward(row) {
		right[i] = middle(n, neighbours)
		if i < len(row)-1 {
			right[i] = min(right[i], right[i+1]-apart(n, row[i+1]))
		}
	}
	for i, n := range row {
		n.x = (left[i] + right[i]) / 2
	}
}

func apart(a, b *node) float64 { return (a.width+b.width)/2 + gap }
