package frontend

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	"github.com/moby/buildkit/frontend/gateway/client"
)

// stage answers as the frontend of a Dockerfile: with an image that is named
// after its options.
func (g *fakeGateway) stage(req client.SolveRequest) (*client.Result, error) {
	g.stages = append(g.stages, req)
	if err := g.fails["Frontend "+req.FrontendOpt["filename"]]; err != nil {
		return nil, err
	}
	res := client.NewResult()
	res.AddMeta(exptypes.ExporterImageConfigKey, []byte(`{"config":{"Env":["FROM=stage"]}}`))
	res.SetRef(&fakeStage{&fakeRef{g.files, g}, llb.Image("registry.example/stage:x" + req.FrontendOpt["target"])})
	return res, nil
}

// fakeStage is what a frontend of a Dockerfile made.
type fakeStage struct {
	*fakeRef
	state llb.State
}

func (r *fakeStage) ToState() (llb.State, error) { return r.state, nil }

const twoStages = `# syntax=registry.example/gohull:1
base: {stage: runtime}
run: {files: [{stage: ui, from: /, to: /x}]}
stages:
  ui: {dockerfile: web/Dockerfile, target: dist, args: {MODE: prod}}
  runtime: {dockerfile: web/Dockerfile, target: runtime}
`

func withStages() fstest.MapFS {
	files := mapFS(hello)
	files["Dockerfile"] = &fstest.MapFile{Data: []byte(twoStages)}
	files["web/Dockerfile"] = &fstest.MapFile{Data: []byte("FROM node:24 AS dist\nFROM alpine:3.22 AS runtime\n")}
	return files
}

// TestStageOptions: a stage gets the settings for steps, and nothing that is about
// the image or about this spec.
func TestStageOptions(t *testing.T) {
	g := &fakeGateway{files: withStages(), opts: map[string]string{
		"add-hosts": "a=1.2.3.4", "force-network-mode": "none", "context:node:24": "docker-image://node:22", "build-arg:HTTP_PROXY": "http://proxy.example",
		"build-arg:SOURCE_DATE_EPOCH": "1", "build-arg:VERSION": "1.2.3", "build-arg:BUILDKIT_SYNTAX": "registry.example/gohull:1", "build-arg:BUILDKIT_CACHE_MOUNT_NS": "ns",
		"label:a": "b", "filename": "Dockerfile", "source": "registry.example/gohull:1", "cmdline": "registry.example/gohull:1",
		"platform": "linux/amd64,linux/arm64", "multi-platform": "true", "no-cache": "ui", "vcs:revision": strings.Repeat("c", 40),
	}}
	if _, err := unreleased.Build(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, req := range g.stages {
		var opts []string
		for _, name := range slices.Sorted(maps.Keys(req.FrontendOpt)) {
			opts = append(opts, name+"="+req.FrontendOpt[name])
		}
		got = append(got, strings.Join(opts, " ")+" inputs "+strings.Join(slices.Sorted(maps.Keys(req.FrontendInputs)), ","))
		if req.Frontend != "dockerfile.v0" {
			t.Errorf("the frontend is %s", req.Frontend)
		}
	}
	slices.Sort(got)
	common := "add-hosts=a=1.2.3.4 "
	args := "build-arg:BUILDKIT_CACHE_MOUNT_NS=ns build-arg:HTTP_PROXY=http://proxy.example "
	rest := "build-arg:SOURCE_DATE_EPOCH=1 context:node:24=docker-image://node:22 filename=web/Dockerfile force-network-mode=none "
	end := " vcs:revision=" + strings.Repeat("c", 40) + " inputs context,dockerfile"
	ui := strings.Replace(rest, "build-arg:SOURCE", "build-arg:MODE=prod build-arg:SOURCE", 1)
	want := []string{
		common + args + ui + "no-cache= platform=linux/amd64 target=dist" + end,
		common + args + ui + "no-cache= platform=linux/arm64 target=dist" + end,
		common + args + rest + "platform=linux/amd64 target=runtime" + end,
		common + args + rest + "platform=linux/arm64 target=runtime" + end,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestStageErrors: an error of the Dockerfile's frontend says which stage it is
// about.
func TestStageErrors(t *testing.T) {
	g := &fakeGateway{files: withStages(), opts: map[string]string{}, fails: map[string]error{"Frontend web/Dockerfile": errors.New("no such thing")}}
	_, err := unreleased.Build(t.Context(), g)
	if err == nil || !strings.HasPrefix(err.Error(), "stage ") || !strings.HasSuffix(err.Error(), " of web/Dockerfile: no such thing") {
		t.Errorf("the error is %v", err)
	}
	files := withStages()
	files["web/Dockerfile.dockerignore"] = &fstest.MapFile{Data: []byte("[\n")}
	_, err = unreleased.Build(t.Context(), &fakeGateway{files: files, opts: map[string]string{}})
	if err == nil || !strings.Contains(err.Error(), "web/Dockerfile.dockerignore:1:1: ") {
		t.Errorf("the error is %v", err)
	}
	files = withStages()
	files["web/Dockerfile"] = &fstest.MapFile{Data: []byte("# syntax=registry.example/gohull:2\n")}
	_, err = unreleased.Build(t.Context(), &fakeGateway{files: files, opts: map[string]string{"source": "registry.example/gohull:1"}})
	if err == nil || !strings.Contains(err.Error(), "stages.ui.dockerfile: web/Dockerfile is a spec of gohull, wanted a Dockerfile") {
		t.Errorf("the error is %v", err)
	}
}
