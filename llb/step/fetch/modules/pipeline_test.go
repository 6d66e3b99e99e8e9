package modules

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/source/closure"
	"golang.org/x/tools/txtar"
)

// TestPipeline goes from a project to what is compiled as a build does: the
// outline says what modules are needed, they are collected, and the source is
// picked. The go command has to load that source without a proxy. The comment
// of a case names the main package; go.mod is made tidy first.
func TestPipeline(t *testing.T) {
	golden.Each(t, "testdata/pipeline/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		job := newJob(t, ar)
		p := pipeline{job: job, context: job.Step.Source, dir: filepath.Dir(job.ModCache)}
		p.verb = step.Closure{Platforms: []string{"linux/amd64"}, Go: "1.26.8", Mains: strings.Fields(string(ar.Comment))}
		p.goCommand(t, p.context, []string{"GOMODCACHE=" + filepath.Join(p.dir, "tidied")}, "mod", "tidy")

		outline := p.pick(t, "outline", closure.Asked{})
		job.Step.Source = filepath.Join(outline, step.OutlineDir)
		job.Step.Dir = job.Step.Source
		job.Step.Env = append(slices.Clone(job.Step.Env), "GOFLAGS=-mod=readonly -modcacherw")
		code, err := Collect(job, step.Modules{Platforms: []string{"GOOS=linux GOARCH=amd64"}, Go: p.verb.Go})
		if code != 0 || err != nil {
			t.Fatalf("exit code %d, %v\n%s", code, err, job.Step.Stderr)
		}
		asked, err := closure.ReadAsked(filepath.Join(job.Step.Out, step.AskedDir))
		if err != nil {
			t.Fatal(err)
		}
		source := filepath.Join(p.pick(t, "source", asked), step.ClosureDir)
		env := []string{"GOMODCACHE=" + filepath.Join(job.Step.Out, step.ModulesDir), "GOPROXY=off", "GOFLAGS=-mod=readonly", "GODEBUG=goindex=0"}
		p.goCommand(t, source, env, append([]string{"list", "-deps"}, p.verb.Mains...)...)
	})
}

// pipeline is a project on its way through the steps of a build.
type pipeline struct {
	job     Job
	context string
	dir     string
	verb    step.Closure
}

// pick picks the source to a directory.
func (p pipeline) pick(t *testing.T, name string, asked closure.Asked) string {
	t.Helper()
	root, err := os.OpenRoot(p.context)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	r, err := closure.Find(root.FS(), p.verb, asked)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(p.dir, name)
	if err := os.Mkdir(out, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := closure.Write(out, root.FS(), r); err != nil {
		t.Fatal(err)
	}
	return out
}

func (p pipeline) goCommand(t *testing.T, dir string, env []string, args ...string) {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = slices.Concat(p.job.Step.Env, env)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}
