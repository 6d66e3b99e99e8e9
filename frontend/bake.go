package frontend

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/gateway/client"
)

// bakeFile is a file for `docker buildx bake`, in the words of its reference.
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

func (b *build) answerBake(ctx context.Context) (*client.Result, error) {
	images, err := b.asked(ctx)
	if err != nil {
		return nil, err
	}
	call, err := b.bakeCall(ctx)
	if err != nil {
		return nil, err
	}
	file := bakeFile{Group: map[string]bakeGroup{}, Target: map[string]bakeTarget{}}
	var names []string
	for _, d := range images {
		t := call
		if t.Target = bakedTarget(d); d.IsImage() {
			n, err := b.called(ctx, d)
			if err != nil {
				return nil, err
			}
			t.Tags = n.Names
		}
		name := bakeName(t.Target)
		names = append(names, name)
		file.Target[name] = t
	}
	file.Group["default"] = bakeGroup{names}
	data, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return nil, err
	}
	return answered(string(data)+"\n", file)
}

// bakedTarget is what --target has to be for a decision: "api", "api/debug",
// "test", or nothing for the only image.
func bakedTarget(d *planner.Decision) string {
	kind := d.Target
	if kind == planner.ImageTarget {
		kind = ""
	}
	return strings.Trim(d.Image+"/"+kind, "/")
}

// bakeName is the name of the bake target for a target, which has no slashes.
func bakeName(target string) string {
	if target == "" {
		return planner.ImageTarget
	}
	return strings.ReplaceAll(target, "/", "-")
}

// bakeCall is what the targets have in common: the flags of this call, as far
// as a client passes them on. It warns of those that it cannot take over.
func (b *build) bakeCall(ctx context.Context) (bakeTarget, error) {
	opts := b.ui.BuildOpts().Opts
	t := bakeTarget{
		Context:   ".",
		Args:      planner.PassedOn(b.ui.BuildArgs),
		Labels:    b.ui.Labels,
		Pull:      b.ui.ImageResolveMode == llb.ResolveModeForcePull,
		Network:   opts["force-network-mode"],
		ShmSize:   opts["shm-size"],
		CacheFrom: b.bakedCaches(),
	}
	if opts["platform"] != "" {
		for _, p := range b.ui.TargetPlatforms {
			t.Platforms = append(t.Platforms, platform(p).String())
		}
	}
	if filter, ok := opts["no-cache"]; ok {
		t.NoCache = filter == ""
		t.NoCacheFilter = strings.FieldsFunc(filter, isComma)
	}
	if hosts := opts["add-hosts"]; hosts != "" {
		t.ExtraHosts = map[string]string{}
		for host := range strings.SplitSeq(hosts, ",") {
			name, ip, _ := strings.Cut(host, "=")
			t.ExtraHosts[name] = ip
		}
	}
	t.Ulimits = strings.FieldsFunc(opts["ulimit"], isComma)
	t.Attest = bakedAttestations(opts)
	t.Contexts = b.bakedContexts(ctx)
	b.warnNotBaked(ctx)
	return t, b.bakeContext(ctx, &t)
}

func isComma(r rune) bool { return r == ',' }

// bakeContext adds the build context and the spec. Which directory a local
// context is, only the client knows; bake takes it relative to where it runs,
// and the spec relative to the context.
func (b *build) bakeContext(ctx context.Context, t *bakeTarget) error {
	opts := b.ui.BuildOpts().Opts
	_, isLocalSpec := opts["dockerfilekey"]
	switch {
	case b.isRemote():
		t.Context = b.bakedAddress(ctx, cmp.Or(opts["context"], opts["input:context"]))
		if !isLocalSpec {
			t.Dockerfile = b.source.Filename
			return nil
		}
	case !isLocalSpec:
		found, err := b.specPath(ctx)
		if found != "" || err != nil {
			t.Dockerfile = found
			return err
		}
	}
	t.Inline = string(b.source.Data)
	b.warnBake(ctx, "the spec is not in the build context, so the file has all of it; an ignore file next to the spec is not read")
	return nil
}

// bakedContexts are the build contexts that are not directories of the client:
// of those, only the client knows the path.
func (b *build) bakedContexts(ctx context.Context) map[string]string {
	opts := b.ui.BuildOpts().Opts
	found := map[string]string{}
	for _, name := range contextNames(opts) {
		switch value := opts["context:"+name]; {
		case strings.HasPrefix(value, "local:"), strings.HasPrefix(value, "oci-layout:"):
			b.warnBake(ctx, fmt.Sprintf("the build context %s is a directory, whose path only the client knows; add it to the key contexts", name))
		case strings.HasPrefix(value, "input:"):
			found[name] = b.bakedAddress(ctx, opts[value])
		default:
			found[name] = b.bakedAddress(ctx, value)
		}
	}
	maps.DeleteFunc(found, func(_, value string) bool { return value == "" })
	return found
}

// bakedAddress is an address without its password, which does not belong into
// a file.
func (b *build) bakedAddress(ctx context.Context, address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	if _, has := u.User.Password(); !has {
		return address
	}
	u.User = nil
	b.warnBake(ctx, "the address "+u.String()+" has a password, which is not in the file; give it to the build as a secret")
	return u.String()
}

// cacheSecrets are attributes of caches that a client adds from its own
// environment.
var cacheSecrets = []string{"access_key_id", "account_key", "secret_access_key", "secret_key", "session_token", "token", "url", "url_v2"}

func (b *build) bakedCaches() []string {
	var all []string
	for _, c := range b.ui.CacheImports {
		fields := []string{"type=" + c.Type}
		for _, key := range slices.Sorted(maps.Keys(c.Attrs)) {
			if !slices.Contains(cacheSecrets, key) {
				fields = append(fields, key+"="+c.Attrs[key])
			}
		}
		all = append(all, strings.Join(fields, ","))
	}
	return all
}

// bakedAttestations leaves out the one that clients ask for by default.
func bakedAttestations(opts map[string]string) []string {
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

// warnNotBaked says which flags a bake file of this call would also need.
func (b *build) warnNotBaked(ctx context.Context) {
	unseen := "--secret, --ssh, --annotation, --output and --cache-to"
	if b.ui.CgroupParent != "" {
		unseen = "--cgroup-parent, " + unseen
	}
	if b.ui.LinuxResources != nil {
		unseen = "--resource, " + unseen
	}
	b.warnBake(ctx, "flags that a client does not pass on are not in the file; if you use "+unseen+", add them to it")
}

func (b *build) warnBake(ctx context.Context, text string) {
	b.tell(ctx, "bake: "+text, client.WarnOpts{})
}

// specPath is the path of the spec relative to the build context; empty if it
// is not there. A client in a git checkout tells both directories. Otherwise
// the file with the name and the text of the spec is the spec.
func (b *build) specPath(ctx context.Context) (string, error) {
	name, opts := b.source.Filename, b.ui.BuildOpts().Opts
	from, ofContext := opts["vcs:localdir:context"]
	to, ofSpec := opts["vcs:localdir:dockerfile"]
	if ofContext && ofSpec {
		return path.Join(relative(from, to), name), nil
	}
	t, err := b.transfer(ctx, "spec", []string{name}, llb.IncludePatterns([]string{name, "**/" + name}), llb.FollowPaths(nil))
	if err != nil {
		return "", err
	}
	entries, err := t.list(ctx, ".")
	if err != nil {
		return "", err
	}
	found := ""
	for _, base := range slices.Sorted(maps.Keys(entries)) {
		err := t.below(ctx, base, func(file string, data []byte) {
			if path.Base(file) == name && string(data) == string(b.source.Data) && (found == "" || file == name) {
				found = file
			}
		})
		var broken *unusable // a link of that name, which is not the spec
		if err != nil && !errors.As(err, &broken) {
			return "", err
		}
	}
	return found, nil
}

// relative is the path from one directory to another, both relative to the
// same root.
func relative(from, to string) string {
	var up []string
	for from != "." && from != "" && to != from && !strings.HasPrefix(to, from+"/") {
		from = path.Dir(from)
		up = append(up, "..")
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(to, from), "/")
	if from == "." {
		rest = to
	}
	return path.Join(append(up, rest)...)
}
