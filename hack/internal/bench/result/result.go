// Package result is what a run of the benchmark measured, as it is kept in a
// JSON file. Tables and charts are drawn from that alone.
package result

import (
	"cmp"
	"maps"
	"slices"

	"github.com/gohull/gohull/hack/internal/page"
)

// Run is a run of the benchmark.
type Run struct {
	Date        string            `json:"date"` // RFC 3339
	Machine     Machine           `json:"machine"`
	Versions    map[string]string `json:"versions"`
	Repetitions int               `json:"repetitions"`
	Peers       []Peer            `json:"peers"` // gohull first
	Inputs      []*Input          `json:"inputs"`
}

// Machine is what it ran on.
type Machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Memory int64  `json:"memory"` // bytes
	Kernel string `json:"kernel"`
}

// Peer is a way of making images.
type Peer struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// Input is a project.
type Input struct {
	Name     string            `json:"name"`
	Mains    []string          `json:"mains"`
	Packages int               `json:"packages"` // of the first program, the standard library included
	Own      int               `json:"own"`      // those of them that are the project's own; 0 in old runs
	Places   map[string]string `json:"places"`   // file that each kind of edit changed
	Cases    []*Case           `json:"cases"`
}

// Case is a situation.
type Case struct {
	Name    string               `json:"name"`
	Title   string               `json:"title"`
	Skipped string               `json:"skipped,omitempty"` // why it does not exist for the input
	Peers   map[string]*Measured `json:"peers,omitempty"`   // by name
}

// Measured is what one peer did in a case.
type Measured struct {
	Skipped string   `json:"skipped,omitempty"` // why it does not exist for the peer
	Samples []Sample `json:"samples,omitempty"`
}

// Sample is one build.
type Sample struct {
	Seconds float64  `json:"seconds"`
	Pushed  int64    `json:"pushed"`          // bytes to the registry
	Pulled  int64    `json:"pulled"`          // bytes from it
	Disk    int64    `json:"disk"`            // bytes that the builder, or the caches, took afterwards
	Image   int64    `json:"image,omitempty"` // bytes, compressed
	Ran     []string `json:"ran,omitempty"`   // the builder's steps that were not cached
	Busy    float64  `json:"busy,omitempty"`  // part of the CPU time that other work took before it, 0 to 1
}

// Read reads a run from a file.
func Read(name string) (Run, error) { return page.ReadResults[Run](name) }

// Write writes a run to a file.
func (r Run) Write(name string) error { return page.WriteResults(name, r) }

// Over is r with what it did not measure of an earlier run: inputs, cases of an input,
// and peers. A case that both measured is that of r alone, so each row is of one run.
func (r Run) Over(earlier Run) Run {
	inputs := slices.Clone(r.Inputs)
	for _, in := range earlier.Inputs {
		i := slices.IndexFunc(inputs, func(o *Input) bool { return o.Name == in.Name })
		if i < 0 {
			inputs = append(inputs, in)
		} else {
			inputs[i] = inputs[i].over(in)
		}
	}
	slices.SortFunc(inputs, func(a, b *Input) int { return cmp.Compare(a.Name, b.Name) })
	r.Inputs = inputs
	r.Peers = slices.Clone(r.Peers)
	for _, p := range earlier.Peers {
		if !slices.ContainsFunc(r.Peers, func(o Peer) bool { return o.Name == p.Name }) {
			r.Peers = append(r.Peers, p)
		}
	}
	return r
}

// over is in with those cases of an earlier run that it lacks, in the order of that run.
func (in *Input) over(earlier *Input) *Input {
	both := *in
	both.Cases = slices.Clone(earlier.Cases)
	for _, c := range in.Cases {
		if i := slices.IndexFunc(both.Cases, func(o *Case) bool { return o.Name == c.Name }); i >= 0 {
			both.Cases[i] = c
		} else {
			both.Cases = append(both.Cases, c)
		}
	}
	both.Places = map[string]string{}
	maps.Copy(both.Places, earlier.Places)
	maps.Copy(both.Places, in.Places)
	return &both
}

// Of is what a peer did, and whether it did anything.
func (c *Case) Of(peer string) (*Measured, bool) {
	m, ok := c.Peers[peer]
	return m, ok && len(m.Samples) > 0
}

// Seconds is the median time.
func (m *Measured) Seconds() float64 {
	return median(m.Samples, func(s Sample) float64 { return s.Seconds })
}

// Median is the median of a count of bytes.
func (m *Measured) Median(bytes func(Sample) int64) float64 {
	return median(m.Samples, func(s Sample) float64 { return float64(bytes(s)) })
}

func median(samples []Sample, of func(Sample) float64) float64 {
	var all []float64
	for _, s := range samples {
		all = append(all, of(s))
	}
	slices.Sort(all)
	middle := len(all) / 2
	if len(all)%2 == 0 {
		return (all[middle-1] + all[middle]) / 2
	}
	return all[middle]
}
