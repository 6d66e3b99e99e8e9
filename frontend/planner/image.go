package planner

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// nonroot is the user that images run as by default, by number, so that a
// cluster which refuses root can tell. Distroless images have the same one.
const nonroot = "65532:65532"

// defaultPath is the PATH of an image whose base has none.
const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// imageConfig is the base's config with the spec's on top of it.
func (d draft) imageConfig(img plan.Image, p plan.Platform) plan.Config {
	run := d.image.Run
	base := d.found.Images[d.base.key(p)].Config
	c := plan.Config{
		Created:     time.Unix(d.args.epoch.Seconds(), 0).UTC(),
		User:        user(run.User),
		Entrypoint:  d.entrypoint(img.Compile),
		Cmd:         values(run.Args),
		Env:         d.mergeEnv(base.Config.Env, run.Env),
		WorkingDir:  first(cleaned(run.Workdir), base.Config.WorkingDir, "/"),
		Expose:      d.expose(base),
		Volumes:     d.volumes(base),
		Labels:      d.labels(img, base),
		StopSignal:  first(run.StopSignal.Value, base.Config.StopSignal),
		Healthcheck: healthcheck(run.Healthcheck, base),
		BaseHistory: baseHistory(base),
	}
	if d.debugs() {
		c = d.underDelve(c, img.Compile.Binaries)
	}
	c.History = d.history(img, c.Created)
	return c
}

// cleaned is a path without a slash at its end, empty when there is none.
func cleaned(s spec.String) string {
	if !s.IsSet() {
		return ""
	}
	return path.Clean(s.Value)
}

// first is the first value that is not empty.
func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func user(u spec.String) string {
	switch u.Value {
	case "", "nonroot":
		return nonroot
	case "root":
		return "0:0"
	}
	return u.Value
}

// entrypoint is the spec's, else the first binary. The base's own never
// applies: it would start the base's program.
func (d draft) entrypoint(c plan.Compile) []string {
	if len(d.image.Run.Entrypoint) > 0 {
		return values(d.image.Run.Entrypoint)
	}
	return []string{c.Binaries[0].Path}
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

func (d draft) expose(base dockerspec.DockerOCIImage) []string {
	ports := map[string]bool{}
	for p := range base.Config.ExposedPorts {
		ports[p] = true
	}
	for _, p := range d.image.Run.Expose {
		ports[fmt.Sprintf("%d/%s", p.Number, p.Protocol)] = true
	}
	return slices.Sorted(maps.Keys(ports))
}

func (d draft) volumes(base dockerspec.DockerOCIImage) []string {
	volumes := map[string]bool{}
	for v := range base.Config.Volumes {
		volumes[v] = true
	}
	for _, v := range d.image.Run.Volumes {
		volumes[path.Clean(v.Value)] = true
	}
	return slices.Sorted(maps.Keys(volumes))
}

// labels are the base's, those that OCI defines and the plan knows, the
// spec's, and the command line's: the later ones win.
func (d draft) labels(img plan.Image, base dockerspec.DockerOCIImage) map[string]string {
	labels := map[string]string{}
	maps.Copy(labels, base.Config.Labels)
	maps.Copy(labels, d.origin(img))
	addPairs(labels, d.image.Run.Labels)
	maps.Copy(labels, d.Request.Labels)
	return labels
}

// annotations are those that OCI defines and the plan knows, and the spec's.
func (d draft) annotations(img plan.Image) map[string]string {
	annotations := d.origin(img)
	addPairs(annotations, d.image.Image.Annotations)
	return annotations
}

func addPairs(to map[string]string, pairs []spec.Pair) {
	for _, p := range pairs {
		to[p.Key.Value] = p.Value.Value
	}
}

// origin is what OCI has names for and the plan knows of an image.
func (d draft) origin(img plan.Image) map[string]string {
	known := d.originLabels()
	known[ocispecs.AnnotationTitle] = binaryTitle(img.Compile)
	if resolved, ok := d.found.Images[d.base.key(img.Platform)]; ok && resolved.Digest != "" {
		known[ocispecs.AnnotationBaseImageName] = d.base.ref
		known[ocispecs.AnnotationBaseImageDigest] = resolved.Digest
	}
	return known
}

func binaryTitle(c plan.Compile) string {
	return strings.TrimPrefix(c.Binaries[0].Path, binDir+"/")
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

// history has a line for each layer, in their order.
func (d draft) history(img plan.Image, created time.Time) []plan.History {
	var out []plan.History
	add := func(what string) {
		out = append(out, plan.History{Created: &created, CreatedBy: "gohull: " + what})
	}
	if img.Base == nil {
		add("root file system")
	}
	if img.Debugger != nil {
		add(img.Debugger.Name)
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
