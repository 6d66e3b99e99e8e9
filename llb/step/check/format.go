package check

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// Format runs the verb and returns an exit code.
func Format(s gocmd.Step, v step.Format) (code int, err error) {
	list, code, err := gofmt(s, "-l", ".")
	if code != 0 || err != nil {
		return code, err
	}
	var found []finding
	for name := range strings.Lines(list) {
		f, code, err := formatted(s, strings.TrimSuffix(name, "\n"))
		if code != 0 || err != nil {
			return code, err
		}
		if v.Fix {
			err = write(s.Out, f.name, f.after)
		} else {
			found = append(found, f.hunks("not as gofmt formats it")...)
		}
		if err != nil {
			return 0, err
		}
	}
	if v.Fix {
		return 0, mtime.SetAll(s.Out, 0)
	}
	return report(s, "gofmt", found, fixing("fmt"))
}

// formatted returns a file and what gofmt makes of it.
func formatted(s gocmd.Step, name string) (f version, code int, err error) {
	f.name = name
	if f.before, err = read(s.Source, name); err != nil {
		return f, 0, err
	}
	text, code, err := gofmt(s, name)
	f.after = []byte(text)
	return f, code, err
}

// gofmt runs the toolchain's gofmt. A file that it cannot read fails the step,
// with the line.
func gofmt(s gocmd.Step, args ...string) (stdout string, code int, err error) {
	out, stderr, code, err := gocmd.Program(s, "gofmt", args)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", 0, fmt.Errorf("the toolchain has no gofmt: take an official image, or leave `fmt` out of `checks`")
	case err != nil:
		return "", 0, err
	case code != 0:
		return "", code, gocmd.Report(s, "gofmt", stderr)
	}
	return string(out), 0, nil
}
