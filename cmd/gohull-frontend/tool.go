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
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/check"
	"github.com/gohull/gohull/llb/step/check/compare"
	"github.com/gohull/gohull/llb/step/check/tests"
	"github.com/gohull/gohull/llb/step/check/vuln"
	"github.com/gohull/gohull/llb/step/fetch/modules"
	"github.com/gohull/gohull/llb/step/fetch/program"
	"github.com/gohull/gohull/llb/step/fetch/toolchain"
	"github.com/gohull/gohull/llb/step/gocmd"
	"github.com/gohull/gohull/llb/step/gocmd/objects"
	"github.com/gohull/gohull/llb/step/image/binaries"
	"github.com/gohull/gohull/llb/step/image/executable"
	"github.com/gohull/gohull/llb/step/image/inodes"
	"github.com/gohull/gohull/llb/step/image/libraries"
	"github.com/gohull/gohull/llb/step/image/rootfs"
	"github.com/gohull/gohull/llb/step/image/sbom"
	"github.com/gohull/gohull/llb/step/source/closure"
	"github.com/gohull/gohull/llb/step/source/overlay"
	"github.com/gohull/gohull/llb/step/source/scan"
)

// The log of a step, where foreign text cannot act on a terminal.
var stdout, stderr = visible.NewWriter(os.Stdout), visible.NewWriter(os.Stderr)

// runTool runs a verb of the tool and gives the exit code of the program.
func runTool(args []string) int {
	defer func() { _ = errors.Join(stdout.Flush(), stderr.Flush()) }()
	syscall.Umask(0o022) // What a step leaves has the same modes on every builder.
	v, err := step.Parse(args)
	if err != nil {
		return failed("tool", step.Report, stderr, err)
	}
	return answer(args[0], step.Report, stderr, func() (int, error) { return runVerb(v) })
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
func runVerb(v step.Verb) (code int, err error) {
	switch v := v.(type) {
	case *step.Scan:
		return 0, runScan(*v)
	case *step.Closure:
		return 0, runClosure(*v)
	case *step.Closures:
		return 0, runClosures(*v)
	case *step.Skeleton:
		return 0, runSkeleton()
	case *step.Toolchain:
		return 0, runToolchain(*v)
	case *step.Modules:
		return onStep(runModules, *v)
	case *step.Go:
		return onStep(runGo, *v)
	case *step.Objects:
		return onStep(runObjects, *v)
	case *step.Record:
		return 0, objects.Record(step.Cache, v.File)
	case *step.Tidy:
		return onStep(check.Tidy, *v)
	case *step.Verify:
		return onStep(check.Verify, *v)
	case *step.Vendor:
		return onStep(check.Vendor, *v)
	case *step.Generate:
		return onStep(runGenerate, *v)
	case *step.Test:
		return onStep(runTest, *v)
	case *step.Rootfs:
		return 0, runRootfs(*v)
	case *step.Look:
		return 0, runLook(*v)
	case *step.Dirs:
		return 0, inodes.Make(step.Out, *v)
	case *step.Binaries:
		return 0, runBinaries(*v)
	case *step.Compare:
		return 0, runCompare()
	case *step.Libraries:
		return runLibraries(*v)
	case *step.Linker:
		return 0, runLinker(*v)
	case *step.SBOM:
		return 0, runSBOM(*v)
	case *step.Program:
		return onStep(program.Install, *v)
	case *step.VulnDB:
		return 0, runVulnDB(*v)
	case *step.Vuln:
		return onStep(func(s gocmd.Step, v step.Vuln) (int, error) { return vuln.Check(s.Compiling(), v) }, *v)
	}
	return 0, fmt.Errorf("%T is a verb of another version", v)
}

// failed says what is wrong, in the step's log and to the frontend, which
// looks into the directory report.
func failed(command, report string, log io.Writer, err error) int {
	fmt.Fprintf(log, "gohull: %v\n", err)
	f := step.Failure{Command: command, Total: 1, Errors: []step.Error{{Message: err.Error()}}}
	if err := f.Leave(report); err != nil {
		fmt.Fprintf(log, "gohull: %v\n", err)
	}
	return 1
}

func runScan(v step.Scan) error {
	return onSource(func(source fs.FS) error {
		facts, err := scan.Scan(source, v)
		if err != nil {
			return err
		}
		data, err := json.Marshal(facts)
		if err != nil {
			return err
		}
		return leave(step.FactsFile, data)
	})
}

func runClosure(v step.Closure) error {
	var asked closure.Asked
	if v.Asked {
		var err error
		if asked, err = closure.ReadAsked(step.Asked); err != nil {
			return err
		}
	}
	return onSource(func(source fs.FS) error { return pick(source, v, asked, step.Out) })
}

// runClosures makes closures side by side: most of it is waiting for files.
func runClosures(v step.Closures) error {
	all, err := v.ByImage()
	if err != nil {
		return err
	}
	return onSource(func(source fs.FS) error {
		eg := safe.NewGroup()
		eg.SetLimit(runtime.GOMAXPROCS(0))
		for image, c := range all {
			eg.Go(func() error { return pick(source, c, closure.Asked{}, step.OutOf(image)) })
		}
		return eg.Wait()
	})
}

func pick(source fs.FS, v step.Closure, asked closure.Asked, out string) error {
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
		return closure.WriteSkeleton(step.Out, source, s)
	})
}

func runToolchain(v step.Toolchain) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return toolchain.Fetch(ctx, toolchain.Request{
		Toolchain: v,
		Out:       step.Out,
		Temp:      step.Temp,
		CA:        step.SecretPath(step.SecretCA),
		Netrc:     step.SecretPath(step.SecretNetrc),
		Env:       os.Environ(),
		Log:       stderr,
	})
}

func runModules(s gocmd.Step, v step.Modules) (int, error) {
	return modules.Collect(modules.Job{Step: s, ModCache: step.ModCache, Pause: time.Second}, v)
}

func runGo(s gocmd.Step, v step.Go) (int, error) {
	if err := objects.Begin(step.Cache, v.Start, stderr); err != nil {
		return 0, err
	}
	code, err := gocmd.Run(s.Compiling(), v)
	if code != 0 || err != nil || len(v.Binaries) == 0 {
		return code, err
	}
	return checkExecutables(s, v)
}

// checkExecutables looks at what was compiled.
func checkExecutables(s gocmd.Step, v step.Go) (code int, err error) {
	var found executable.Result
	err = within(step.Out, func(out fs.FS) (err error) {
		found, err = executable.Check(out, v, executable.PlatformOf(s.Env))
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
	return 0, os.Mkdir(filepath.Join(step.Static, step.StaticDir), 0o755)
}

// leaveImporters says which packages have libraries loaded, for the message.
func leaveImporters(names []string) error {
	var roots []fs.FS
	for _, dir := range []string{step.Source, step.ModCache} {
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
	return os.WriteFile(filepath.Join(step.Static, step.ImportersFile), []byte(text), 0o644)
}

func runTest(s gocmd.Step, v step.Test) (int, error) {
	if err := objects.Begin(step.Cache, v.Start, stderr); err != nil {
		return 0, err
	}
	return tests.Run(s, v)
}

func runGenerate(s gocmd.Step, v step.Generate) (int, error) {
	if err := objects.Begin(step.Cache, v.Start, stderr); err != nil {
		return 0, err
	}
	return check.Generate(s, v, step.Before)
}

func runObjects(s gocmd.Step, v step.Objects) (int, error) {
	return objects.Collect(s.Compiling(), step.Cache, v)
}

func runRootfs(v step.Rootfs) error {
	goroot, err := rootfs.Goroot()
	if err != nil {
		return err
	}
	return rootfs.Write(step.Out, goroot, v)
}

func runLook(v step.Look) error {
	return within(step.Image, func(image fs.FS) error {
		found, err := inodes.Look(image, v)
		if err != nil {
			return err
		}
		data, err := json.Marshal(found)
		if err != nil {
			return err
		}
		return leave(step.BaseFile, data)
	})
}

func runBinaries(v step.Binaries) error {
	return within(step.Built, func(built fs.FS) error {
		return binaries.Write(step.Out, built, v)
	})
}

func runCompare() error {
	return within(step.Built, func(built fs.FS) error {
		return within(step.BuiltAgain, func(again fs.FS) error {
			sums, err := compare.Sums(built, again)
			if err != nil {
				return err
			}
			return leave(step.SumsFile, sums)
		})
	})
}

func runLibraries(v step.Libraries) (code int, err error) {
	importers, err := regular.ReadFile(filepath.Join(step.Static, step.ImportersFile), regular.Text)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	var problems []string
	err = within(step.Built, func(built fs.FS) error {
		return within(step.Image, func(image fs.FS) (err error) {
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
	f := step.Failure{Command: command, Total: len(problems)}
	for _, p := range problems {
		fmt.Fprintln(stderr, p)
		f.Errors = append(f.Errors, step.Error{Message: p})
	}
	return f.Leave(step.Report)
}

func runLinker(v step.Linker) error {
	return within(step.Image, func(image fs.FS) error {
		return leave(step.LinkerFile, []byte(libraries.Linker(image, v.Arch)))
	})
}

func runSBOM(v step.SBOM) error {
	return within(step.Built, func(built fs.FS) error {
		data, err := sbom.Document(built, v)
		if err != nil {
			return err
		}
		return leave(step.SBOMFile, data)
	})
}

func runVulnDB(v step.VulnDB) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return vuln.Pick(ctx, vuln.Job{
		VulnDB: v,
		Source: step.Source,
		Folder: step.VulnFolder,
		Out:    step.Out,
		CA:     step.SecretPath(step.SecretCA),
		Netrc:  step.SecretPath(step.SecretNetrc),
		Log:    stderr,
	})
}

// onStep runs a verb that has the go command run.
func onStep[V any](run func(gocmd.Step, V) (int, error), v V) (int, error) {
	s, err := gocmd.Inside(stdout, stderr)
	if err != nil {
		return 0, err
	}
	return run(s, v)
}

// onSource runs a verb that reads the build context, with what generators
// made over it.
func onSource(run func(fs.FS) error) error {
	return within(step.Source, func(source fs.FS) error {
		if _, err := os.Stat(step.Made); errors.Is(err, fs.ErrNotExist) {
			return run(source)
		}
		return within(step.Made, func(made fs.FS) error { return run(overlay.FS{Lower: source, Upper: made}) })
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
	return os.WriteFile(filepath.Join(step.Out, name), data, 0o644)
}
