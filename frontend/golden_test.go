package frontend

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/golden"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/llbtext"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/tools/txtar"
)

// TestGolden runs the whole pipeline without a daemon. A case is a txtar
// archive: the lines before the first file are flags of the build, the files
// are the build context, and files below want/ are the expected results:
//
//	want/errors  the exact errors, and nothing else
//	want/plan    the plan
//	want/llb     the build definition
//	want/config  the image config of the first platform
//	want/objects the build definition of `--target gocache`
//	want/sbom    the build definition of its SBOM
//	want/check   the build definition of a target that is a check
//	want/binary  the build definition of `--target binary`
//	want/lock    the lock, with `--target lock`
//
// `go test ./frontend -run Golden -update` rewrites those that a case has.
func TestGolden(t *testing.T) {
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		got := outcome(t, ar)
		golden.Fill(ar, func(name string) string { return got[name] })
		if got["errors"] != "" && !has(ar, "want/errors") {
			t.Errorf("errors:\n%s", got["errors"])
		}
	})
}

// TestExamples plans every example and compares the plan with
// testdata/examples.
func TestExamples(t *testing.T) {
	for _, dir := range exampleDirs(t) {
		name := filepath.Base(dir)
		t.Run(name, func(t *testing.T) {
			got := outcome(t, archive(t, dir))
			if got["errors"] != "" {
				t.Fatal(got["errors"])
			}
			golden.File(t, filepath.Join("testdata", "examples", name+".txt"), got["plan"]+"\n"+got["config"])
		})
	}
}

// exampleDirs returns the directories of the examples.
func exampleDirs(t *testing.T) []string {
	t.Helper()
	dirs, err := filepath.Glob("../examples/*/Dockerfile")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for i := range dirs {
		dirs[i] = filepath.Dir(dirs[i])
	}
	return dirs
}

// exampleBase is the base of examples/packages, and what it lacks.
const exampleBase = `--image docker.io/library/debian:12-slim linux/amd64
--package git 1:2.39.5 amd64
--package tini 0.19.0-1 amd64
`

// archive reads a directory as the files of a case, which builds all its images.
func archive(t *testing.T, dir string) *txtar.Archive {
	t.Helper()
	ar := &txtar.Archive{Comment: []byte(exampleBase)}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		ar.Files = append(ar.Files, txtar.File{Name: filepath.ToSlash(name), Data: data})
		if name == "Dockerfile" && bytes.Contains(data, []byte("\nimages:")) {
			ar.Comment = append(ar.Comment, "--target all\n"...)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ar
}

func has(ar *txtar.Archive, name string) bool {
	for _, f := range ar.Files {
		if f.Name == name {
			return true
		}
	}
	return false
}

// outcome returns what a case produces, by the names of the files below want/.
func outcome(t *testing.T, ar *txtar.Archive) map[string]string {
	c := readCase(t, ar)
	if c.request.Target == planner.LockTarget {
		lock, err := c.lock()
		if err != nil {
			return map[string]string{"errors": err.Error() + "\n"}
		}
		return map[string]string{"lock": lock}
	}
	if planner.IsCheck(c.request.Target) {
		plans, err := c.checks(t)
		if err != nil {
			return map[string]string{"errors": err.Error() + "\n"}
		}
		var text strings.Builder
		var states []llb.State
		for _, p := range plans {
			text.WriteString(p.String())
			states = append(states, lower.CheckAlone(p, c.inputs()))
		}
		return map[string]string{"plan": text.String(), "check": stateText(t, lower.Together(states, c.inputs()))}
	}
	plans, err := c.plans(t)
	if err != nil {
		return map[string]string{"errors": err.Error() + "\n"}
	}
	p := plans[0]
	output := func(o plan.Output) string {
		other := *p
		other.Output = o
		return stateText(t, lower.Lower(&other, p.Images[0], c.inputs()))
	}
	root := *p
	root.Output = plan.OutputImage
	var text strings.Builder
	for _, p := range plans {
		text.WriteString(p.String())
	}
	return map[string]string{
		"plan":      text.String(),
		"llb":       stateText(t, lower.Lower(&root, p.Images[0], c.overlaid(t))),
		"objects":   output(plan.OutputObjects),
		"sbom":      output(plan.OutputSBOM),
		"reproduce": output(plan.OutputChecksums),
		"packages":  output(plan.OutputPackages),
		"binary":    output(plan.OutputBinaries),
		"config":    configText(t, p.Images[0]),
	}
}

// inputs returns the inputs of a daemon that no case depends on.
func (c testCase) inputs() lower.Inputs {
	src := llb.Scratch()
	contexts := map[string]llb.State{}
	for _, name := range c.seeds(c.request.Platforms) {
		contexts[name] = llb.Local(planner.SeedContext, llb.LocalUniqueID("fixed"))
	}
	if slices.Contains(c.request.Contexts, step.VulnContext) {
		contexts[step.VulnContext] = llb.Local(step.VulnContext, llb.LocalUniqueID("fixed"))
	}
	for _, p := range append(c.request.Platforms, c.request.BuildPlatform) {
		for _, name := range c.stages() {
			name += "::" + p.String()
			contexts[name] = llb.Local(name, llb.LocalUniqueID("fixed"))
		}
	}
	return lower.Inputs{
		Context:       llb.Local("context", llb.LocalUniqueID("fixed")),
		Tool:          llb.Image("registry.example/gohull:1", llb.LinuxAmd64),
		ToolPath:      "/bin/gohull-step",
		BuildPlatform: ocispecs.Platform{OS: "linux", Architecture: "amd64"},
		SourceMap:     llb.NewSourceMap(&src, c.specName, "YAML", c.spec),
		Contexts:      contexts,
		Features:      lower.Features{Merge: !c.old, SymbolModes: !c.old, ParentTimes: !c.old, ContentCache: !c.old},
	}
}

// stages returns the references of the stages of the spec.
func (c testCase) stages() []string {
	var all []string
	if s, err := spec.Parse(c.specName, c.spec); err == nil {
		for _, st := range s.Stages {
			all = append(all, "stage "+st.Name.Value)
		}
	}
	return all
}

// stateText returns the definition of a state as text.
func stateText(t *testing.T, st llb.State) string {
	def, err := st.Marshal(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	text, err := llbtext.Format(def)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func configText(t *testing.T, img plan.Image) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(lower.Config(&plan.Plan{}, img)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
