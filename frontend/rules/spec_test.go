package rules

import (
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/dockerfile"
	"github.com/gohull/gohull/frontend/spec"
)

// found runs one rule on a spec, and gives the part of each message up to the
// first comma, a line each.
func found(t *testing.T, rule func(Subject) []diag.Diagnostic, locked bool, text string) string {
	t.Helper()
	s, err := spec.Parse("Dockerfile", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, d := range rule(Subject{Spec: s, Locked: locked}) {
		first, _, _ := strings.Cut(d.Message, ",")
		b.WriteString(first + "\n")
	}
	return b.String()
}

func TestFloatingTag(t *testing.T) {
	for ref, floats := range map[string]bool{
		"debian:stable-slim":                                   true,
		"registry.example/static:nonroot-amd64":                true,
		"registry.example/static:debug-arm64v8":                true,
		"registry.example/go:x86_64":                           true,
		"debian:12-slim":                                       false,
		"registry.example/static:v2-amd64":                     false,
		"alpine":                                               false,
		"registry.example/x@sha256:" + strings.Repeat("0", 64): false,
	} {
		for _, key := range []string{"base", "toolchain"} {
			text := key + ": " + ref + "\n"
			if got := found(t, floatingTag, false, text); (got != "") != floats {
				t.Errorf("%s gives %q", text, got)
			}
			if got := found(t, floatingTag, true, text); got != "" {
				t.Errorf("with a lock, %s gives %q", text, got)
			}
		}
	}
}

func TestSecretInSpec(t *testing.T) {
	const text = `
build:
  ldflags: -s -w -X main.apiKey=abc -X 'main.version={{.Version}}' -X=main.Token=x -X main.stage=api_key
  env: {NPM_TOKEN: abc, CC: gcc}
run:
  entrypoint: [/bin/app, --db-password=abc, --password-file=x]
  args: [-token, abc, --secret, --verbose, "https://a:b@example.com", --token, /run/secrets/token]
  env:
    API_KEY: ""
    DATABASE: postgres://app:hunter2@db/app
    LATER: postgres://app:${PASSWORD}@db/app
    PLAIN: http://example.com:8080/a@b
    COLON: postgres://app:hunter:2@db/app
    HTTPS_PROXY: app:hunter2@proxy.example:3128
    IMAGE_URL: registry.example/x:1@sha256:abc
    SSH_URL: git@git.example:acme/hello
    AWS: AKIAABCDEFGHIJKLMNOP
    KEY: "-----BEGIN EC PRIVATE KEY-----"
  labels: {team.token: abc}
  healthcheck: {test: [/bin/app, -credentials=abc]}
image: {name: x, tags: [v1], annotations: {deploy-token: abc}}
`
	const want = `build.env: NPM_TOKEN looks like a secret
build.ldflags: main.apiKey looks like a secret
build.ldflags: main.Token looks like a secret
run.env: DATABASE has a password in a URL
run.env: COLON has a password in a URL
run.env: HTTPS_PROXY has a password before a host
run.env: AWS has an access token
run.env: KEY has a private key
run.labels: team.token looks like a secret
image.annotations: deploy-token looks like a secret
run.entrypoint: db-password looks like a secret
run.args: token looks like a secret
run.args: an argument has a password in a URL
run.healthcheck.test: credentials looks like a secret
`
	if got := found(t, secretInSpec, false, text); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestFloatingInStages: a Dockerfile may leave out a tag, and a lock has none of
// its images.
func TestFloatingInStages(t *testing.T) {
	var s Subject
	for _, ref := range []string{"node", "node:latest", "node:24", "node:24-alpine@sha256:" + strings.Repeat("0", 64), "debian:stable", "not a reference"} {
		s.StageImages = append(s.StageImages, dockerfile.Ref{Value: ref, At: diag.At("web/Dockerfile", 1, 1)})
	}
	s.Spec, s.Locked = &spec.Spec{Stages: []spec.Stage{{Context: spec.String{Value: "https://git.example/a.git"}}, {Context: spec.String{Value: "git@git.example:a#v1"}}}}, true
	var got []string
	for _, d := range floatingTag(s) {
		got = append(got, d.String())
	}
	want := []string{
		"web/Dockerfile:1:1: the tag latest of node names no version, so two builds may use different images; name a version, or pin the digest: node@sha256:…",
		"web/Dockerfile:1:1: the tag latest of node:latest names no version, so two builds may use different images; name a version, or pin the digest: node:latest@sha256:…",
		"web/Dockerfile:1:1: the tag stable of debian:stable names no version, so two builds may use different images; name a version, or pin the digest: debian:stable@sha256:…",
		"stages..context: https://git.example/a.git names no commit or tag, so two builds may use different files; add one: https://git.example/a.git#v1.2.3",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
