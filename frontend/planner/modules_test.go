package planner

import (
	"testing"

	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// TestToolchainWithGit: the image that has git is asked for where a module
// will be fetched from its own host.
func TestToolchainWithGit(t *testing.T) {
	const small, large = "docker.io/library/golang:1.26.8-alpine", "docker.io/library/golang:1.26.8-bookworm"
	const vendored = "# git.example/acme/a v1.0.0\n## explicit\ngit.example/acme/a\n"
	tests := []struct {
		name, spec, more, vendor string
		args                     map[string]string
		want                     string
	}{
		{name: "nothing private", want: small},
		{name: "private", spec: "modules: {private: [git.example]}", want: large},
		{name: "private elsewhere", spec: "modules: {private: [git.example/other]}", want: small},
		{name: "by build arg", args: map[string]string{"GOPRIVATE": "*.example"}, want: large},
		{name: "unproxied by build arg", args: map[string]string{"GONOPROXY": "git.example/acme"}, want: large},
		{name: "private and proxied", spec: "modules: {private: [git.example]}", args: map[string]string{"GONOPROXY": "none"}, want: small},
		{name: "no proxy", args: map[string]string{"GOPROXY": "direct"}, want: large},
		{name: "an empty entry first", args: map[string]string{"GOPROXY": " ,direct"}, want: large},
		{name: "proxy first", args: map[string]string{"GOPROXY": "https://proxy.example|direct"}, want: small},
		{name: "replaced by another module", spec: "modules: {private: [git.example]}", more: "replace git.example/acme/a => github.com/fork/a v1.0.0\n", want: small},
		{name: "replaced by a directory", spec: "modules: {private: [git.example]}", more: "replace git.example/acme/a => ./a\n", want: small},
		{name: "all versions replaced by a directory, one by a private fork", spec: "modules: {private: [git.example]}", more: "replace git.example/acme/a => ./a\n\nreplace git.example/acme/a v1.0.0 => git.example/fork/a v1.0.0\n", want: large},
		{name: "vendored", spec: "modules: {private: [git.example]}", vendor: vendored, want: small},
		{name: "vendored and checked", spec: "modules: {private: [git.example]}\nchecks: [vendor]", vendor: vendored, want: large},
		{name: "an image of their own", spec: "toolchain: golang:1.26.8\nmodules: {private: [git.example]}", want: "docker.io/library/golang:1.26.8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := project.Files{project.ModFile: []byte("module git.example/acme/app\n\ngo 1.26.8\n\nrequire git.example/acme/a v1.0.0\n\n" + test.more)}
			if test.vendor != "" {
				files[project.VendorFile] = []byte(test.vendor)
			}
			p, err := project.ParseContext(files, nil)
			if err != nil {
				t.Fatal(err)
			}
			s, err := spec.Parse("Dockerfile", []byte(test.spec))
			if err != nil {
				t.Fatal(err)
			}
			here := plan.Platform{OS: "linux", Architecture: "amd64"}
			decided, err := Decide(Input{Spec: s, Context: p, Request: Request{Platforms: []plan.Platform{here}, BuildPlatform: here, BuildArgs: test.args}})
			if err != nil {
				t.Fatal(err)
			}
			q, err := decided.Images[0].Lookups()
			if err != nil {
				t.Fatal(err)
			}
			if got := q.Images[0].Ref; got != test.want {
				t.Errorf("the toolchain is %s, want %s", got, test.want)
			}
		})
	}
}
