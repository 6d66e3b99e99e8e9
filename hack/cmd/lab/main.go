// Command lab brings up a BuildKit daemon, a registry and a Docker Engine
// for gohull's tests and demos; see package lab. `hack/lab` builds and runs
// it.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/gohull/gohull/hack/internal/lab"
	"github.com/gohull/gohull/hack/internal/program"
)

const usage = `Usage:
	hack/lab up [--docker]           start what is not up; push the current frontend
	hack/lab env                     print the environment: eval "$(hack/lab env)"
	hack/lab node [--net] [--config FILE] NAME [VERSION]
	                                 start an empty BuildKit next to the first; print its environment.
	                                 Without VERSION, it is GOHULL_LAB_BUILDKIT, or the first one's
	                                 --net: in a network namespace, on port 1234 of an address of its own
	                                 --config: with more settings, as in buildkitd.toml
	hack/lab node --rm [--later] NAME
	                                 end it and delete its root
	                                 --later: when the lab ends, or the disk is nearly full. For some minutes
	                                 after many files are deleted, ext4 creates files slowly
	hack/lab cluster                 start an empty Kubernetes of one node; print its environment.
	                                 The first time compiles it, which takes 24 minutes of CPU time
	hack/lab cluster --rm            end it and delete all that it has
	hack/lab tools [NAME]            build what the guides use: kustomize, cosign, helm
	hack/lab down                    end all of it; keep what was built and cached

All files are in .lab of the checkout, or in the directory that GOHULL_LAB_DIR names.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := command(ctx, os.Args[1:])
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage")

func command(ctx context.Context, args []string) error {
	l, err := lab.Here(os.Stderr)
	if err != nil {
		return err
	}
	arg := func(i int) string {
		if i < len(args) {
			return args[i]
		}
		return ""
	}
	switch n := len(args); {
	case arg(0) == "up" && (n == 1 || n == 2 && arg(1) == "--docker"):
		return up(ctx, l, n == 2)
	case arg(0) == "env" && n == 1:
		return printEnv(l)
	case arg(0) == "node":
		return node(ctx, l, args[1:])
	case arg(0) == "cluster" && n == 1:
		return startCluster(ctx, l)
	case arg(0) == "cluster" && n == 2 && arg(1) == "--rm":
		return l.RemoveCluster()
	case arg(0) == "tools" && (n == 1 || n == 2):
		return tools(ctx, l, arg(1))
	case arg(0) == "down" && n == 1:
		return l.Down()
	case arg(0) == "registry" && n == 2: // started by `up`
		return lab.ServeRegistry(ctx, arg(1))
	case arg(0) == "forward" && n == 2: // started by `node --net`
		return lab.Forward(ctx, arg(1))
	case arg(0) == "cluster" && n == 3 && arg(1) == "--in": // started by `cluster`
		return lab.RunCluster(ctx, arg(2))
	}
	return errUsage
}

func up(ctx context.Context, l lab.Lab, engine bool) error {
	if err := l.Up(ctx, engine); err != nil {
		return err
	}
	fmt.Println(`the lab is up; use it with: eval "$(hack/lab env)"`)
	return nil
}

func node(ctx context.Context, l lab.Lab, args []string) error {
	var o lab.NodeOptions
	flags := flag.NewFlagSet("node", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	rm := flags.Bool("rm", false, "")
	later := flags.Bool("later", false, "")
	config := flags.String("config", "", "")
	flags.BoolVar(&o.Network, "net", false, "")
	if flags.Parse(args) != nil || flags.NArg() < 1 || flags.NArg() > 2 {
		return errUsage
	}
	name := flags.Arg(0)
	switch {
	case *rm && *later:
		return l.RemoveNodeLater(name)
	case *rm:
		return l.RemoveNode(name)
	case *later:
		return errUsage
	}
	if *config != "" {
		data, err := os.ReadFile(*config)
		if err != nil {
			return err
		}
		o.Config = string(data)
	}
	o.Version = cmp.Or(flags.Arg(1), os.Getenv(lab.VersionVariable))
	if err := l.Node(ctx, name, o); err != nil {
		return err
	}
	fmt.Print(lab.Exports(l.NodeEnv(name)))
	return nil
}

func startCluster(ctx context.Context, l lab.Lab) error {
	if err := l.Cluster(ctx); err != nil {
		return err
	}
	fmt.Print(lab.Exports(l.ClusterEnv()))
	return nil
}

// tools builds the program with this name, or all.
func tools(ctx context.Context, l lab.Lab, name string) error {
	var chosen []program.Program
	for _, p := range program.Tools() {
		if name == "" || name == p.Name {
			chosen = append(chosen, p)
		}
	}
	if len(chosen) == 0 {
		return fmt.Errorf("unknown tool %q", name)
	}
	return l.Install(ctx, chosen...)
}

func printEnv(l lab.Lab) error {
	env, err := l.Env()
	if err != nil {
		return err
	}
	fmt.Print(lab.Exports(env))
	return nil
}
