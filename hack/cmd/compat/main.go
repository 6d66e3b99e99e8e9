// Command compat runs the end-to-end tests with several versions of BuildKit
// and buildx; see package compat. `hack/compat` builds and runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/gohull/gohull/hack/internal/compat"
	"github.com/gohull/gohull/hack/internal/lab"
)

const usage = `Usage: hack/compat [FLAG…]

Runs end-to-end tests with several versions of BuildKit and buildx and with a
Docker Engine, and writes what came of them to docs/compatibility.json and
docs/compatibility.md. Each setup runs in the lab (see hack/lab), which it brings
up. A daemon takes some minutes to build the first time, and its tests some more.
Results are kept after each setup, so after an interruption go on with -only.

`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	only := flag.String("only", "", "only these setups, with commas: "+strings.Join(names(compat.Setups()), ", "))
	docs := flag.Bool("docs", false, "write the page from the results that are there, and run nothing")
	flag.Usage = func() {
		fmt.Fprint(os.Stderr, usage)
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := command(ctx, *only, *docs); err != nil {
		fmt.Fprintln(os.Stderr, "compat:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, only string, docs bool) error {
	l, err := lab.Here(os.Stderr)
	if err != nil {
		return err
	}
	dir := filepath.Join(l.Repo, "docs")
	if docs {
		return compat.WritePage(dir)
	}
	setups, err := chosen(only)
	if err != nil {
		return err
	}
	isEngine := func(s compat.Setup) bool { return s.Kind == compat.Docker }
	if err := errors.Join(l.Up(ctx, slices.ContainsFunc(setups, isEngine)), l.Adopt()); err != nil {
		return err
	}
	for _, s := range setups {
		column, err := run(ctx, l, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name(), err)
		}
		if err := keep(dir, column); err != nil {
			return err
		}
	}
	return report(dir)
}

// chosen returns the setups with these names, or all.
func chosen(only string) ([]compat.Setup, error) {
	all := compat.Setups()
	if only == "" {
		return all, nil
	}
	var setups []compat.Setup
	for name := range strings.SplitSeq(only, ",") {
		i := slices.Index(names(all), name)
		if i < 0 {
			return nil, fmt.Errorf("-only: unknown setup %q, want one of %s", name, strings.Join(names(all), ", "))
		}
		setups = append(setups, all[i])
	}
	return setups, nil
}

func names(setups []compat.Setup) []string {
	var all []string
	for _, s := range setups {
		all = append(all, s.Name())
	}
	return all
}

// keep puts a column into the documentation, instead of the earlier one.
func keep(dir string, c compat.Column) error {
	name := filepath.Join(dir, compat.Results)
	earlier, err := compat.Read(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := earlier.With(c).Write(name); err != nil {
		return err
	}
	return compat.WritePage(dir)
}

// report fails if a cell of the page needs attention.
func report(dir string) error {
	run, err := compat.Read(filepath.Join(dir, compat.Results))
	if err != nil {
		return err
	}
	if cells := run.Unexplained(compat.Features()); len(cells) > 0 {
		return errors.New("not explained:\n" + strings.Join(cells, "\n"))
	}
	return nil
}
