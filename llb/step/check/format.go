package check

import (
	"errors"
	"io"
	"os/exec"
	"strings"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// Format runs the verb and returns an exit code. Files that gofmt cannot read are
// reported together with those that it would change.
func Format(s gocmd.Step, v step.Format) (code int, err error) {
	list, broken, err := gofmt(s, "-l", ".")
	if err != nil {
		return 0, err
	}
	var found []finding
	for name := range strings.Lines(list) {
		f, err := formatted(s, strings.TrimSuffix(name, "\n"))
		if err != nil {
			return 0, err
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
	if broken != "" {
		text := described(found, fixing("fmt"))
		if _, err := io.WriteString(s.Stderr, text); err != nil {
			return 0, err
		}
		return 1, gocmd.Report(s, "gofmt", text+broken)
	}
	if v.Fix {
		return 0, mtime.SetAll(s.Out, 0)
	}
	return report(s, "gofmt", found, fixing("fmt"))
}

// formatted returns a file and what gofmt makes of it.
func formatted(s gocmd.Step, name string) (f version, err error) {
	f.name = name
	if f.before, err = read(s.Source, name); err != nil {
		return f, err
	}
	text, broken, err := gofmt(s, "./"+name) // a name may begin like a flag
	if err == nil && broken != "" {
		err = errors.New(broken)
	}
	f.after = []byte(text)
	return f, err
}

// gofmt runs the toolchain's gofmt. What it says of files that it cannot read is
// in broken.
func gofmt(s gocmd.Step, args ...string) (stdout, broken string, err error) {
	out, stderr, code, err := gocmd.Program(s, "gofmt", args)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", "", errors.New("the toolchain has no gofmt: use an official image, or remove `fmt` from `checks`")
	case err != nil:
		return "", "", err
	case code != 0:
		return string(out), stderr, nil
	}
	return string(out), "", nil
}
