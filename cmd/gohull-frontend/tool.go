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
	"github.com/gohull/gohull/llb/tool/binaries"
	"github.com/gohull/gohull/llb/tool/checks"
	"github.com/gohull/gohull/llb/tool/closure"
	"github.com/gohull/gohull/llb/tool/compare"
	"github.com/gohull/gohull/llb/tool/gocmd"
	"github.com/gohull/gohull/llb/tool/modules"
	"github.com/gohull/gohull/llb/tool/objects"
	"github.com/gohull/gohull/llb/tool/rootfs"
	"github.com/gohull/gohull/llb/tool/sbom"
	"github.com/gohull/gohull/llb/tool/scan"
	"github.com/gohull/gohull/llb/tool/tests"
	"github.com/gohull/gohull/llb/tool/toolchain"
)

// runTool runs a verb of the tool and gives the exit code of the program.
func runTool(args []string) int {
	syscall.Umask(0o022) // What a step leaves has the same modes on every builder.
	v, err := tool.Parse(args)
	if err != nil {
		return failed("tool", err)
	}
	code, err := runVerb(v)
	if err != nil {
		return failed(args[0], err)
	}
	return code
}

// runVerb runs a verb. A code is that of the go command, which has said
// itself what is wrong.
func runVerb(v tool.Verb) (code int, err error) {
	switch v := v.(type) {
	case *tool.Scan:
		return 0, runScan(*v)
	case *tool.Closure:
		return 0, runClosure(*v)
	case *tool.Modules:
		return runModules(*v)
	case *tool.Toolchain:
		return 0, runToolchain(*v)
	case *tool.Rootfs:
		return 0, runRootfs(*v)
	case *tool.Go:
		return runGo(*v)
	case *tool.Objects:
		return runObjects(*v)
	case *tool.Record:
		return 0, objects.Record(tool.Cache, v.File)
	case *tool.SBOM:
		return 0, runSBOM(*v)
	case *tool.Compare:
		return 0, runCompare()
	case *tool.Binaries:
		return 0, runBinaries(*v)
	case *tool.Skeleton:
		return 0, runSkeleton()
	case *tool.Tidy:
		return onStep(checks.Tidy, *v)
	case *tool.Verify:
		return onStep(checks.Verify, *v)
	case *tool.Vendor:
		return onStep(checks.Vendor, *v)
	case *tool.Test:
		return onStep(tests.Run, *v)
	}
	return 0, fmt.Errorf("%T is a verb of another version", v)
}

// failed says what is wrong, in the step's log and to the frontend.
func failed(command string, err error) int {
	fmt.Fprintf(os.Stderr, "gohull: %v\n", err)
	f := tool.Failure{Command: command, Total: 1, Errors: []tool.Error{{Message: err.Error()}}}
	if err := f.Leave(tool.Report); err != nil {
		fmt.Fprintf(os.Stderr, "gohull: %v\n", err)
	}
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

func runClosure(v tool.Closure) error {
	root, err := os.OpenRoot(tool.Source)
	if err != nil {
		return err
	}
	defer root.Close()
	var asked closure.Asked
	if v.Asked {
		if asked, err = closure.ReadAsked(tool.Asked); err != nil {
			return err
		}
	}
	result, err := closure.Find(root.FS(), v, asked)
	if err != nil {
		return err
	}
	return closure.Write(tool.Out, root.FS(), result)
}

func runModules(v tool.Modules) (int, error) {
	step, err := gocmd.Inside()
	if err != nil {
		return 0, err
	}
	return modules.Collect(modules.Job{Step: step, ModCache: tool.ModCache}, v)
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

func runGo(v tool.Go) (int, error) {
	step, err := gocmd.Inside()
	if err != nil {
		return 0, err
	}
	if err := objects.Begin(tool.Cache, v.Start, os.Stderr); err != nil {
		return 0, err
	}
	return gocmd.Run(step, v)
}

func runObjects(v tool.Objects) (int, error) {
	step, err := gocmd.Inside()
	if err != nil {
		return 0, err
	}
	return objects.Collect(step, tool.Cache, v)
}

func runRootfs(v tool.Rootfs) error {
	goroot, err := rootfs.Goroot()
	if err != nil {
		return err
	}
	return rootfs.Write(tool.Out, goroot, v)
}

func runSBOM(v tool.SBOM) error {
	root, err := os.OpenRoot(tool.Built)
	if err != nil {
		return err
	}
	defer root.Close()
	data, err := sbom.Document(root.FS(), v)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(tool.Out, tool.SBOMFile), data, 0o644)
}

func runCompare() error {
	built, err := os.OpenRoot(tool.Built)
	if err != nil {
		return err
	}
	defer built.Close()
	again, err := os.OpenRoot(tool.BuiltAgain)
	if err != nil {
		return err
	}
	defer again.Close()
	sums, err := compare.Sums(built.FS(), again.FS())
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(tool.Out, tool.SumsFile), sums, 0o644)
}

func runBinaries(v tool.Binaries) error {
	root, err := os.OpenRoot(tool.Built)
	if err != nil {
		return err
	}
	defer root.Close()
	return binaries.Write(tool.Out, root.FS(), v)
}

func runSkeleton() error {
	root, err := os.OpenRoot(tool.Source)
	if err != nil {
		return err
	}
	defer root.Close()
	s, err := closure.FindSkeleton(root.FS())
	if err != nil {
		return err
	}
	return closure.WriteSkeleton(tool.Out, root.FS(), s)
}

// onStep runs a verb that has the go command run.
func onStep[V any](run func(gocmd.Step, V) (int, error), v V) (int, error) {
	step, err := gocmd.Inside()
	if err != nil {
		return 0, err
	}
	return run(step, v)
}
