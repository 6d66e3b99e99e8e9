// Package run runs the verbs of package step. It is what happens inside a
// step of a build: a command line comes in, one row of the table runs, and an
// exit code, a log and perhaps a report go out.
//
// To add a verb, declare its type in package step and add a row to the table.
package run

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/gohull/gohull/internal/safe"
	"github.com/gohull/gohull/internal/visible"
	"github.com/gohull/gohull/llb/step"
)

// Program runs the program with its arguments, the first of which is the name that it
// was started by: the go command finds it under the name git.
func Program(env Env, argv []string) (code int) { return Run(env, step.Arguments(argv)) }

// Run runs the verb of a command line without its step.Binary, and returns the
// exit code of the program. If the verb fails or panics, the log and the report
// in step.Report say why.
func Run(env Env, args []string) (code int) {
	stdout, stderr := visible.NewWriter(env.Stdout), visible.NewWriter(env.Stderr)
	defer func() { _ = errors.Join(stdout.Flush(), stderr.Flush()) }()
	env.Stdout, env.Stderr = stdout, stderr
	syscall.Umask(0o022) // The modes of a step's output must not depend on the builder.
	if err := safe.Do(func() (err error) {
		code, err = dispatch(env, args)
		return err
	}); err != nil {
		return env.failed(args, err)
	}
	return code
}

// dispatch finds the row of a command line and runs it.
func dispatch(env Env, args []string) (code int, err error) {
	v, err := step.Parse(args, Verbs()...)
	if err != nil {
		return 0, err
	}
	for _, r := range table {
		if run := r.bind(v); run != nil {
			return run(env)
		}
	}
	return 0, fmt.Errorf("%s: the verb has no row in the table", args[0])
}

// failed reports an error in the log and to the frontend, and returns the exit
// code.
func (e Env) failed(args []string, err error) int {
	command := "gohull"
	if len(args) > 0 {
		command = args[0]
	}
	fmt.Fprintf(e.Stderr, "gohull: %v\n", err)
	e.leave(step.Failure{Command: command, Total: 1, Errors: []step.Error{{Message: err.Error()}}})
	return 1
}

// reject reports problems in the log and to the frontend, and returns the exit
// code.
func (e Env) reject(command string, problems []string) int {
	f := step.Failure{Command: command, Total: len(problems)}
	for _, p := range problems {
		fmt.Fprintln(e.Stderr, p)
		f.Errors = append(f.Errors, step.Error{Message: p})
	}
	e.leave(f)
	return 1
}

// leave writes the report. If it cannot be written, the log says so: the step
// fails in any case.
func (e Env) leave(f step.Failure) {
	if err := f.Leave(e.at(step.Report)); err != nil {
		_, _ = io.WriteString(e.Stderr, "gohull: "+err.Error()+"\n")
	}
}
