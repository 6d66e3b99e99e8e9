package frontend

import (
	"context"
	"errors"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/question"
	"github.com/moby/buildkit/client/llb"
)

// callOptions returns the flags of this call, as far as the client passes them
// on.
func (b *build) callOptions(ctx context.Context) (question.CallOptions, error) {
	o := question.CallOptions{Options: b.ui.BuildOpts().Opts}
	for _, c := range b.ui.CacheImports {
		o.Caches = append(o.Caches, question.Cache{Type: c.Type, Attributes: c.Attrs})
	}
	if b.ui.LinuxResources != nil {
		o.Unbaked = append(o.Unbaked, "--resource")
	}
	if b.ui.CgroupParent != "" {
		o.Unbaked = append(o.Unbaked, "--cgroup-parent")
	}
	var err error
	o.SpecPath, err = b.specPath(ctx)
	return o, err
}

// specPath returns the path of the spec relative to the build context; empty if
// it is not there. A client in a git checkout sends both directories.
// Otherwise, the file with the name and the text of the spec is the spec.
func (b *build) specPath(ctx context.Context) (string, error) {
	name, opts := b.source.Filename, b.ui.BuildOpts().Opts
	if _, isLocalSpec := opts["dockerfilekey"]; isLocalSpec {
		return "", nil
	}
	if b.isRemote() {
		return name, nil
	}
	from, hasContext := opts["vcs:localdir:context"]
	to, hasSpec := opts["vcs:localdir:dockerfile"]
	if hasContext && hasSpec {
		return path.Join(relative(from, to), name), nil
	}
	return b.findSpec(ctx, name)
}

// findSpec searches the build context for the spec. If several files have its
// name and text, the one at the root is preferred, then the first.
func (b *build) findSpec(ctx context.Context, name string) (string, error) {
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
		err := t.readBelow(ctx, base, func(file string, data []byte) {
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

// relative returns the path from one directory to another. Both are relative to
// the same root.
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
