package dockerfile

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const web = `# syntax=docker/dockerfile:1
ARG NODE=24
FROM --platform=$BUILDPLATFORM node:${NODE}-alpine AS deps
RUN npm ci

FROM deps AS Dist
COPY --from=registry.example/fonts:stable /fonts /fonts
RUN --mount=type=bind,from=tools,target=/tools --mount=type=secret,id=npmrc,required \
    npm run build

FROM golang:latest AS unused

FROM alpine AS tools

FROM scratch
COPY --from=dist /out /
`

func images(f File, target string, args ...string) string {
	var all []string
	for _, i := range f.Images(target, args) {
		all = append(all, fmt.Sprintf("%s %s", i.Value, i.At))
	}
	return strings.Join(all, ", ")
}

func TestImages(t *testing.T) {
	f := Parse("web/Dockerfile", []byte(web))
	if !f.Known || f.Syntax.Value != "docker/dockerfile:1" || f.Syntax.At.Start.Line != 1 {
		t.Errorf("known %t, syntax %v", f.Known, f.Syntax)
	}
	if want := []string{"deps", "dist", "unused", "tools"}; !slices.Equal(f.Names(), want) {
		t.Errorf("names %q, want %q", f.Names(), want)
	}
	for _, c := range []struct{ target, arg, want string }{
		{"", "", "registry.example/fonts:stable web/Dockerfile:7:1, node:24-alpine web/Dockerfile:3:1, alpine web/Dockerfile:13:1"},
		{"DEPS", "NODE=22", "node:22-alpine web/Dockerfile:3:1"},
		{"3", "", "alpine web/Dockerfile:13:1"},
		{"other", "", ""},
	} {
		if got := images(f, c.target, c.arg); got != c.want {
			t.Errorf("images of %q: %s\nwant %s", c.target, got, c.want)
		}
	}
	if got := f.Secrets("", nil); len(got) != 1 || got[0].ID != "npmrc" || !got[0].Required || got[0].At.Start.Line != 8 || f.Secrets("deps", nil) != nil {
		t.Errorf("secrets %+v", got)
	}
	for name, want := range map[string]bool{"dist": true, "4": true, "5": false, "-1": false, "other": false} {
		if f.Has(name) != want {
			t.Errorf("Has(%q) = %t", name, !want)
		}
	}
}

// TestUnknown: what only another frontend can read, and what has errors, has no
// stages that are known.
func TestUnknown(t *testing.T) {
	for _, text := range []string{"", "# syntax=registry.example/other:1\nFROM a\n", "FROMM a\n", "RUN x\n", "FROM\n"} {
		if f := Parse("Dockerfile", []byte(text)); f.Known || len(f.Stages) > 0 || f.Images("", nil) != nil {
			t.Errorf("%q: %+v", text, f)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(web))
	f.Add([]byte("FROM a AS a\nCOPY --from=0 x y\nFROM b AS a\nCOPY --from=a x y\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		Parse("Dockerfile", text).Images("", []string{"A=b"})
	})
}
