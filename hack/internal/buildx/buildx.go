// Package buildx runs `docker-buildx build` as people do, and tells what
// BuildKit did.
package buildx

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Build is a command line of `docker-buildx build`, or of `bake`.
type Build struct {
	Dir     string   // the context
	Bake    string   // a bake file, whose targets are built instead of Dir
	Syntax  string   // frontend that replaces the `# syntax=` line; empty: the line decides
	Builder string   // a builder's name; empty: the one in BUILDX_BUILDER
	Push    string   // name to push the image under
	Layers  string   // how to compress its layers, options of the exporter: "compression=zstd"; empty: as BuildKit does
	Args    []string // further flags
	Env     []string // in addition to the environment of this process
	Stdin   []byte
}

// Result is what a build did.
type Result struct {
	Exit     int      // of docker-buildx
	Text     string   // what it printed for people: errors, warnings, answers of --call go to Stdout
	Stdout   string   // answers of --call, files of `--output -`
	Vertices []Vertex // in the order they were first heard of
	Warnings []Warning
	Digest   string // of the pushed or exported image, "sha256:…"
	Metadata map[string]json.RawMessage
	Took     time.Duration
}

// Vertex is a node of the build graph.
type Vertex struct {
	Digest    string     `json:"digest"`
	Name      string     `json:"name"`
	Inputs    []string   `json:"inputs"`
	Cached    bool       `json:"cached"`
	Error     string     `json:"error"`
	Started   *time.Time `json:"started"`   // nil: never started
	Completed *time.Time `json:"completed"` // nil: never completed
	Log       string     `json:"-"`         // what its process printed
}

// Ran reports whether the vertex was executed rather than found in a cache.
func (v Vertex) Ran() bool { return v.Started != nil && !v.Cached }

// Warning is a warning of the frontend.
type Warning struct {
	Short  []byte   `json:"short"`
	Detail [][]byte `json:"detail"`
	URL    string   `json:"url"`
	Info   *struct {
		Filename string `json:"filename"`
	} `json:"sourceInfo"`
	Range []struct {
		Start struct{ Line, Character int } `json:"start"`
	} `json:"range"`
}

// Run runs the build. A build that fails is no error: its Result says so.
func (b Build) Run(ctx context.Context) (Result, error) {
	temp, err := os.MkdirTemp("", "buildx-*")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(temp)
	metadata := filepath.Join(temp, "metadata.json")
	cmd := exec.CommandContext(ctx, "docker-buildx", b.args(metadata)...)
	cmd.Env = append(os.Environ(), b.Env...)
	cmd.Stdin = bytes.NewReader(b.Stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	start := time.Now()
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return Result{}, err
	}
	r := Result{Exit: cmd.ProcessState.ExitCode(), Stdout: stdout.String(), Took: time.Since(start)}
	if err := r.readProgress(stderr.Bytes()); err != nil {
		return r, err
	}
	r.share(start)
	return r, r.readMetadata(metadata)
}

func (b Build) args(metadata string) []string {
	args := []string{"build", "--progress=rawjson", "--metadata-file=" + metadata}
	if b.Builder != "" {
		args = append(args, "--builder="+b.Builder)
	}
	if b.Syntax != "" {
		args = append(args, "--build-arg=BUILDKIT_SYNTAX="+b.Syntax)
	}
	if b.Push != "" {
		args = append(args, "--output="+b.output())
	}
	if b.Bake != "" {
		args[0] = "bake"
		return append(append(args, "--file="+b.Bake), b.Args...)
	}
	return append(append(args, b.Args...), b.Dir)
}

// output is where the image goes.
func (b Build) output() string {
	output := "type=image,name=" + b.Push + ",push=true"
	if b.Layers != "" {
		output += "," + b.Layers
	}
	return output
}

// status is a line of `--progress=rawjson`.
type status struct {
	Vertexes []Vertex  `json:"vertexes"`
	Warnings []Warning `json:"warnings"`
	Logs     []struct {
		Vertex string `json:"vertex"`
		Data   []byte `json:"data"`
	} `json:"logs"`
}

var wording = strings.NewReplacer("failed to run Build function: ", "failed to solve: ")

// Wording makes one text of two. BuildKit's client gets the error of a failed
// build from two calls at once, and puts the name of the one that returns first
// before it.
func Wording(printed string) string { return wording.Replace(printed) }

// readProgress takes the lines that are JSON for progress and the others for
// text.
func (r *Result) readProgress(data []byte) error {
	index := map[string]int{} // of Vertices, by digest
	for line := range bytes.Lines(data) {
		if !bytes.HasPrefix(line, []byte(`{"`)) {
			r.Text += Wording(string(line))
			continue
		}
		var s status
		if err := json.Unmarshal(line, &s); err != nil {
			return fmt.Errorf("progress line %q: %w", line, err)
		}
		r.merge(s, index)
	}
	return nil
}

func (r *Result) merge(s status, index map[string]int) {
	for _, v := range s.Vertexes {
		i, ok := index[v.Digest]
		if !ok {
			i = len(r.Vertices)
			index[v.Digest] = i
			r.Vertices = append(r.Vertices, v)
		}
		v.Log = r.Vertices[i].Log
		v.Cached = v.Cached || r.Vertices[i].Cached
		r.Vertices[i] = v
	}
	for _, l := range s.Logs {
		if i, ok := index[l.Vertex]; ok {
			r.Vertices[i].Log += string(l.Data)
		}
	}
	r.Warnings = append(r.Warnings, s.Warnings...)
}

// share takes what was started before the build for CACHED. BuildKit puts
// vertices of builds at the same time together when they turn out to do the
// same, and shows the one that it keeps; that may have run in another build.
func (r *Result) share(began time.Time) {
	for i, v := range r.Vertices {
		if v.Started != nil && v.Started.Before(began) {
			r.Vertices[i].Cached = true
		}
	}
}

func (r *Result) readMetadata(name string) error {
	data, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &r.Metadata); err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	if digest, ok := r.Metadata["containerimage.digest"]; ok {
		return json.Unmarshal(digest, &r.Digest)
	}
	return nil
}

// Vertex gives the first vertex whose name contains the text, one that was
// started if there is: the others have others instead.
func (r Result) Vertex(text string) (Vertex, bool) {
	named := func(v Vertex) bool { return strings.Contains(v.Name, text) }
	started := func(v Vertex) bool { return named(v) && v.Started != nil }
	for _, is := range []func(Vertex) bool{started, named} {
		if i := slices.IndexFunc(r.Vertices, is); i >= 0 {
			return r.Vertices[i], true
		}
	}
	return Vertex{}, false
}

// Steps are the names of the steps that ran, without those that only load.
func (r Result) Steps() []string {
	var names []string
	for _, v := range r.Vertices {
		if v.Ran() && !loads(v.Name) {
			names = append(names, v.Name)
		}
	}
	slices.Sort(names)
	return names
}

// loads reports whether a vertex loads or hands on what others made. A name
// may begin with a target, a platform and a stage: "[api internal] load …".
func loads(name string) bool {
	if stage, rest, ok := strings.Cut(name, "] "); ok && strings.HasPrefix(stage, "[") {
		if strings.HasSuffix(stage, "internal") {
			return true
		}
		name = rest
	}
	for _, prefix := range []string{"FROM ", "resolve image config ", "load metadata ", "docker-image://", "exporting ", "resolving provenance ", "importing cache "} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
