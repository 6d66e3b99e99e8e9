package frontend

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/visible"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/errdefs"
	digest "github.com/opencontainers/go-digest"
)

const hostile = "\x1b[2J\u202e\x9b31m\rgone"

// hostileGateway has a registry whose answers act on terminals.
type hostileGateway struct{ *fakeGateway }

func (hostileGateway) ResolveImageConfig(context.Context, string, sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	return "", "", nil, errors.New("unauthorized: " + hostile)
}

// hostileSpecs have it in values, names and comments, in files that are wrong
// and in those that rules warn of.
var hostileSpecs = map[string]string{
	"a value":       "base: alpine\nrun: {env: {A: \"" + hostile + "\"}}\nbogus: 1\n",
	"a key":         "\"" + hostile + "\": 1\n",
	"a comment":     "# " + hostile + "\nbase: alpine\n",
	"a main":        "main: \"./cmd/" + hostile + "\"\n",
	"from registry": "base: alpine\n",
	"no YAML":       "a: [\n" + hostile,
}

// TestVisible: nothing that a client prints acts on its terminal.
func TestVisible(t *testing.T) {
	for name, spec := range hostileSpecs {
		for _, request := range []string{"", "frontend.lint", "frontend.outline", "frontend.targets"} {
			files := mapFS(hello)
			for name, text := range map[string]string{
				"Dockerfile":                   "# syntax=registry.example/gohull:1\n" + spec,
				"cmd/" + "\u202e" + "/main.go": "package main\n",
				"cmd/b/main.go":                "package main\n\nimport \"C\"\n\n//line \x1b[1mx.go:1\nfunc main() {}\n",
				".dockerignore":                "\x1b*.md\n",
			} {
				files[name] = mapFS(map[string]string{name: text})[name]
			}
			g := &fakeGateway{files: files, opts: map[string]string{}}
			if request != "" {
				g.opts["requestid"] = request
			}
			res, err := unreleased.Build(t.Context(), hostileGateway{g})
			for what, text := range printed(res, err, g) {
				if !visible.Is(text) {
					t.Errorf("%s, %q: %s is printed as %q", name, request, what, text)
				}
			}
			if err == nil && request == "" {
				t.Errorf("%s: no error", name)
			}
		}
	}
}

// printed is all that a client shows of a result.
func printed(res *client.Result, err error, g *fakeGateway) map[string]string {
	all := map[string]string{"the warnings": strings.Join(g.warnings, "")}
	if err != nil {
		all["the error"] = err.Error()
		for _, src := range errdefs.Sources(err) {
			all["an excerpt"] += string(src.Info.Data)
			all["a file name"] += src.Info.Filename
		}
	}
	if res != nil {
		for key, value := range res.Metadata {
			all[key] = string(value)
		}
	}
	return all
}
