package question

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/llb/plan"
	"github.com/moby/buildkit/solver/pb"
)

// bakeFile is a file for `docker buildx bake`, with the names of its reference.
type bakeFile struct {
	Group  map[string]bakeGroup  `json:"group"`
	Target map[string]bakeTarget `json:"target"`
}

type bakeGroup struct {
	Targets []string `json:"targets"`
}

type bakeTarget struct {
	Context       string            `json:"context"`
	Contexts      map[string]string `json:"contexts,omitempty"`
	Dockerfile    string            `json:"dockerfile,omitempty"`
	Inline        string            `json:"dockerfile-inline,omitempty"`
	Target        string            `json:"target,omitempty"`
	Tags          []string          `json:"tags,omitempty"`
	Args          map[string]string `json:"args,omitempty"`
	Labels        map[string]string `json:"labels,omitempty"`
	Platforms     []string          `json:"platforms,omitempty"`
	CacheFrom     []string          `json:"cache-from,omitempty"`
	Attest        []string          `json:"attest,omitempty"`
	Pull          bool              `json:"pull,omitempty"`
	NoCache       bool              `json:"no-cache,omitempty"`
	NoCacheFilter []string          `json:"no-cache-filter,omitempty"`
	Network       string            `json:"network,omitempty"`
	ExtraHosts    map[string]string `json:"extra-hosts,omitempty"`
	ShmSize       string            `json:"shm-size,omitempty"`
	Ulimits       []string          `json:"ulimits,omitempty"`
}

// baker writes a bake file, and collects warnings about what it leaves out.
type baker struct {
	Known
	warnings []Warning
}

func answerBake(k Known) (Answer, error) {
	b := baker{Known: k}
	a, err := b.file()
	a.Warnings = distinct(b.warnings)
	return a, err
}

func (b *baker) warn(text string) {
	b.warnings = append(b.warnings, Warning{Text: "bake: " + text})
}

func (b *baker) file() (Answer, error) {
	common := b.common()
	file := bakeFile{Group: map[string]bakeGroup{}, Target: map[string]bakeTarget{}}
	var names []string
	for _, d := range b.Decisions.All() {
		t := common
		if t.Target = targetOf(d); d.IsImage() {
			tags, left, err := tagsOf(d)
			b.warnings = append(b.warnings, left...)
			if err != nil {
				return Answer{}, err
			}
			t.Tags = tags.Names
		}
		name := bakeName(t.Target)
		names = append(names, name)
		file.Target[name] = t
	}
	file.Group["default"] = bakeGroup{names}
	data, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return Answer{}, err
	}
	return newAnswer(string(data)+"\n", file)
}

// targetOf returns the value of --target for a decision: "api", "api/debug",
// "test", or nothing for the only image.
func targetOf(d *planner.Decision) string {
	kind := d.Target
	if kind == planner.ImageTarget {
		kind = ""
	}
	return strings.Trim(d.Image+"/"+kind, "/")
}

// bakeName returns the name of the bake target for a target: names of bake
// targets have no slashes.
func bakeName(target string) string {
	if target == "" {
		return planner.ImageTarget
	}
	return strings.ReplaceAll(target, "/", "-")
}

// common returns what all targets have: the flags of this call, as far as a
// client passes them on.
func (b *baker) common() bakeTarget {
	opts, request := b.Call.Options, b.Input.Request
	t := bakeTarget{
		Context:   ".",
		Args:      planner.PassedOn(request.BuildArgs, b.Input.Spec),
		Labels:    request.Labels,
		Pull:      opts["image-resolve-mode"] == pb.AttrImageResolveModeForcePull,
		Network:   opts["force-network-mode"],
		ShmSize:   opts["shm-size"],
		Ulimits:   fields(opts["ulimit"]),
		CacheFrom: cacheFrom(b.Call.Caches),
		Attest:    attestations(opts),
	}
	if opts["platform"] != "" {
		t.Platforms = platformNames(request.Platforms)
	}
	if filter, ok := opts["no-cache"]; ok {
		t.NoCache, t.NoCacheFilter = filter == "", fields(filter)
	}
	if hosts := fields(opts["add-hosts"]); hosts != nil {
		t.ExtraHosts = map[string]string{}
		for _, host := range hosts {
			name, ip, _ := strings.Cut(host, "=")
			t.ExtraHosts[name] = ip
		}
	}
	t.Contexts = b.contexts(request.Contexts)
	unbaked := append(slices.Clone(b.Call.Unbaked), "--secret, --ssh, --annotation, --output and --cache-to")
	b.warn("flags that a client does not pass on are not in the file; if you use " + strings.Join(unbaked, ", ") + ", add them to it")
	b.addContext(&t)
	return t
}

// addContext adds the build context and the spec. Only the client knows which
// directory a local context is. Bake reads its path relative to where bake
// runs, and the path of the spec relative to the context.
func (b *baker) addContext(t *bakeTarget) {
	if address := cmp.Or(b.Call.Options["context"], b.Call.Options["input:context"]); address != "" {
		t.Context = b.withoutPassword(address)
	}
	if t.Dockerfile = b.Call.SpecPath; t.Dockerfile == "" {
		t.Inline = string(b.Text.Data)
		b.warn("the spec is not in the build context, so the file has all of it; an ignore file next to the spec is not read")
	}
}

// contexts returns the build contexts except directories of the client, whose
// paths only the client knows.
func (b *baker) contexts(names []string) map[string]string {
	found := map[string]string{}
	for _, name := range names {
		switch value := b.Call.Options["context:"+name]; {
		case strings.HasPrefix(value, "local:"), strings.HasPrefix(value, "oci-layout:"):
			b.warn(fmt.Sprintf("the build context %s is a directory, whose path only the client knows; add it to the key contexts", name))
		case strings.HasPrefix(value, "input:"):
			found[name] = b.withoutPassword(b.Call.Options[value])
		default:
			found[name] = b.withoutPassword(value)
		}
	}
	maps.DeleteFunc(found, func(_, value string) bool { return value == "" })
	return found
}

// withoutPassword returns an address without its password, which does not
// belong in a file.
func (b *baker) withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	if _, has := u.User.Password(); !has {
		return address
	}
	u.User = nil
	b.warn("the address " + u.String() + " has a password, which is not in the file; give it to the build as a secret")
	return u.String()
}

// cacheSecrets are attributes of caches that a client adds from its own
// environment.
var cacheSecrets = []string{"access_key_id", "account_key", "secret_access_key", "secret_key", "session_token", "token", "url", "url_v2"}

func cacheFrom(caches []Cache) []string {
	var all []string
	for _, c := range caches {
		fields := []string{"type=" + c.Type}
		for _, key := range slices.Sorted(maps.Keys(c.Attributes)) {
			if !slices.Contains(cacheSecrets, key) {
				fields = append(fields, key+"="+c.Attributes[key])
			}
		}
		all = append(all, strings.Join(fields, ","))
	}
	return all
}

// attestations leaves out the one that clients ask for by default.
func attestations(opts map[string]string) []string {
	var all []string
	for _, kind := range []string{"provenance", "sbom"} {
		attrs, ok := opts["attest:"+kind]
		switch {
		case !ok, strings.Contains(attrs, "inline-only=true"):
		case strings.HasPrefix(attrs, "type="):
			all = append(all, attrs)
		default:
			all = append(all, strings.TrimSuffix("type="+kind+","+attrs, ","))
		}
	}
	return all
}

func platformNames(all []plan.Platform) []string {
	var names []string
	for _, p := range all {
		names = append(names, p.String())
	}
	return names
}

// fields splits an option at its commas.
func fields(option string) []string {
	return strings.FieldsFunc(option, func(r rune) bool { return r == ',' })
}
