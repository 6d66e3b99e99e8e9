// Package llbtext writes an LLB definition as text for people and golden
// files. Vertices have numbers, not digests, so that a change of one shows as
// a change of a few lines:
//
//	%2 = source local://context
//	%3 = exec go build ./cmd/hello
//		mount /src %2 ro
//		network none
//		name "compile ./cmd/hello"
//		from Dockerfile:3
//	return %3
package llbtext

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
)

// Format writes a definition. Its error is that of an operation which cannot
// be decoded.
func Format(def *llb.Definition) (string, error) {
	w := writer{def: def, numbers: map[string]int{}}
	for _, data := range def.Def {
		if err := w.vertex(data); err != nil {
			return "", err
		}
	}
	return w.String(), nil
}

type writer struct {
	strings.Builder
	def     *llb.Definition
	numbers map[string]int // of the vertices written so far, by digest
}

func (w *writer) vertex(data []byte) error {
	var op pb.Op
	if err := op.UnmarshalVT(data); err != nil {
		return fmt.Errorf("decoding a vertex: %w", err)
	}
	dgst := digest.FromBytes(data)
	if op.Op == nil {
		fmt.Fprintf(w, "return %s\n", w.input(&op, 0))
		return nil
	}
	w.numbers[string(dgst)] = len(w.numbers) + 1
	fmt.Fprintf(w, "%%%d = ", len(w.numbers))
	switch o := op.Op.(type) {
	case *pb.Op_Source:
		w.source(o.Source)
	case *pb.Op_Exec:
		w.exec(&op, o.Exec)
	case *pb.Op_File:
		w.file(&op, o.File)
	case *pb.Op_Merge:
		w.merge(&op, o.Merge)
	default:
		fmt.Fprintf(w, "%T\n", op.Op)
	}
	w.metadata(&op, dgst)
	return nil
}

// line writes one indented line below a vertex.
func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(w, "\t"+format+"\n", args...)
}

// input names the vertex that an input comes from, and its output when that
// is not the first.
func (w *writer) input(op *pb.Op, i int64) string {
	if i < 0 || int(i) >= len(op.Inputs) {
		return "scratch"
	}
	in := op.Inputs[i]
	name := fmt.Sprintf("%%%d", w.numbers[in.Digest])
	if in.Index != 0 {
		name += fmt.Sprintf(".%d", in.Index)
	}
	return name
}

func (w *writer) source(s *pb.SourceOp) {
	fmt.Fprintf(w, "source %s\n", s.Identifier)
	for _, key := range slices.Sorted(maps.Keys(s.Attrs)) {
		w.line("%s %s", key, s.Attrs[key])
	}
}

func (w *writer) exec(op *pb.Op, e *pb.ExecOp) {
	fmt.Fprintf(w, "exec %s\n", command(e.Meta.Args))
	if e.Meta.Cwd != "/" {
		w.line("dir %s", e.Meta.Cwd)
	}
	for _, env := range e.Meta.Env {
		w.line("env %s", env)
	}
	for _, m := range e.Mounts {
		w.line("mount %s", w.mount(op, m))
	}
	switch e.Network {
	case pb.NetMode_NONE:
		w.line("network none")
	case pb.NetMode_HOST:
		w.line("network host")
	}
}

// command quotes those arguments that would not read back as one word.
func command(args []string) string {
	words := slices.Clone(args)
	for i, a := range words {
		if a == "" || strings.ContainsAny(a, " \t\n\"'\\") {
			words[i] = strconv.Quote(a)
		}
	}
	return strings.Join(words, " ")
}

func (w *writer) mount(op *pb.Op, m *pb.Mount) string {
	switch m.MountType {
	case pb.MountType_CACHE:
		return fmt.Sprintf("%s cache=%s,%s", m.Dest, m.CacheOpt.ID, strings.ToLower(m.CacheOpt.Sharing.String()))
	case pb.MountType_SECRET:
		return fmt.Sprintf("%s secret=%s%s", m.Dest, m.SecretOpt.ID, optional(m.SecretOpt.Optional))
	case pb.MountType_SSH:
		return fmt.Sprintf("%s ssh=%s%s", m.Dest, m.SSHOpt.ID, optional(m.SSHOpt.Optional))
	case pb.MountType_TMPFS:
		return m.Dest + " tmpfs"
	}
	text := m.Dest + " " + w.input(op, m.Input)
	if m.Selector != "" {
		text += ":" + m.Selector
	}
	if m.Readonly {
		text += " ro"
	}
	if m.ContentCache == pb.MountContentCache_OFF {
		text += " contentcache=off"
	}
	return text
}

func optional(is bool) string {
	if is {
		return ",optional"
	}
	return ""
}

func (w *writer) file(op *pb.Op, f *pb.FileOp) {
	fmt.Fprintf(w, "file\n")
	for _, a := range f.Actions {
		w.line("on %s", w.input(op, a.Input))
		switch action := a.Action.(type) {
		case *pb.FileAction_Copy:
			w.copy(op, a, action.Copy)
		case *pb.FileAction_Mkfile:
			w.line("mkfile %s %#o", action.Mkfile.Path, action.Mkfile.Mode)
		case *pb.FileAction_Mkdir:
			w.line("mkdir %s %#o", action.Mkdir.Path, action.Mkdir.Mode)
		case *pb.FileAction_Rm:
			w.line("remove %s", action.Rm.Path)
		default:
			w.line("%T", a.Action)
		}
	}
}

func (w *writer) copy(op *pb.Op, a *pb.FileAction, c *pb.FileActionCopy) {
	text := fmt.Sprintf("copy %s:%s %s", w.input(op, a.SecondaryInput), c.Src, c.Dest)
	if c.ModeStr != "" {
		text += " mode=" + c.ModeStr
	} else if c.Mode >= 0 {
		text += fmt.Sprintf(" mode=%04o", c.Mode)
	}
	text += ownerOf(c.Owner)
	for _, pattern := range c.ExcludePatterns {
		text += " exclude=" + pattern
	}
	if c.Timestamp >= 0 {
		text += fmt.Sprintf(" time=%d", c.Timestamp/1e9)
	}
	w.line("%s", text)
}

// ownerOf returns an owner that is not root.
func ownerOf(o *pb.ChownOpt) string {
	uid, gid := o.GetUser().GetByID(), o.GetGroup().GetByID()
	if uid == 0 && gid == 0 {
		return ""
	}
	return fmt.Sprintf(" owner=%d:%d", uid, gid)
}

func (w *writer) merge(op *pb.Op, m *pb.MergeOp) {
	var inputs []string
	for _, in := range m.Inputs {
		inputs = append(inputs, w.input(op, in.Input))
	}
	fmt.Fprintf(w, "merge %s\n", strings.Join(inputs, " "))
}

// metadata writes what is said about a vertex in addition to what it does.
func (w *writer) metadata(op *pb.Op, dgst digest.Digest) {
	if p := op.Platform; p != nil {
		w.line("on platform %s", strings.TrimSuffix(p.OS+"/"+p.Architecture+"/"+p.Variant, "/"))
	}
	meta := w.def.Metadata[dgst]
	if name, ok := meta.Description["llb.customname"]; ok {
		w.line("name %q", name)
	}
	if meta.IgnoreCache {
		w.line("no cache")
	}
	w.locations(dgst)
}

func (w *writer) locations(dgst digest.Digest) {
	if w.def.Source == nil {
		return
	}
	for _, loc := range w.def.Source.Locations[string(dgst)].GetLocations() {
		file := w.def.Source.Infos[loc.SourceIndex].Filename
		for _, r := range loc.Ranges {
			w.line("from %s:%s", file, lines(r))
		}
	}
}

func lines(r *pb.Range) string {
	if r.End.Line <= r.Start.Line {
		return strconv.Itoa(int(r.Start.Line))
	}
	return fmt.Sprintf("%d-%d", r.Start.Line, r.End.Line)
}
