package planner

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// Setting is a key of the spec and what holds for it in one build.
type Setting struct {
	Key   string `json:"key"`             // "run.env"
	Value any    `json:"value,omitempty"` // a string, a bool, a list or Pairs; nil when there is nothing to write
	From  string `json:"from"`            // where the value comes from, or what holds without one
	// OfImage says that each of several images may have another.
	OfImage bool `json:"-"`
}

// Pairs is a mapping in the order in which it was written.
type Pairs []Pair

// Pair is a name and its value, as that of a Setting.
type Pair struct {
	Name  string
	Value any
}

// Quoted is a value that needs quotes in YAML, even if it looks like a number.
type Quoted string

// MarshalJSON writes an object with the names in their order.
func (ps Pairs) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range ps {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(p.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(p.Value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Settings returns every key of the spec as it holds for a plan. A spec that is
// written with these values makes the same plan.
func (d *Decision) Settings(p *plan.Plan) []Setting {
	s := settings{Decision: d, plan: p, config: p.Images[0].Config}
	s.top()
	s.build()
	s.modulesBlock()
	s.pairs("args", d.Spec.Args, "none")
	s.run()
	s.list("checks", d.Spec.Checks, nil, "none")
	s.test()
	s.generate()
	s.imageBlock()
	s.lint()
	s.vuln()
	s.debugBlock()
	s.stages()
	s.text("cache", d.Spec.Cache, "auto", byDefault)
	return s.all
}

type settings struct {
	*Decision
	plan   *plan.Plan
	config plan.Config // of the first image
	all    []Setting
}

// at returns where a value is written: "Dockerfile:3".
func at(r diag.Range) string {
	if r.Start.Line == 0 {
		return r.File
	}
	return fmt.Sprintf("%s:%d", r.File, r.Start.Line)
}

const byDefault = "default"

func (s *settings) add(key string, value any, from string) {
	block, _, _ := strings.Cut(key, ".")
	s.all = append(s.all, Setting{key, value, from, slices.Contains(spec.ImageKeys(), block)})
}

// text adds a key that holds a string. If it is not written, value holds, and
// from says why.
func (s *settings) text(key string, written spec.String, value any, from string) {
	if written.IsSet() {
		value, from = written.Value, at(written.At)
	}
	s.add(key, value, from)
}

func (s *settings) truth(key string, written spec.Bool) {
	from := byDefault
	if !written.At.IsZero() {
		from = at(written.At)
	}
	s.add(key, written.Value, from)
}

func (s *settings) list(key string, written []spec.String, value []string, from string) {
	switch {
	case len(written) > 0:
		s.add(key, values(written), at(written[0].At))
	case len(value) > 0:
		s.add(key, value, from)
	default:
		s.add(key, nil, from)
	}
}

func (s *settings) pairs(key string, written []spec.Pair, without string) {
	if len(written) == 0 {
		s.add(key, nil, without)
		return
	}
	var pairs Pairs
	for _, p := range written {
		pairs = append(pairs, Pair{p.Key.Value, p.Value.Value})
	}
	s.add(key, pairs, at(written[0].Key.At))
}

func (s *settings) top() {
	var mains []string
	for _, dir := range s.plan.Sources.Source.Mains {
		mains = append(mains, dot(dir))
	}
	s.mains(s.written, mains)
	if s.version.IsSet() {
		s.add("go", s.version.Value, at(s.version.At))
	} else {
		s.add("go", nil, "as the toolchain's image has it")
	}
	s.origin("toolchain", s.written.Toolchain, "image")
	s.resolved(s.plan.Toolchain.Image)
	s.origin("base", s.written.Base, scratch)
	s.resolved(s.plan.Images[0].Base)
}

// origin adds a key that holds an image or a stage.
func (s *settings) origin(key string, written spec.Origin, without string) {
	if written.Stage.IsSet() {
		s.add(key, Pairs{{"stage", written.Stage.Value}}, at(written.At))
		return
	}
	s.text(key, written.String, without, byDefault)
}

// mains adds the packages, and where their programs go if the spec says it.
func (s *settings) mains(written *spec.Spec, found []string) {
	isMapping := func(m spec.Main) bool { return m.To.IsSet() || m.Ldflags.IsSet() }
	if slices.ContainsFunc(written.Main, isMapping) {
		var places Pairs
		for _, m := range written.Main {
			places = append(places, Pair{m.Package.Value, programPairs(spec.Program{To: m.To, Ldflags: m.Ldflags})})
		}
		for _, prog := range written.Programs {
			places = append(places, Pair{prog.Key(), programPairs(prog)})
		}
		s.add("main", places, at(written.Main[0].Package.At))
		return
	}
	var packages []spec.String
	for _, m := range written.Main {
		packages = append(packages, m.Package)
	}
	for _, prog := range written.Programs {
		packages = append(packages, spec.String{Value: prog.Key(), At: prog.Package.At})
	}
	s.list("main", packages, found, "the only main package")
}

// programPairs returns what a mapping has for a program: a place, or keys.
func programPairs(prog spec.Program) any {
	if !prog.Ldflags.IsSet() && len(prog.Tags) == 0 {
		return prog.To.Value
	}
	var pairs Pairs
	if prog.To.IsSet() {
		pairs = append(pairs, Pair{"to", prog.To.Value})
	}
	if prog.Ldflags.IsSet() {
		pairs = append(pairs, Pair{"ldflags", prog.Ldflags.Value})
	}
	if len(prog.Tags) > 0 {
		pairs = append(pairs, Pair{"tags", values(prog.Tags)})
	}
	return pairs
}

func (s *settings) entrypoint(e spec.Entrypoint) {
	if e.Word.IsSet() {
		s.text("run.entrypoint", e.Word, nil, "")
		return
	}
	s.list("run.entrypoint", e.Args, s.config.Entrypoint, "the binary")
}

// resolved adds what an image was resolved to.
func (s *settings) resolved(ref *plan.ImageRef) {
	if ref != nil {
		last := &s.all[len(s.all)-1]
		last.From += ", " + ref.Name
	}
}

func (s *settings) build() {
	b := s.written.Build
	s.list("build.tags", b.Tags, nil, "none")
	s.text("build.ldflags", b.Ldflags, defaultLdflags, byDefault)
	s.text("build.gcflags", b.Gcflags, nil, "Go's own")
	s.text("build.asmflags", b.Asmflags, nil, "Go's own")
	s.pairs("build.env", b.Env, "none")
	s.truth("build.race", b.Race)
	if b.Cgo.Static {
		s.add("build.cgo", "static", at(b.Cgo.At))
	} else {
		s.truth("build.cgo", b.Cgo.Bool)
	}
	s.list("build.packages", b.Packages, nil, "none")
	s.text("build.pgo", b.Pgo, nil, "auto")
	s.text("build.mode", b.Mode, nil, "exe")
	if b.Cover.Packages == nil {
		s.truth("build.cover", b.Cover.On)
	} else {
		s.list("build.cover", b.Cover.Packages, nil, "")
	}
	s.truth("build.vcs", b.VCS)
	s.list("build.files", b.Files, nil, "none")
	s.list("build.toolexec", b.Toolexec, nil, "none")
}

func (s *settings) modulesBlock() {
	m := s.written.Modules
	mode := "mod"
	if s.modules.vendored {
		mode = "vendor"
	}
	s.text("modules.mode", m.Mode, nil, mode+", as the go command decides")
	s.overridden("GOPROXY", func() { s.text("modules.proxy", m.Proxy, nil, "Go's own") })
	s.overridden("GOPRIVATE", func() { s.list("modules.private", m.Private, nil, "none") })
	s.overridden("GOSUMDB", func() { s.text("modules.sumdb", m.Sumdb, nil, "Go's own") })
}

// overridden adds a setting, and says in From if a build arg overrides it. The
// setting keeps the value of the spec: a build arg may have one that a spec may
// not.
func (s *settings) overridden(arg string, add func()) {
	add()
	if value := s.args.modules.Get(arg); value != "" {
		last := &s.all[len(s.all)-1]
		last.From += fmt.Sprintf(", overridden by --build-arg %s=%s", arg, value)
	}
}

func (s *settings) run() {
	r := s.written.Run
	s.entrypoint(r.Entrypoint)
	s.list("run.args", r.Args, nil, "none")
	s.pairs("run.env", r.Env, "the base's own")
	s.text("run.workdir", r.Workdir, s.config.WorkingDir, "the base's own, else /")
	s.text("run.user", r.User, "nonroot", byDefault)
	s.users()
	s.groups()
	s.list("run.packages", r.Packages, nil, "none")
	s.repositories()
	s.list("run.capabilities", r.Capabilities, nil, "none")
	s.expose()
	s.list("run.volumes", r.Volumes, s.config.Volumes, orNone(s.config.Volumes))
	s.files()
	s.pairs("run.labels", r.Labels, "none")
	s.text("run.stop-signal", r.StopSignal, nil, cmp.Or(s.config.StopSignal, "SIGTERM"))
	s.healthcheck()
}

func (s *settings) imageBlock() {
	i := s.written.Image
	if len(i.Names) == 1 {
		s.text("image.name", i.Names[0], nil, "none")
	} else {
		s.list("image.name", i.Names, nil, "none")
	}
	s.list("image.tags", i.Tags, nil, "none")
	s.pairs("image.annotations", i.Annotations, "none")
}

func (s *settings) test() {
	t := s.written.Test
	s.list("test.packages", t.Packages, nil, "./... of each module")
	s.text("test.run", t.Run, nil, "all tests")
	s.truth("test.short", t.Short)
	if t.Race.At.IsZero() {
		s.add("test.race", nil, "as build.race")
	} else {
		s.truth("test.race", t.Race)
	}
	s.given("test.count", t.Count > 0, t.Count)
	s.given("test.timeout", t.Timeout > 0, t.Timeout.String())
	s.list("test.files", t.Files, nil, "none")
}

func (s *settings) vuln() {
	v := s.written.Vuln
	s.text("vuln.version", v.Version, nil, "the newest for the toolchain")
	s.text("vuln.database", v.Database, goDatabase, byDefault)
	s.list("vuln.ignore", v.Ignore, nil, "none")
}

func (s *settings) debugBlock() {
	b := s.written.Debug
	s.text("debug.version", b.Version, nil, "the newest for the toolchain")
	if b.Port > 0 {
		s.add("debug.port", b.Port, "as written")
	} else {
		s.add("debug.port", debugPort, byDefault)
	}
	s.truth("debug.continue", b.Continue)
}

// given adds a setting whose place is not kept.
func (s *settings) given(key string, is bool, value any) {
	if is {
		s.add(key, value, "as written")
		return
	}
	s.add(key, nil, "Go's own")
}

// orNone returns where a list comes from that only the base can have filled.
func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return "the base's own"
}

func (s *settings) expose() {
	var ports []string
	for _, p := range s.written.Run.Expose {
		ports = append(ports, fmt.Sprintf("%d/%s", p.Number, p.Protocol))
	}
	if len(ports) == 0 {
		s.list("run.expose", nil, s.config.Expose, orNone(s.config.Expose))
		return
	}
	s.add("run.expose", ports, at(s.written.Run.Expose[0].At))
}

func (s *settings) healthcheck() {
	const key = "run.healthcheck"
	h := s.written.Run.Healthcheck
	switch {
	case h == nil:
		s.add(key, nil, "the base's own")
		return
	case h.Disable:
		s.add(key, "none", at(h.At))
		return
	}
	pairs := Pairs{{"test", values(h.Test)}}
	for _, d := range []struct {
		name  string
		value fmt.Stringer
	}{{"interval", h.Interval}, {"timeout", h.Timeout}, {"start-period", h.StartPeriod}} {
		if text := d.value.String(); text != "0s" {
			pairs = append(pairs, Pair{d.name, text})
		}
	}
	if h.Retries > 0 {
		pairs = append(pairs, Pair{"retries", h.Retries})
	}
	s.add(key, pairs, at(h.At))
}
