package planner_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// FuzzPlan: whatever the files say, planning ends in a plan or in
// diagnostics, and twice in the same ones.
func FuzzPlan(f *testing.F) {
	mod := "module example.com/hello\n\ngo 1.26.8\n"
	f.Add("", mod, "", "cmd/api", "1.26.8", "linux", "arm", "v7")
	f.Add("main: ./cmd/...\nbase: alpine\n", mod, "go 1.26.8\nuse .\n", "cmd/api", "", "linux", "amd64", "")
	f.Add("go: 1.20\ntoolchain: module\n", mod, "", ".", "go1.21", "windows", "amd64", "v3")
	f.Add("main: example.com/hello/v2\nrun: {files: [{from: a, to: /a}]}\n", "module example.com/hello/v2\n", "", ".", "", "linux", "386", "")
	f.Fuzz(func(t *testing.T, specText, goMod, goWork, dir, goVersion, os, arch, variant string) {
		s, err := spec.Parse("Dockerfile", []byte(specText))
		if err != nil {
			return
		}
		files := project.Files{project.ModFile: []byte(goMod)}
		if goWork != "" {
			files[project.WorkFile] = []byte(goWork)
		}
		p, err := project.ParseContext(files, s.Mains())
		if err != nil {
			wantDiagnostics(t, err)
			return
		}
		in := planner.Input{Spec: s, Context: p, Request: planner.Request{
			Platforms:     []plan.Platform{{OS: os, Architecture: arch, Variant: variant}},
			BuildPlatform: plan.Platform{OS: "linux", Architecture: "amd64"},
			BuildArgs:     map[string]string{"GO_VERSION": goVersion},
		}}
		first, err := planAll(t, in, dir)
		second, err2 := planAll(t, in, dir)
		if !reflect.DeepEqual(first, second) || !reflect.DeepEqual(err, err2) {
			t.Errorf("two plans of one input differ:\n%v %v\n%v %v", first, err, second, err2)
		}
	})
}

func planAll(t *testing.T, in planner.Input, dir string) (*plan.Plan, error) {
	decided, err := planner.Decide(in)
	if err != nil {
		wantDiagnostics(t, err)
		return nil, err
	}
	d := decided.Images[0]
	q, err := d.Lookups()
	if err != nil {
		wantDiagnostics(t, err)
		return nil, err
	}
	found := planner.Found{Images: map[planner.ImageKey]planner.Image{}}
	for _, key := range q.Images {
		found.Images[key] = planner.Image{Name: key.Ref}
	}
	found.Facts.Packages = []step.Package{{Dir: dir, Module: ".", Name: "main"}}
	p, err := d.Plan(found)
	if err != nil {
		wantDiagnostics(t, err)
		return nil, err
	}
	if len(p.Images) != 1 || len(p.Images[0].Compile.Binaries) == 0 {
		t.Errorf("the plan has no binary: %v", p)
	}
	return p, nil
}

func wantDiagnostics(t *testing.T, err error) {
	var ds diag.Errors
	if !errors.As(err, &ds) || len(ds) == 0 {
		t.Errorf("%T is no list of diagnostics: %v", err, err)
	}
}
