package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/gohull/gohull/hack/internal/bench"
	"github.com/gohull/gohull/hack/internal/bench/load"
	"github.com/gohull/gohull/hack/internal/bench/monorepo"
	"github.com/gohull/gohull/hack/internal/bench/peer"
	"github.com/gohull/gohull/hack/internal/bench/project"
	"github.com/gohull/gohull/hack/internal/bench/result"
	"github.com/gohull/gohull/hack/internal/frontend"
	"github.com/gohull/gohull/hack/internal/lab"
	"github.com/gohull/gohull/hack/internal/program"
)

// Names of the inputs that a run has without DIR.
const (
	inputSelf = "gohull"
	inputShop = "ten services"
	inputMany = "a thousand packages"
)

var inputNames = []string{inputSelf, inputShop, inputMany}

// selfTests are tests of this repository that need neither git nor a network.
var selfTests = project.Tests{
	Packages: []string{
		"./frontend/diag", "./frontend/dockerfile", "./frontend/excerpt", "./frontend/goflag", "./frontend/graph",
		"./frontend/ignore", "./frontend/layout", "./frontend/netenv", "./frontend/planner", "./frontend/project/...",
		"./frontend/question", "./frontend/rules", "./frontend/spec/...", "./frontend/stamp", "./internal/...",
		"./llb", "./llb/llbtext", "./llb/plan", "./llb/step", "./llb/step/image/...", "./llb/step/source/scan",
	},
	Files: []string{"docs", "examples", "gohull.yaml"},
}

// input is a project to measure.
type input struct {
	name  string
	write func(ctx context.Context, dir string) (mains []string, err error) // makes the copy that is edited
	tests project.Tests                                                     // zero: all
}

// measure makes a run, and keeps what it has after every case. A run with
// errors has what could be measured in spite of them.
func (f flags) measure(ctx context.Context, repo string) (result.Run, error) {
	l, err := lab.Here(os.Stderr)
	if err != nil {
		return result.Run{}, err
	}
	inputs, err := f.inputs(repo, l.Dir)
	if err != nil {
		return result.Run{}, err
	}
	temp, err := os.MkdirTemp("", "bench-*")
	if err != nil {
		return result.Run{}, err
	}
	defer os.RemoveAll(temp)
	b, err := f.bench(ctx, l)
	if err != nil {
		return result.Run{}, err
	}
	run, err := describe(ctx, repo, b)
	if err != nil {
		return result.Run{}, err
	}
	for _, in := range inputs {
		if ctx.Err() == nil {
			err = errors.Join(err, l.Settle(ctx), f.measureInput(ctx, b, in, temp, &run))
		}
	}
	err = errors.Join(err, l.SetAside(scratch(l)))
	_, aside := l.DeleteAside()
	return run, errors.Join(err, aside)
}

// scratch is the directory of what the peers keep outside of nodes. It is on the
// file system of the lab, as SetAside needs it.
func scratch(l lab.Lab) string { return filepath.Join(l.Dir, "bench") }

// bench is what the flags ask for, with the lab up.
func (f flags) bench(ctx context.Context, l lab.Lab) (bench.Bench, error) {
	cases, err := chosen("case", f.cases, bench.Cases())
	if err != nil {
		return bench.Bench{}, err
	}
	names, err := chosen("peer", f.peers, peerNames())
	if err != nil {
		return bench.Bench{}, err
	}
	peers, err := setUp(ctx, l, names)
	return bench.Bench{
		Peers:       slices.DeleteFunc(peers, func(p peer.Peer) bool { return !slices.Contains(names, p.Name) }),
		Cases:       cases,
		Repetitions: f.repetitions,
		Registry:    os.Getenv("REGISTRY"),
		Log:         os.Stderr,
		Busy:        load.Busy,
		Rest:        l.Rest,
	}, err
}

func (f flags) measureInput(ctx context.Context, b bench.Bench, in input, temp string, run *result.Run) error {
	dir := filepath.Join(temp, "projects", in.name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	mains, err := in.write(ctx, dir)
	if err != nil {
		return err
	}
	p, err := project.Open(ctx, dir, mains)
	if err != nil {
		return err
	}
	if in.tests.Packages != nil {
		p.Tests = in.tests
	}
	fmt.Fprintf(os.Stderr, "%s: %s, %d packages\n", in.name, mains[0], p.Packages)
	return b.Input(ctx, in.name, p, func(measured *result.Input) error {
		if !slices.Contains(run.Inputs, measured) {
			run.Inputs = append(run.Inputs, measured)
		}
		if f.output == "" {
			return nil
		}
		return run.Write(f.output)
	})
}

// inputs are the projects that the command line asks for.
func (f flags) inputs(repo, skip string) ([]input, error) {
	if len(f.args) > 0 {
		in, err := given(f.args[0], f.args[1:], skip)
		return []input{in}, err
	}
	names, err := chosen("input", f.input, inputNames)
	if err != nil {
		return nil, err
	}
	self, err := given(repo, []string{"./cmd/gohull-frontend"}, skip)
	if err != nil {
		return nil, err
	}
	self.name, self.tests = inputSelf, selfTests
	shop := input{name: inputShop, write: func(_ context.Context, dir string) ([]string, error) {
		return monorepo.Mains(), monorepo.Write(dir)
	}}
	many := input{name: inputMany, write: func(_ context.Context, dir string) ([]string, error) {
		return monorepo.Mains()[:1], monorepo.WriteMany(dir)
	}}
	return slices.DeleteFunc([]input{self, shop, many}, func(in input) bool { return !slices.Contains(names, in.name) }), nil
}

// given is a project of the user's.
func given(dir string, mains []string, skip string) (input, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return input{}, err
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		return input{}, fmt.Errorf("%s is no Go module: %w", dir, err)
	}
	return input{name: filepath.Base(dir), write: func(ctx context.Context, to string) ([]string, error) {
		if err := project.Copy(to, dir, skip); err != nil || len(mains) > 0 {
			return mains, err
		}
		return project.Mains(ctx, to)
	}}, nil
}

// koPeer is the peer that needs a program of its own, which takes a minute to build.
const koPeer = "ko"

func peerNames() []string {
	var names []string
	for _, p := range (peer.Lab{}).All() {
		names = append(names, p.Name)
	}
	return names
}

// setUp brings up the lab with what the peers of some names need, and gives all peers.
func setUp(ctx context.Context, l lab.Lab, names []string) ([]peer.Peer, error) {
	if err := l.Up(ctx, false); err != nil {
		return nil, err
	}
	programs := []program.Program{program.DockerfileFrontend()}
	if slices.Contains(names, koPeer) {
		programs = append(programs, program.Ko())
	}
	if err := l.Install(ctx, programs...); err != nil {
		return nil, err
	}
	if err := l.Adopt(); err != nil {
		return nil, err
	}
	image, err := frontend.Dockerfile(l.Program("dockerfile-frontend"), peer.DockerfileFrontend)
	if err != nil {
		return nil, err
	}
	if err := l.Push(ctx, image); err != nil {
		return nil, err
	}
	version, err := goVersion(ctx)
	if err != nil {
		return nil, err
	}
	return peer.Lab{
		Registry:  os.Getenv("REGISTRY"),
		Syntax:    os.Getenv("GOHULL_SYNTAX"),
		GoVersion: version,
		CA:        os.Getenv("GOHULL_CA"),
		Temp:      scratch(l),
		Node: func(ctx context.Context, name string) (string, error) {
			return l.NodeRoot(name), node(ctx, l, name)
		},
		SetNodeAside: l.SetNodeAside,
		SetAside:     l.SetAside,
	}.All(), l.SetAside(scratch(l)) // of a run that was interrupted
}

// enough is the free disk space with which a build begins, in bytes. A node of
// the inputs takes at most 3 GB.
const enough = 10e9

// node starts an empty node.
func node(ctx context.Context, l lab.Lab, name string) error {
	if err := l.SetNodeAside(name); err != nil {
		return err
	}
	free, err := l.Free()
	if err == nil && free < enough {
		err = l.Settle(ctx)
	}
	if err != nil {
		return err
	}
	return l.Node(ctx, name, lab.NodeOptions{})
}
