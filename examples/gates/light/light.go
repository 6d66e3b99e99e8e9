// Package light has the lights of a crossing.
package light

//go:generate go tool stringer -type=Light

// Light is what drivers see.
type Light int

// The lights, in their order.
const (
	Red Light = iota
	Green
	Yellow
)

// Next is the light that follows.
func (l Light) Next() Light { return (l + 1) % (Yellow + 1) }
