package peer

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/gohull/gohull/hack/internal/bench/project"
)

// Recipe is what a builder is given in addition to the project.
type Recipe struct{ Title, Text string }

// Recipes are those for a main package, and what gohull has for several.
func (l Lab) Recipes(main string, several []string) []Recipe {
	return []Recipe{
		{gohullTitle, l.gohull(main)},
		{gohullTitle + ", several services", l.gohullImages(several)},
		{gohullTitle + ", tests", l.gohullTests(main, project.Tests{Packages: []string{"./..."}})},
		{bestTitle, l.bestDockerfile(main)},
		{bestTitle + ", tests", l.testDockerfile(main, project.Tests{Packages: []string{"./..."}})},
		{layeredTitle, l.layeredDockerfile(main)},
		{koTitle, l.koSettings()},
	}
}

// gohull is the whole spec. It names the version of Go for fairness' sake:
// the lab has images of only one.
func (l Lab) gohull(main string) string {
	return fmt.Sprintf("# syntax=%s\nmain: %s\ngo: %q\n", l.Syntax, main, l.GoVersion)
}

// gohullImages is the spec of several images.
func (l Lab) gohullImages(mains []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# syntax=%s\ngo: %q\nimages:\n", l.Syntax, l.GoVersion)
	for _, main := range mains {
		fmt.Fprintf(&b, "  %s: {main: %s}\n", name(main), main)
	}
	return b.String()
}

// gohullTests is the spec with tests.
func (l Lab) gohullTests(main string, tests project.Tests) string {
	text := l.gohull(main) + "checks: [test]\ntest:\n  packages: " + flow(tests.Packages) + "\n"
	if len(tests.Files) > 0 {
		text += "  files: " + flow(tests.Files) + "\n"
	}
	return text
}

// flow returns a list as YAML.
func flow(words []string) string {
	text, err := json.Marshal(words)
	if err != nil {
		panic(err) // Strings are always JSON.
	}
	return string(text)
}

// bestDockerfile is written as BuildKit's own is: the source is mounted and
// not copied, the caches of the go command are kept, other platforms are
// compiled for and not emulated.
func (l Lab) bestDockerfile(main string) string {
	return l.dockerfile(main, `FROM --platform=$BUILDPLATFORM golang:GOVERSION-alpine AS build
WORKDIR /src
ARG TARGETOS TARGETARCH
RUN --mount=type=bind,target=. \
    --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    --mount=type=secret,id=ca,target=/etc/ssl/certs/company.pem \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags "-s -w" -o /out/NAME MAIN
`)
}

// testDockerfile runs tests in the same way.
func (l Lab) testDockerfile(_ string, tests project.Tests) string {
	return "# syntax=" + l.Registry + "/" + DockerfileFrontend + "\n" +
		strings.NewReplacer("GOVERSION", l.GoVersion, "PACKAGES", strings.Join(tests.Packages, " ")).Replace(`FROM golang:GOVERSION-alpine AS test
WORKDIR /src
RUN --mount=type=bind,target=. \
    --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    --mount=type=secret,id=ca,target=/etc/ssl/certs/company.pem \
    CGO_ENABLED=0 go test PACKAGES
`)
}

// layeredDockerfile is the one of tutorials: modules in a layer of their own.
func (l Lab) layeredDockerfile(main string) string {
	return l.dockerfile(main, `FROM golang:GOVERSION-alpine AS build
WORKDIR /src
COPY go.mod go.sum* ./
RUN --mount=type=secret,id=ca,target=/etc/ssl/certs/company.pem \
    go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /out/NAME MAIN
`)
}

func (l Lab) dockerfile(main, build string) string {
	return "# syntax=" + l.Registry + "/" + DockerfileFrontend + "\n" +
		strings.NewReplacer("GOVERSION", l.GoVersion, "MAIN", main, "NAME", name(main)).Replace(build) +
		"FROM scratch\nCOPY --from=build /out/ /usr/local/bin/\n" +
		fmt.Sprintf("ENTRYPOINT [%q]\n", "/usr/local/bin/"+name(main))
}

// name is what the image of a main package is called.
func name(main string) string {
	if base := path.Base(main); base != "." {
		return base
	}
	return "program"
}

// koSettings is a .ko.yaml.
func (l Lab) koSettings() string {
	return "defaultBaseImage: " + l.Registry + "/" + staticBase + "\n" +
		"defaultEnv: [CGO_ENABLED=0]\n" +
		"defaultFlags: [-trimpath]\n" +
		"defaultLdflags: [-s, -w]\n"
}
