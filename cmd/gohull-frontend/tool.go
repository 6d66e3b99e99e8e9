package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/internal/safe"
	"github.com/gohull/gohull/internal/visible"
	"github.com/gohull/gohull/llb/tool"
	"github.com/gohull/gohull/llb/tool/binaries"
	"github.com/gohull/gohull/llb/tool/checks"
	"github.com/gohull/gohull/llb/tool/closure"
	"github.com/gohull/gohull/llb/tool/compare"
	"github.com/gohull/gohull/llb/tool/executable"
	"github.com/gohull/gohull/llb/tool/gocmd"
	"github.com/gohull/gohull/llb/tool/inodes"
	"github.com/gohull/gohull/llb/tool/libraries"
	"github.com/gohull/gohull/llb/tool/modules"
	"github.com/gohull/gohull/llb/tool/objects"
	"github.com/gohull/gohull/llb/tool/overlay"
	"github.com/gohull/gohull/llb/tool/program"
	"github.com/gohull/gohull/llb/tool/rootfs"
	"github.com/gohull/gohull/llb/tool/sbom"
	"github.com/gohull/gohull/llb/tool/scan"
	"github.com/gohull/gohull/llb/tool/tests"
	"github.com/gohull/gohull/llb/tool/toolchain"
	"github.com/gohull/gohull/llb/tool/vuln"
)

// The log of a step, where foreign text cannot act on a terminal.
var stdout, stderr = visible.NewWriter(os.Stdout), visible.NewWriter(os.Stderr)

// runTool runs a verb of the tool and gives the exit code of the program.
func runTool(args []string) int {
	defer func() { _ = errors.Join(stdout.Flush(), stderr.Flush()) }()
	syscall.Umask(0o022) // What a step leaves has the same modes on every builder.
	v, err := tool.Parse(args)
	if err != nil {
		return failed("tool", tool.Report, stderr, err)
	}
	return answer(args[0], tool.Report, stderr, func() (int, error) { return runVerb(v) })
}

// answer runs a command, gives its exit code, and says what is wrong if it
// fails or panics.
func answer(command, report string, log io.Writer, run func() (int, error)) (code int) {
	err := safe.Do(func() (err error) {
		code, err = run()
		return err
	})
	if err != nil {
		return failed(command, report, log, err)
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
	case *tool.Closures:
		return 0, runClosures(*v)
	case *tool.Skeleton:
		return 0, runSkeleton()
	case *tool.Toolchain:
		return 0, runToolchain(*v)
	case *tool.Modules:
		return onStep(runModules, *v)
	case *tool.Go:
		return onStep(runGo, *v)
	case *tool.Objects:
		return onStep(runObjects, *v)
	case *tool.Record:
		return 0, objects.Record(tool.Cache, v.File)
	case *tool.Tidy:
		return onStep(checks.Tidy, *v)
	case *tool.Verify:
		return onStep(checks.Verify, *v)
	case *tool.Vendor:
		return onStep(checks.Vendor, *v)
	case *tool.Generate:
		return onStep(runGenerate, *v)
	case *tool.Test:
		return onStep(runTest, *v)
	case *tool.Rootfs:
		return 0, runRootfs(*v)
	case *tool.Look:
		return 0, runLook(*v)
	case *tool.Dirs:
		return 0, inodes.Make(tool.Out, *v)
	case *tool.Binaries:
		return 0, runBinaries(*v)
	case *tool.Compare:
		return 0, runCompare()
	case *tool.Libraries:
		return runLibraries(*v)
	case *tool.Linker:
		return 0, runLinker(*v)
	case *tool.SBOM:
		return 0, runSBOM(*v)
	case *tool.Program:
		return onStep(program.Install, *v)
	case *tool.VulnDB:
		return 0, runVulnDB(*v)
	case *tool.Vuln:
		return onStep(func(s gocmd.Step, v tool.Vuln) (int, error) { return vuln.Check(s.Compiling(), v) }, *v)
	}
	return 0, fmt.Errorf("%T is a verb of another version", v)
}

// failed says what is wrong, in the step's log and to the frontend, which
// looks into the directory report.
func failed(command, report string, log io.Writer, err error) int {
	fmt.Fprintf(log, "gohull: %v\n", err)
	f := tool.Failure{Command: command, Total: 1, Errors: []tool.Error{{Message: err.Error()}}}
	if err := f.Leave(report); err != nil {
		fmt.Fprintf(log, "gohull: %v\n", err)
	}
	return 1
}

func runScan(v tool.Scan) error {
	return onSource(func(source fs.FS) error {
		facts, err := scan.Scan(source, v)
		if err != nil {
			return err
		}
		data, err := json.Marshal(facts)
		if err != nil {
			return err
		}
		return leave(tool.FactsFile, data)
	})
}

func runClosure(v tool.Closure) error {
	var asked closure.Asked
	if v.Asked {
		var err error
		if asked, err = closure.ReadAsked(tool.Asked); err != nil {
			return err
		}
	}
	return onSource(func(source fs.FS) error { return pick(source, v, asked, tool.Out) })
}

// runClosures makes closures side by side: most of it is waiting for files.
func runClosures(v tool.Closures) error {
	all, err := v.ByImage()
	if err != nil {
		return err
	}
	return onSource(func(source fs.FS) error {
		eg := safe.NewGroup()
		eg.SetLimit(runtime.GOMAXPROCS(0))
		for image, c := range all {
			eg.Go(func() error { return pick(source, c, closure.Asked{}, tool.OutOf(image)) })
		}
		return eg.Wait()
	})
}

func pick(source fs.FS, v tool.Closure, asked closure.Asked, out string) error {
	result, err := closure.Find(source, v, asked)
	if err != nil {
		return err
	}
	return closure.Write(out, source, result)
}

func runSkeleton() error {
	return onSource(func(source fs.FS) error {
		s, err := closure.FindSkeleton(source)
		if err != nil {
			return err
		}
		return closure.WriteSkeleton(tool.Out, source, s)
	})
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
		Log:       stderr,
	})
}

func runModules(step gocmd.Step, v tool.Modules) (int, error) {
	return modules.Collect(modules.Job{Step: step, ModCache: tool.ModCache, Pause: time.Second}, v)
}

func runGo(step gocmd.Step, v tool.Go) (int, error) {
	if err := objects.Begin(tool.Cache, v.Start, stderr); err != nil {
		return 0, err
	}
	code, err := gocmd.Run(step.Compiling(), v)
	if code != 0 || err != nil || len(v.Binaries) == 0 {
		return code, err
	}
	return checkExecutables(step, v)
}

// checkExecutables looks at what was compiled.
func checkExecutables(step gocmd.Step, v tool.Go) (code int, err error) {
	var found executable.Result
	err = within(tool.Out, func(out fs.FS) (err error) {
		found, err = executable.Check(out, v, executable.PlatformOf(step.Env))
		return err
	})
	switch {
	case err != nil:
		return 0, err
	case len(found.Problems) > 0:
		return 1, reject("compile", found.Problems)
	case found.Dynamic:
		return 0, leaveImporters(found.Libraries)
	}
	return 0, os.Mkdir(filepath.Join(tool.Static, tool.StaticDir), 0o755)
}

// leaveImporters says which packages have libraries loaded, for the message.
func leaveImporters(names []string) error {
	var roots []fs.FS
	for _, dir := range []string{tool.Source, tool.ModCache} {
		root, err := os.OpenRoot(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		defer root.Close()
		roots = append(roots, root.FS())
	}
	importers, err := executable.Importers(names, roots...)
	if err != nil || len(importers) == 0 {
		return err
	}
	text := strings.Join(importers, "\n")
	return os.WriteFile(filepath.Join(tool.Static, tool.ImportersFile), []byte(text), 0o644)
}

func runTest(step gocmd.Step, v tool.Test) (int, error) {
	if err := objects.Begin(tool.Cache, v.Start, stderr); err != nil {
		return 0, err
	}
	return tests.Run(step, v)
}

func runGenerate(step gocmd.Step, v tool.Generate) (int, error) {
	if err := objects.Begin(tool.Cache, v.Start, stderr); err != nil {
		return 0, err
	}
	return checks.Generate(step, v, tool.Before)
}

func runObjects(step gocmd.Step, v tool.Objects) (int, error) {
	return objects.Collect(step.Compiling(), tool.Cache, v)
}

func runRootfs(v tool.Rootfs) error {
	goroot, err := rootfs.Goroot()
	if err != nil {
		return err
	}
	return rootfs.Write(tool.Out, goroot, v)
}

func runLook(v tool.Look) error {
	return within(tool.Image, func(image fs.FS) error {
		found, err := inodes.Look(image, v)
		if err != nil {
			return err
		}
		data, err := json.Marshal(found)
		if err != nil {
			return err
		}
		return leave(tool.BaseFile, data)
	})
}

func runBinaries(v tool.Binaries) error {
	return within(tool.Built, func(built fs.FS) error {
		return binaries.Write(tool.Out, built, v)
	})
}

func runCompare() error {
	return within(tool.Built, func(built fs.FS) error {
		return within(tool.BuiltAgain, func(again fs.FS) error {
			sums, err := compare.Sums(built, again)
			if err != nil {
				return err
			}
			return leave(tool.SumsFile, sums)
		})
	})
}

func runLibraries(v tool.Libraries) (code int, err error) {
	importers, err := regular.ReadFile(filepath.Join(tool.Static, tool.ImportersFile), regular.Text)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	var problems []string
	err = within(tool.Built, func(built fs.FS) error {
		return within(tool.Image, func(image fs.FS) (err error) {
			problems, err = libraries.Check(built, image, v, strings.FieldsFunc(string(importers), func(r rune) bool { return r == '\n' }))
			return err
		})
	})
	if err != nil || len(problems) == 0 {
		return 0, err
	}
	return 1, reject("libraries", problems)
}

// reject says what is wrong, in the step's log and to the frontend.
func reject(command string, problems []string) error {
	f := tool.Failure{Command: command, Total: len(problems)}
	for _, p := range problems {
		fmt.Fprintln(stderr, p)
		f.Errors = append(f.Errors, tool.Error{Message: p})
	}
	return f.Leave(tool.Report)
}

func runLinker(v tool.Linker) error {
	return within(tool.Image, func(image fs.FS) error {
		return leave(tool.LinkerFile, []byte(libraries.Linker(image, v.Arch)))
	})
}

func runSBOM(v tool.SBOM) error {
	return within(tool.Built, func(built fs.FS) error {
		data, err := sbom.Document(built, v)
		if err != nil {
			return err
		}
		return leave(tool.SBOMFile, data)
	})
}

func runVulnDB(v tool.VulnDB) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return vuln.Pick(ctx, vuln.Job{
		VulnDB: v,
		Source: tool.Source,
		Folder: tool.VulnFolder,
		Out:    tool.Out,
		CA:     tool.SecretPath(tool.SecretCA),
		Netrc:  tool.SecretPath(tool.SecretNetrc),
		Log:    stderr,
	})
}

// onStep runs a verb that has the go command run.
func onStep[V any](run func(gocmd.Step, V) (int, error), v V) (int, error) {
	step, err := gocmd.Inside(stdout, stderr)
	if err != nil {
		return 0, err
	}
	return run(step, v)
}

// onSource runs a verb that reads the build context, with what generators
// made over it.
func onSource(run func(fs.FS) error) error {
	return within(tool.Source, func(source fs.FS) error {
		if _, err := os.Stat(tool.Made); errors.Is(err, fs.ErrNotExist) {
			return run(source)
		}
		return within(tool.Made, func(made fs.FS) error { return run(overlay.FS{Lower: source, Upper: made}) })
	})
}

// within runs what reads a folder, which no symlink leads it out of.
func within(dir string, run func(fs.FS) error) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return run(root.FS())
}

// leave writes a file of the step's output.
func leave(name string, data []byte) error {
	return os.WriteFile(filepath.Join(tool.Out, name), data, 0o644)
}
