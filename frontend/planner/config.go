package planner

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// nonroot is the user that images run as by default. It is a number, by which a
// cluster that refuses root sees that it is not root. Distroless images have the
// same user.
const nonroot = "65532:65532"

// defaultPath is the PATH of an image whose base has none.
const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// configuration makes the config of an image: the base's, with the spec's on
// top of it.
type configuration struct {
	run    spec.Run
	user   string // "1000:1000"
	base   dockerspec.DockerOCIImage
	env    []string          // of the image
	labels map[string]string // of the command line
	origin map[string]string // labels that OCI defines
	epoch  epoch
	debug  debugging
}

func (c configuration) config(img plan.Image, errs *diag.List) plan.Config {
	out := plan.Config{
		Created:     time.Unix(c.epoch.Seconds(), 0).UTC(),
		User:        c.user,
		Entrypoint:  c.entrypoint(img.Compile),
		Cmd:         c.command(),
		Env:         c.env,
		WorkingDir:  cmp.Or(cleaned(c.run.Workdir), c.base.Config.WorkingDir, "/"),
		Expose:      c.expose(),
		Volumes:     c.volumes(),
		Labels:      c.allLabels(),
		StopSignal:  cmp.Or(c.run.StopSignal.Value, c.base.Config.StopSignal),
		Healthcheck: healthcheck(c.run.Healthcheck, c.base),
		BaseHistory: baseHistory(c.base),
	}
	out = c.debug.config(out, img.Compile.Binaries, errs)
	out.History = history(img, out.Created)
	return out
}

// cleaned returns a path without a slash at its end; empty if it is not set.
func cleaned(s spec.String) string {
	if !s.IsSet() {
		return ""
	}
	return path.Clean(s.Value)
}

// user returns a user with numbers for the names that mean the same in all
// images.
func user(u spec.String) string {
	name, group, grouped := strings.Cut(u.Value, ":")
	switch {
	case u.Value == "" || u.Value == "nonroot":
		return nonroot
	case u.Value == "root":
		return "0:0"
	case name == "root" && grouped:
		return "0:" + group
	case name == "nonroot" && grouped:
		return "65532:" + group
	}
	return u.Value
}

// entrypoint returns the spec's, else the first binary. The base's own only
// applies if the spec asks for it: it would start the base's program.
func (c configuration) entrypoint(built plan.Compile) []string {
	switch e := c.run.Entrypoint; {
	case e.Word.Value == "none":
		return nil
	case e.Word.Value == "base":
		return c.base.Config.Entrypoint // validate reports a base without one
	case len(e.Args) > 0:
		return values(e.Args)
	}
	return []string{built.Binaries[0].Path}
}

// validate reports a base that starts nothing although the spec asks for what it
// starts.
func (c configuration) validate(b base, errs *diag.List) {
	of := c.base.Config
	if word := c.run.Entrypoint.Word; word.Value == "base" && len(of.Entrypoint) == 0 && len(of.Cmd) == 0 {
		errs.Add(diag.Diagnostic{
			At:      word.At,
			Message: fmt.Sprintf("run.entrypoint: the base %s has neither an entrypoint nor a command", b),
			Hint:    "remove the key to start the program, or write none",
		})
	}
}

// command returns the spec's arguments. Those of the base belong to its
// entrypoint.
func (c configuration) command() []string {
	if c.run.Entrypoint.Word.Value == "base" && len(c.run.Args) == 0 {
		return c.base.Config.Cmd
	}
	return values(c.run.Args)
}

func lookupEnv(env []string, key string) (string, bool) {
	for _, e := range env {
		if k, v, _ := strings.Cut(e, "="); k == key {
			return v, true
		}
	}
	return "", false
}

func setEnv(env []string, key, value string) []string {
	for i, e := range env {
		if k, _, _ := strings.Cut(e, "="); k == key {
			env[i] = key + "=" + value
			return env
		}
	}
	return append(env, key+"="+value)
}

func (c configuration) expose() []string {
	ports := map[string]bool{}
	for p := range c.base.Config.ExposedPorts {
		ports[p] = true
	}
	for _, p := range c.run.Expose {
		ports[fmt.Sprintf("%d/%s", p.Number, p.Protocol)] = true
	}
	return slices.Sorted(maps.Keys(ports))
}

func (c configuration) volumes() []string {
	volumes := map[string]bool{}
	for v := range c.base.Config.Volumes {
		volumes[v] = true
	}
	for _, v := range c.run.Volumes {
		volumes[path.Clean(v.Value)] = true
	}
	return slices.Sorted(maps.Keys(volumes))
}

// allLabels returns the base's, those that OCI defines and the plan knows, the
// spec's, and the command line's. The later ones win.
func (c configuration) allLabels() map[string]string {
	labels := map[string]string{}
	maps.Copy(labels, c.base.Config.Labels)
	maps.Copy(labels, c.origin)
	addPairs(labels, c.run.Labels)
	maps.Copy(labels, c.labels)
	return labels
}

// annotations returns those that OCI defines and the plan knows, and the
// spec's.
func (c configuration) annotations(written []spec.Pair) map[string]string {
	annotations := maps.Clone(c.origin)
	addPairs(annotations, written)
	return annotations
}

func addPairs(to map[string]string, pairs []spec.Pair) {
	for _, p := range pairs {
		to[p.Key.Value] = p.Value.Value
	}
}

// ociLabels returns the labels that OCI defines: where an image comes from, its
// program, and its base.
func ociLabels(known map[string]string, title string, b base, found Image) map[string]string {
	all := maps.Clone(known)
	all[ocispecs.AnnotationTitle] = title
	if found.Digest != "" {
		all[ocispecs.AnnotationBaseImageName] = b.ref
		all[ocispecs.AnnotationBaseImageDigest] = found.Digest
	}
	return all
}

func binaryTitle(c plan.Compile) string {
	return path.Base(c.Binaries[0].Path)
}

func healthcheck(own *spec.Healthcheck, base dockerspec.DockerOCIImage) *plan.Healthcheck {
	switch {
	case own == nil && base.Config.Healthcheck == nil:
		return nil
	case own == nil:
		h := base.Config.Healthcheck
		return &plan.Healthcheck{
			Test: h.Test, Interval: h.Interval, Timeout: h.Timeout,
			StartPeriod: h.StartPeriod, StartInterval: h.StartInterval, Retries: h.Retries,
		}
	case own.Disable:
		return &plan.Healthcheck{Test: []string{"NONE"}}
	}
	return &plan.Healthcheck{
		Test:     append([]string{"CMD"}, values(own.Test)...),
		Interval: own.Interval, Timeout: own.Timeout,
		StartPeriod: own.StartPeriod, Retries: own.Retries,
	}
}

func baseHistory(base dockerspec.DockerOCIImage) []plan.History {
	var out []plan.History
	for _, h := range base.History {
		out = append(out, plan.History{
			Created: h.Created, CreatedBy: h.CreatedBy, Author: h.Author,
			Comment: h.Comment, EmptyLayer: h.EmptyLayer,
		})
	}
	return out
}

// history returns a line for each layer, in their order.
func history(img plan.Image, created time.Time) []plan.History {
	var out []plan.History
	add := func(what string) {
		out = append(out, plan.History{Created: &created, CreatedBy: "gohull: " + what})
	}
	if img.Base == nil {
		add("root file system")
	}
	if img.Packages != nil {
		add(img.Packages.Name)
	}
	if img.Debugger != nil {
		add(img.Debugger.Name)
	}
	if img.Accounts != nil {
		add(img.Accounts.Name)
	}
	for _, p := range img.Programs {
		add(p.Name)
	}
	if img.Dirs != nil {
		add(img.Dirs.Name)
	}
	for _, f := range img.Files {
		add(f.Name)
	}
	add(img.Compile.Name)
	return out
}
