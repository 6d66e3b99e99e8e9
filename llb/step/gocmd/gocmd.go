// Package gocmd runs the go command inside a step: it prepares what the
// command expects of a machine, shows progress, and says afterwards what
// went wrong and where.
package gocmd

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/internal/safe"
	"github.com/gohull/gohull/llb/step"
)

// Step is the surroundings of the go command.
type Step struct {
	Source string // the build context
	Dir    string // the directory to run in, in Source
	Out    string // its times are set, if it exists
	Report string // takes the Failure, if it exists
	Temp   string // is made
	Goroot string // has the go command when PATH has none
	Tree   string // what the verb modules left, need not exist
	CA     string // file of further certificates, need not exist
	Netrc  string // file of credentials, need not exist
	Self   string // the program of steps, which also stands in for git
	Linker string // what the verb linker left, need not exist
	Git    Git
	Env    []string // "KEY=value"
	OnlyGo bool     // whether nothing but the programs of GOROOT is to be found
	Stdout io.Writer
	Stderr io.Writer

	gitDir string // has a git that is first on PATH; empty for none

	// NextLook says when the go command is looked at for progress the next
	// time; see Online. It is nil for one that may take any time.
	NextLook func() <-chan time.Time
	// Again reports whether a command that failed online may succeed now, by what
	// it printed. It is nil for commands that run once.
	Again func(printed string) bool
}

// Git is what git is given. None of the files need exist.
type Git struct {
	Settings    string // in the form of a .gitconfig
	Credentials string // in the form of a .git-credentials
	KnownHosts  string // keys of hosts
}

// Compiling returns the step for a command that compiles or vets. Without cgo, Go
// needs no program but its own, and finds no other: the linker would hand
// object files that it cannot read to any C compiler.
func (s Step) Compiling() Step {
	s.OnlyGo = lookup(s.Env, "CGO_ENABLED") == "0"
	return s
}

// Run runs the go command and returns its exit code. A command that fails is
// no error of Run: it has printed what is wrong.
func Run(s Step, v step.Go) (code int, err error) {
	out := newOutput(s.Stdout, s.Stderr)
	args := v.Args
	if v.Commit != "" {
		if s, err = s.withGit(v.Checkout); err != nil {
			return 0, err
		}
	}
	if v.Linker {
		if args, err = s.throughLinker(args); err != nil {
			return 0, err
		}
	}
	if len(v.Dirs) > 0 {
		own, code, err := Group(s, args[1:], v.Dirs)
		if own == nil || code != 0 || err != nil {
			return code, err
		}
		args = slices.Concat(args[:1], own)
	}
	if compiles(args) {
		out.progress = &progress{log: s.Stderr, now: time.Now}
		args = slices.Insert(slices.Clone(args), 1, "-v")
	}
	cmd, err := s.command(args)
	if err != nil {
		return 0, err
	}
	cmd.Stdout, cmd.Stderr = out.stdout, out.stderr
	if code, err = s.run(cmd, out); err != nil {
		return 0, err
	}
	if code != 0 && s.mayGoBetter(out.text()) {
		return Run(s, v)
	}
	if code != 0 {
		return code, s.report(action(v.Args), out.text(), goroot(cmd))
	}
	return 0, s.setTimes(v.Epoch)
}

func (s Step) mayGoBetter(printed string) bool {
	return s.NextLook != nil && s.Again != nil && s.Again(printed)
}

// Capture runs the go command as Run does, and returns what it prints on its
// standard output.
func Capture(s Step, args []string) (stdout []byte, code int, err error) {
	cmd, err := s.command(args)
	if err != nil {
		return nil, 0, err
	}
	stdout, stderr, code, err := s.capture(cmd, mostOutput)
	if code != 0 && err == nil && s.mayGoBetter(stderr) {
		return Capture(s, args)
	}
	if code != 0 && err == nil {
		return nil, code, s.report(action(args), stderr, goroot(cmd))
	}
	return stdout, code, err
}

// Output runs the go command as Capture does, and returns what comes on both
// streams. What a failure means is left to the caller.
func Output(s Step, args []string) (stdout []byte, stderr string, code int, err error) {
	cmd, err := s.command(args)
	if err != nil {
		return nil, "", 0, err
	}
	return s.capture(cmd, mostOutput)
}

// Stream runs the go command as Run does, and has its standard output written
// to w. It returns what came on the other stream; what a failure means is left
// to the caller.
func Stream(s Step, args []string, w io.Writer) (stderr string, code int, err error) {
	cmd, err := s.command(args)
	if err != nil {
		return "", 0, err
	}
	return s.stream(cmd, w)
}

// mostOutput is how much is kept of a standard output. Large projects list
// some ten megabytes.
const mostOutput = regular.Text

// capture runs a program and keeps its standard output. One that prints more
// than limit bytes is ended.
func (s Step) capture(cmd *exec.Cmd, limit int) (stdout []byte, stderr string, code int, err error) {
	kept := &limited{limit: limit}
	stderr, code, err = s.stream(cmd, kept)
	if kept.full {
		err = fmt.Errorf("%s printed more than %d bytes", strings.Join(cmd.Args, " "), limit)
	}
	if err != nil {
		return nil, "", 0, err
	}
	return kept.data.Bytes(), stderr, code, nil
}

// limited keeps what is written to it, and fails at what exceeds the limit.
type limited struct {
	data  bytes.Buffer
	limit int
	full  bool
}

func (l *limited) Write(p []byte) (int, error) {
	if l.full = l.full || l.data.Len()+len(p) > l.limit; l.full {
		return 0, regular.ErrLarge
	}
	return l.data.Write(p)
}

func (s Step) stream(cmd *exec.Cmd, w io.Writer) (stderr string, code int, err error) {
	out := newOutput(s.Stdout, s.Stderr)
	cmd.Stdout, cmd.Stderr = w, out.stderr
	code, err = s.run(cmd, out)
	return out.text(), code, err
}

// Command runs any program as Run runs the go command, and returns what it printed.
// What a failure means is left to the caller.
func Command(s Step, argv []string) (printed string, code int, err error) {
	cmd, err := s.anyProgram(argv)
	if err != nil {
		return "", 0, err
	}
	out := newOutput(s.Stdout, s.Stderr)
	cmd.Stdout, cmd.Stderr = out.stdout, out.stderr
	code, err = s.run(cmd, out)
	return out.text(), code, err
}

// anyProgram returns the go command or another program, ready to run.
func (s Step) anyProgram(argv []string) (*exec.Cmd, error) {
	if argv[0] == "go" {
		return s.command(argv[1:])
	}
	s, err := s.withGo()
	if err != nil {
		return nil, err
	}
	return s.program(argv[0], argv[1:])
}

// withGo returns a step whose programs find the go command on PATH.
func (s Step) withGo() (Step, error) {
	goBinary, err := s.goBinary()
	if err != nil {
		return s, err
	}
	s.Env = append(slices.Clone(s.Env), "PATH="+filepath.Dir(goBinary)+":"+lookup(s.Env, "PATH"))
	return s, nil
}

// Program runs another program as Output runs the go command, which the program
// finds on PATH.
func Program(s Step, bin string, args []string) (stdout []byte, stderr string, code int, err error) {
	s, err = s.withGo()
	if err != nil {
		return nil, "", 0, err
	}
	cmd, err := s.program(bin, args)
	if err != nil {
		return nil, "", 0, err
	}
	return s.capture(cmd, mostOutput)
}

// In returns the step in a directory of the source.
func (s Step) In(dir string) Step {
	s.Dir = filepath.Join(s.Source, dir)
	return s
}

// Failure returns what is wrong, as Report leaves it.
func Failure(s Step, what, output string) step.Failure { return s.failure(what, output, s.Goroot) }

// Report leaves what is wrong for the frontend, in the form of what the go
// command prints.
func Report(s Step, what, output string) error {
	return s.report(what, output, s.Goroot)
}

// throughLinker has executables start through the dynamic linker that was
// found in their image. By itself, Go's linker names the one that it finds on
// the machine it runs on. What the spec says about it comes later and holds.
func (s Step) throughLinker(args []string) ([]string, error) {
	data, err := regular.ReadFile(filepath.Join(s.Linker, step.LinkerFile), regular.Text)
	if err != nil || len(data) == 0 {
		return args, err
	}
	const flag = "-ldflags="
	own := "-I " + string(data)
	args = slices.Clone(args)
	found := false
	for i, a := range args {
		if rest, ok := strings.CutPrefix(a, flag); ok {
			pattern, rest := cutPattern(rest)
			args[i], found = flag+pattern+own+" "+rest, true
		}
	}
	if found {
		return args, nil
	}
	return slices.Insert(args, 1, flag+own), nil
}

// cutPattern cuts flags after the pattern of packages that they are for, and the =.
func cutPattern(flags string) (pattern, rest string) {
	end := strings.IndexByte(flags, '=')
	if end < 0 || strings.HasPrefix(strings.TrimLeft(flags, " \t\n\r"), "-") {
		return "", flags
	}
	return flags[:end+1], flags[end+1:]
}

// command returns the go command, ready to run.
func (s Step) command(args []string) (*exec.Cmd, error) {
	bin, err := s.goBinary()
	if err != nil {
		return nil, err
	}
	if s.NextLook != nil {
		args = traced(args)
	}
	return s.program(bin, args)
}

// program returns a program, ready to run.
func (s Step) program(bin string, args []string) (*exec.Cmd, error) {
	env, err := s.environment()
	if err != nil {
		return nil, err
	}
	if s.OnlyGo {
		goBinary, err := s.goBinary()
		if err != nil {
			return nil, err
		}
		env = append(env, "PATH="+filepath.Dir(goBinary))
	}
	if s.gitDir != "" {
		env = append(env, "PATH="+s.gitDir+":"+lookup(env, "PATH"))
	}
	cmd := exec.Command(bin, args...)
	cmd.Dir, cmd.Env = s.Dir, env
	return cmd, nil
}

func goroot(cmd *exec.Cmd) string { return filepath.Dir(filepath.Dir(cmd.Path)) }

func (s Step) run(cmd *exec.Cmd, out *output) (code int, err error) {
	if s.NextLook != nil {
		out.trace = &trace{}
	}
	code, err = wait(cmd, s.NextLook)
	out.flush(code)
	var stalled *Stalled
	if errors.As(err, &stalled) {
		return 0, &Stalled{Fetching: out.trace.fetching()}
	}
	if err != nil {
		return 0, fmt.Errorf("running %s: %w", cmd.Path, err)
	}
	return code, nil
}

func isBuild(args []string) bool { return len(args) > 0 && args[0] == "build" }

// compiles reports whether the command names the packages that it compiles.
func compiles(args []string) bool {
	return isBuild(args) || len(args) > 0 && args[0] == "install"
}

// goBinary finds the go command, on PATH first: images of a user's own have
// it anywhere.
func (s Step) goBinary() (string, error) {
	if bin, err := exec.LookPath("go"); err == nil {
		return filepath.Abs(bin)
	}
	bin := filepath.Join(s.Goroot, "bin/go")
	if _, err := os.Stat(bin); err != nil {
		return "", fmt.Errorf("found no go command on PATH and none in %s; use a toolchain image that has Go", filepath.Dir(bin))
	}
	return bin, nil
}

// wait runs a command to its end, in a process group of its own, and passes
// on the signals that end a step. A command that makes no progress from one
// look to the next is ended.
func wait(cmd *exec.Cmd, next func() <-chan time.Time) (code int, err error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	done := make(chan struct{})
	guards := safe.NewGroup()
	guards.Go(func() error { return guard(cmd.Process.Pid, signals, next, done) })
	err = cmd.Wait()
	close(done)
	if stalled := guards.Wait(); stalled != nil {
		return 0, stalled
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return 0, err
	}
	return exitCode(exit), nil
}

// guard passes on signals to a process group until it is done, and ends it
// when it makes no progress.
func guard(group int, signals <-chan os.Signal, next func() <-chan time.Time, done <-chan struct{}) error {
	p := patience{proc: os.DirFS("/proc"), group: group}
	var look <-chan time.Time
	if next != nil {
		look = next()
	}
	for {
		// Sending a signal fails only when the group is gone, which is what was
		// wanted.
		select {
		case sig := <-signals:
			_ = syscall.Kill(-group, sig.(syscall.Signal))
		case <-look:
			if p.isOver() {
				_ = syscall.Kill(-group, syscall.SIGKILL)
				return &Stalled{}
			}
			look = next()
		case <-done:
			return nil
		}
	}
}

// exitCode returns the command's own, or what a shell gives for a signal.
func exitCode(exit *exec.ExitError) int {
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return cmp.Or(exit.ExitCode(), 1)
}

// setTimes makes the times of the output the same whenever it was built.
func (s Step) setTimes(epoch int64) error {
	err := mtime.SetAll(s.Out, epoch)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // The step has no output of its own.
	}
	return err
}
