// Package graph shows the steps of a build, and the parts of their cache keys.
// It turns definitions of BuildKit into a Graph, and that into a picture.
package graph

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
)

// Graph is the steps of one build. The inputs of a step come before it.
type Graph struct {
	Steps []Step `json:"steps"`
}

// Step is a vertex of BuildKit's graph.
type Step struct {
	Kind     Kind   `json:"kind"`
	Name     string `json:"name"`
	Line     string `json:"line,omitempty"`     // of the spec: "Dockerfile:3"
	Key      []Part `json:"key"`                // parts of the cache key; if none changes, the step is CACHED
	NotInKey []Part `json:"notInKey,omitempty"` // what it uses that is not in the key
	From     []int  `json:"from,omitempty"`     // indexes of its inputs
}

// Part is one thing that goes into a step.
type Part struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Kind is what a step does.
type Kind string

// Kinds of steps.
const (
	Pull  Kind = "pull"  // an image, a file or a repository from elsewhere
	Read  Kind = "read"  // the build context
	Run   Kind = "run"   // a command
	Copy  Kind = "copy"  // files
	Merge Kind = "merge" // layers
)

// Of returns the graph of definitions, one for each image. Steps that they
// share are in it once. The error is about an operation that cannot be decoded.
func Of(defs ...*llb.Definition) (Graph, error) {
	r := reader{index: map[string]int{}, tools: map[string]bool{}}
	for _, def := range defs {
		if err := r.definition(def); err != nil {
			return Graph{}, err
		}
	}
	return r.graph, nil
}

type reader struct {
	graph Graph
	index map[string]int  // of steps, by their digest
	tools map[string]bool // digests of images that only bring the program of gohull
}

func (r *reader) definition(def *llb.Definition) error {
	ops := make([]*pb.Op, len(def.Def))
	for i, data := range def.Def {
		ops[i] = &pb.Op{}
		if err := ops[i].UnmarshalVT(data); err != nil {
			return fmt.Errorf("decoding a vertex: %w", err)
		}
		if exec := ops[i].GetExec(); exec != nil {
			r.findTool(ops[i], exec)
		}
	}
	for i, op := range ops {
		dgst := digest.FromBytes(def.Def[i])
		_, known := r.index[string(dgst)]
		if op.Op == nil || known || r.tools[string(dgst)] {
			continue
		}
		r.index[string(dgst)] = len(r.graph.Steps)
		r.graph.Steps = append(r.graph.Steps, r.step(def, dgst, op))
	}
	return nil
}

// findTool finds the frontend's own image, to leave it out of the picture:
// every command uses the same program from it.
func (r *reader) findTool(op *pb.Op, exec *pb.ExecOp) {
	for _, m := range exec.Mounts {
		if m.Dest == step.Binary && m.Input >= 0 {
			r.tools[op.Inputs[m.Input].Digest] = true
		}
	}
}

func (r *reader) step(def *llb.Definition, dgst digest.Digest, op *pb.Op) Step {
	var s Step
	switch o := op.Op.(type) {
	case *pb.Op_Source:
		s = source(o.Source)
	case *pb.Op_Exec:
		s = r.run(op, o.Exec)
	case *pb.Op_File:
		s = r.files(op, o.File)
	case *pb.Op_Merge:
		s = r.merge(op)
	}
	if p := op.Platform; p != nil && s.Kind != Read {
		s.Key = append(s.Key, Part{"platform", path.Join(p.OS, p.Architecture, p.Variant)})
	}
	if name := def.Metadata[dgst].Description["llb.customname"]; name != "" && s.Kind != Read {
		s.Name = name
	}
	s.Line = line(def, dgst)
	for _, in := range op.Inputs {
		if from, ok := r.index[in.Digest]; ok && !slices.Contains(s.From, from) {
			s.From = append(s.From, from)
		}
	}
	return s
}

// line returns the first line of the spec that asked for a vertex.
func line(def *llb.Definition, dgst digest.Digest) string {
	if def.Source == nil {
		return ""
	}
	for _, loc := range def.Source.Locations[string(dgst)].GetLocations() {
		for _, r := range loc.Ranges {
			return fmt.Sprintf("%s:%d", def.Source.Infos[loc.SourceIndex].Filename, r.Start.Line)
		}
	}
	return ""
}

func source(s *pb.SourceOp) Step {
	scheme, ref, _ := strings.Cut(s.Identifier, "://")
	switch scheme {
	case "local":
		return Step{Kind: Read, Name: "the build context", Key: []Part{{"files", "content and modes of all that are not ignored"}}}
	case "http", "https":
		return Step{Kind: Pull, Name: s.Identifier, Key: []Part{{"checksum", short(s.Attrs[pb.AttrHTTPChecksum])}}}
	case "git":
		return Step{Kind: Pull, Name: cmp.Or(s.Attrs[pb.AttrFullRemoteURL], ref), Key: []Part{{"commit", "looked up when it runs"}}}
	}
	name, dgst, pinned := strings.Cut(ref, "@")
	job := Step{Kind: Pull, Name: strings.TrimPrefix(name, "docker.io/library/")}
	if pinned {
		job.Key = append(job.Key, Part{"digest", short(dgst)})
	} else {
		job.Key = append(job.Key, Part{"digest", "looked up when it runs"})
	}
	return job
}

// short returns a digest that a reader can compare by eye.
func short(dgst string) string {
	const shown = len("sha256:") + 12
	if len(dgst) <= shown {
		return dgst
	}
	return dgst[:shown] + "…"
}

// of names what an input comes from.
func (r *reader) of(op *pb.Op, i int64) string {
	if i < 0 || int(i) >= len(op.Inputs) {
		return "nothing"
	}
	from, ok := r.index[op.Inputs[i].Digest]
	if !ok {
		return "gohull itself"
	}
	return "«" + r.graph.Steps[from].Name + "»"
}

func (r *reader) run(op *pb.Op, e *pb.ExecOp) Step {
	s := Step{Kind: Run, Name: "run"}
	s.Key = append(s.Key, Part{"command", command(e.Meta.Args)}, Part{"directory", e.Meta.Cwd})
	if len(e.Meta.Env) > 0 {
		s.Key = append(s.Key, Part{"environment", strings.Join(e.Meta.Env, " ")})
	}
	for _, m := range e.Mounts {
		part, inKey := r.mount(op, m)
		switch {
		case part.Name == "":
		case inKey:
			s.Key = append(s.Key, part)
		default:
			s.NotInKey = append(s.NotInKey, part)
		}
	}
	network := "as the builder has it"
	switch e.Network {
	case pb.NetMode_NONE:
		network = "none"
	case pb.NetMode_HOST:
		network = "the host's"
	}
	s.Key = append(s.Key, Part{"network", network})
	return s
}

// command leaves out what is the same for all steps.
func command(args []string) string {
	own := func(arg string) bool { return arg == step.Binary || arg == "--" }
	return strings.Join(slices.DeleteFunc(slices.Clone(args), own), " ")
}

// mount says what a mount adds to a step, and whether that is part of its key.
// Empty mounts add nothing.
func (r *reader) mount(op *pb.Op, m *pb.Mount) (Part, bool) {
	switch {
	case m.MountType == pb.MountType_CACHE:
		return Part{"cache", m.Dest + ": " + m.CacheOpt.ID}, false
	case m.MountType == pb.MountType_SECRET:
		return Part{"secret", m.SecretOpt.ID}, false
	case m.MountType == pb.MountType_SSH:
		return Part{"ssh", m.SSHOpt.ID}, false
	case m.Input < 0:
		return Part{}, false
	case m.Dest == step.Binary:
		return Part{"program", "gohull itself, by content"}, true
	case m.Dest == pb.RootMount:
		return Part{"root", r.of(op, m.Input)}, true
	case byContent(m):
		return Part{"mount", m.Dest + ": " + r.of(op, m.Input) + ", by content"}, true
	}
	return Part{"mount", m.Dest + ": " + r.of(op, m.Input)}, true
}

// byContent reports whether BuildKit keys a mount by its content, instead of
// how it was made.
func byContent(m *pb.Mount) bool {
	if m.ContentCache != pb.MountContentCache_DEFAULT {
		return m.ContentCache == pb.MountContentCache_ON
	}
	return m.Readonly || m.Output == int64(pb.SkipOutput) || path.Join("/", m.Selector) == "/"
}

func (r *reader) files(op *pb.Op, f *pb.FileOp) Step {
	s := Step{Kind: Copy, Name: "copy"}
	for _, a := range f.Actions {
		if m := a.GetMkfile(); m != nil {
			s.Key = append(s.Key, Part{"file", fmt.Sprintf("%s, %s", m.Path, short(digest.FromBytes(m.Data).String()))})
		}
		c := a.GetCopy()
		if c == nil {
			continue
		}
		s.Key = append(s.Key,
			Part{"files", fmt.Sprintf("%s of %s, by content", c.Src, r.of(op, int64(a.SecondaryInput)))},
			Part{"to", c.Dest},
		)
		if c.Timestamp >= 0 {
			s.Key = append(s.Key, Part{"time", fmt.Sprintf("%d seconds since 1970", c.Timestamp/1e9)})
		}
	}
	return s
}

func (r *reader) merge(op *pb.Op) Step {
	s := Step{Kind: Merge, Name: "merge"}
	for i := range op.Inputs {
		s.Key = append(s.Key, Part{fmt.Sprintf("layer %d", i+1), r.of(op, int64(i))})
	}
	return s
}
