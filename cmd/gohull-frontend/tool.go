package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/gohull/gohull/llb/tool"
	"github.com/gohull/gohull/llb/tool/gocmd"
	"github.com/gohull/gohull/llb/tool/rootfs"
	"github.com/gohull/gohull/llb/tool/scan"
	"github.com/gohull/gohull/llb/tool/toolchain"
)

// runTool runs a verb of the tool and gives the exit code of the program.
func runTool(args []string) int {
	v, err := tool.Parse(args)
	if err != nil {
		return exitCode(err)
	}
	switch v := v.(type) {
	case *tool.Scan:
		return exitCode(runScan(*v))
	case *tool.Toolchain:
		return exitCode(runToolchain(*v))
	case *tool.Rootfs:
		return exitCode(runRootfs(*v))
	case *tool.Go:
		return runGo(*v)
	}
	return exitCode(fmt.Errorf("verb %q is not of this version", args[0]))
}

func exitCode(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintf(os.Stderr, "gohull: %v\n", err)
	return 1
}

func runScan(v tool.Scan) error {
	root, err := os.OpenRoot(tool.Source)
	if err != nil {
		return err
	}
	defer root.Close()
	facts, err := scan.Scan(root.FS(), v)
	if err != nil {
		return err
	}
	data, err := json.Marshal(facts)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(tool.Out, tool.FactsFile), data, 0o644)
}

func runToolchain(v tool.Toolchain) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return toolchain.Fetch(ctx, toolchain.Request{
		Toolchain: v,
		Out:       tool.Out,
		Temp:      tool.Temp,
		CA:        tool.SecretPath(tool.SecretCA),
		Netrc:     tool.SecretPath(tool.SecretNetrc),
		Env:       os.Environ(),
		Log:       os.Stderr,
	})
}

// runGo gives the exit code of the go command.
func runGo(v tool.Go) int {
	step, err := gocmd.Inside()
	if err != nil {
		return exitCode(err)
	}
	code, err := gocmd.Run(step, v)
	if err != nil {
		return exitCode(err)
	}
	return code
}

func runRootfs(v tool.Rootfs) error {
	goroot, err := rootfs.Goroot()
	if err != nil {
		return err
	}
	return rootfs.Write(tool.Out, goroot, v)
}
