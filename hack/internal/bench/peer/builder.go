package peer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gohull/gohull/hack/internal/bench/project"
	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/hack/internal/image"
)

// recipe is what a peer builds from: a file for each image, or one for all of
// a job, which has a target for each.
type recipe struct {
	one   func(main string) string
	all   func(mains []string) string // nil where there is a file for each
	tests func(main string, tests project.Tests) string
}

// builder gives a peer BuildKits to build in.
func (l Lab) builder(peer string, r recipe) Placer {
	return func(ctx context.Context, name string) (Place, error) {
		root, err := l.Node(ctx, name)
		return node{lab: l, peer: peer, name: name, root: root, recipe: r}, err
	}
}

// node is a BuildKit of its own.
type node struct {
	lab  Lab
	peer string
	name string
	root string
	recipe
}

func (n node) Disk() (int64, error) { return diskUsage(n.root) }
func (n node) Remove() error        { return n.lab.SetNodeAside(n.name) }

// Build builds with one process of buildx.
func (n node) Build(ctx context.Context, j Job) (Built, error) {
	if j.Cache == SeedMade {
		return Built{}, n.makeSeed(ctx, j)
	}
	b, err := n.command(j)
	if err != nil {
		return Built{}, err
	}
	r, err := succeed(ctx, b)
	if err != nil {
		return Built{}, err
	}
	return n.built(ctx, j, r)
}

func succeed(ctx context.Context, b buildx.Build) (buildx.Result, error) {
	r, err := b.Run(ctx)
	if err == nil && r.Exit != 0 {
		err = fmt.Errorf("docker-buildx on %s: exit code %d\n%s", b.Builder, r.Exit, explain(r))
	}
	return r, err
}

// explain is what people would read, and the logs of the steps that failed.
func explain(r buildx.Result) string {
	text := r.Text
	for _, v := range r.Vertices {
		if v.Error != "" {
			text += "\n" + v.Name + ":\n" + v.Log
		}
	}
	return text
}

func (n node) command(j Job) (buildx.Build, error) {
	if len(j.Mains) > 1 {
		return n.bake(j)
	}
	text := n.one(j.Mains[0])
	b := buildx.Build{Dir: j.Dir, Builder: n.name, Push: n.ref(j.Mains[0]), Layers: j.layers()}
	if j.Tests != nil {
		text = n.tests(j.Mains[0], *j.Tests)
		b.Push, b.Args = "", []string{"--target=test", "--output=type=cacheonly"}
	}
	file, err := n.write(name(j.Mains[0])+".Dockerfile", []byte(text))
	if err != nil {
		return buildx.Build{}, err
	}
	b.Args = append(b.Args, "--file="+file)
	if n.lab.CA != "" {
		b.Args = append(b.Args, n.secret("--secret="))
	}
	if len(j.Platforms) > 0 {
		b.Args = append(b.Args, "--platform="+strings.Join(j.Platforms, ","))
	}
	b.Args = append(b.Args, n.cacheFlags(j.Cache)...)
	return b, nil
}

func (n node) secret(flag string) string { return flag + "id=ca,src=" + n.lab.CA }

// cacheFlags are those of a CI job: the one that exports a cache takes the
// last one, too.
func (n node) cacheFlags(c Cache) []string {
	from := "--cache-from=type=registry,ref=" + n.cacheRef()
	switch c {
	case Exported:
		return []string{from, "--cache-to=type=registry,mode=max,compression=zstd,ref=" + n.cacheRef()}
	case Imported:
		return []string{from}
	case SeedTaken:
		return []string{from, "--build-context=gocache=docker-image://" + n.seedRef()}
	}
	return nil
}

func (n node) repository() string     { return n.lab.Registry + "/bench/" + n.peer }
func (n node) ref(main string) string { return n.repository() + "/" + name(main) + ":latest" }
func (n node) cacheRef() string       { return n.repository() + ":cache" }
func (n node) seedRef() string        { return n.repository() + ":gocache" }

func (n node) write(as string, data []byte) (string, error) {
	file := filepath.Join(n.lab.Temp, n.name, as)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", err
	}
	return file, os.WriteFile(file, data, 0o644)
}

// target is a target of a bake file.
type target struct {
	Context    string   `json:"context"`
	Dockerfile string   `json:"dockerfile-inline"`
	Target     string   `json:"target,omitempty"`
	Tags       []string `json:"tags"`
	Output     []string `json:"output"`
	Secret     []string `json:"secret,omitempty"`
	Platforms  []string `json:"platforms,omitempty"`
}

// bake builds all of a job's images with one command.
func (n node) bake(j Job) (buildx.Build, error) {
	targets, all := map[string]target{}, []string{}
	for _, main := range j.Mains {
		t := target{
			Context:    j.Dir,
			Dockerfile: n.one(main),
			Tags:       []string{n.ref(main)},
			Output:     []string{"type=image,push=true," + j.layers()},
			Platforms:  j.Platforms,
		}
		if n.all != nil {
			t.Dockerfile, t.Target = n.all(j.Mains), name(main)
		}
		if n.lab.CA != "" {
			t.Secret = []string{n.secret("")}
		}
		targets[name(main)] = t
		all = append(all, name(main))
	}
	data, err := json.Marshal(map[string]any{"target": targets})
	if err != nil {
		return buildx.Build{}, err
	}
	file, err := n.write("bake.json", data)
	return buildx.Build{Builder: n.name, Bake: file, Args: append([]string{"--allow=fs.read=*"}, all...)}, err
}

// built looks at what was pushed.
func (n node) built(ctx context.Context, j Job, r buildx.Result) (Built, error) {
	b := Built{Took: r.Took, Ran: r.Steps()}
	if j.Tests != nil {
		return b, nil
	}
	for _, main := range j.Mains {
		if err := b.add(ctx, n.ref(main), platforms(j)); err != nil {
			return Built{}, err
		}
	}
	return b, nil
}

// add adds an image in the registry. The digest is that of the platform's own
// image: the one over it covers the provenance, which has times.
func (b *Built) add(ctx context.Context, ref string, platforms []string) error {
	for _, p := range platforms {
		im, err := image.Pull(ctx, ref, p)
		if err != nil {
			return err
		}
		digest, err := im.Digest()
		if err != nil {
			return err
		}
		_, size, err := image.Size(im)
		if err != nil {
			return err
		}
		b.Content += digest.String() + "\n"
		b.Size += size
	}
	return nil
}

func platforms(j Job) []string {
	if len(j.Platforms) > 0 {
		return j.Platforms
	}
	return []string{"linux/" + runtime.GOARCH}
}

// makeSeed asks for the image of what was compiled. A frontend that has no
// such target may refuse it, or ignore it and make the image of the program.
func (n node) makeSeed(ctx context.Context, j Job) error {
	j.Cache = Stays
	b, err := n.command(j)
	if err != nil {
		return err
	}
	b.Push = n.seedRef()
	b.Args = append(b.Args, "--target=gocache")
	r, err := b.Run(ctx)
	if err != nil {
		return err
	}
	if r.Exit != 0 {
		return fmt.Errorf("%w; it says:\n%s", ErrNoSeed, explain(r))
	}
	var program, seed Built
	err = errors.Join(program.add(ctx, n.ref(j.Mains[0]), platforms(j)), seed.add(ctx, n.seedRef(), platforms(j)))
	if err == nil && program.Content == seed.Content {
		err = ErrNoSeed
	}
	return err
}
