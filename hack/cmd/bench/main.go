// Command bench compares gohull with other ways of making the same images;
// see package bench. `hack/bench` builds and runs it.
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

	"github.com/gohull/gohull/hack/internal/bench"
	"github.com/gohull/gohull/hack/internal/bench/chart"
	"github.com/gohull/gohull/hack/internal/bench/docs"
	"github.com/gohull/gohull/hack/internal/bench/result"
)

const usage = `Usage: hack/bench [FLAG…] [DIR MAIN…]

Compares gohull with other ways of making the same images, in the lab (see
hack/lab), which it brings up. It builds the project in DIR, whose main packages
are named as for "go build"; without MAIN, all that it has. One image is built of
the first; all of them are the services. Nothing is changed in DIR. Without DIR,
it builds this repository, a generated module of ten services, and the same with
1,000 packages more.

`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx, readFlags()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// flags are the command line.
type flags struct {
	cases       string
	peers       string
	input       string
	repetitions int
	output      string
	from        string
	draw        string
	docs        bool
	args        []string
}

func readFlags() flags {
	var f flags
	flag.StringVar(&f.cases, "case", "", "only these cases, with commas: "+strings.Join(bench.Cases(), ", "))
	flag.StringVar(&f.peers, "peer", "", "only these peers, with commas: "+strings.Join(peerNames(), ", "))
	flag.StringVar(&f.input, "input", "", "only these inputs, with commas: "+strings.Join(inputNames, ", "))
	flag.IntVar(&f.repetitions, "n", 3, "repetitions of each build")
	flag.StringVar(&f.output, "o", "", "file to write: the results as JSON, or with -draw the chart")
	flag.StringVar(&f.from, "from", "", "print the results of an earlier run, a JSON file, and measure nothing")
	flag.StringVar(&f.draw, "draw", "", "draw the chart of an earlier run, a JSON file, and measure nothing")
	flag.BoolVar(&f.docs, "docs", false, "put the results, their tables and chart into docs/")
	flag.Usage = func() {
		fmt.Fprint(os.Stderr, usage)
		flag.PrintDefaults()
	}
	flag.Parse()
	f.args = flag.Args()
	return f
}

func command(ctx context.Context, f flags) error {
	repo := os.Getenv("GOHULL_REPO")
	if repo == "" {
		return errors.New("GOHULL_REPO is not set; start this through hack/bench")
	}
	if f.draw != "" {
		return draw(f)
	}
	if f.repetitions < 1 {
		return fmt.Errorf("-n is %d, want at least 1", f.repetitions)
	}
	results, err := f.results(ctx, repo)
	if len(results.Inputs) > 0 {
		fmt.Print("\n", results.About(), "\n", result.Text(results.Tables()))
	}
	if err != nil || !f.docs {
		return err
	}
	return publish(results, filepath.Join(repo, "docs"))
}

// publish puts results into the documentation, instead of those of the same
// cases.
func publish(run result.Run, dir string) error {
	name := filepath.Join(dir, docs.Results)
	earlier, err := result.Read(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(run.Over(earlier).Write(name), docs.Write(dir))
}

func draw(f flags) error {
	if f.output == "" {
		return errors.New("-draw needs a file to write: -o chart.svg")
	}
	run, err := result.Read(f.draw)
	if err != nil {
		return err
	}
	return os.WriteFile(f.output, []byte(chart.SVG(run)), 0o644)
}

// results are those of an earlier run, or of one that is made now.
func (f flags) results(ctx context.Context, repo string) (result.Run, error) {
	if f.from != "" {
		return result.Read(f.from)
	}
	return f.measure(ctx, repo)
}

// chosen splits a list and checks its names.
func chosen(flag, list string, known []string) ([]string, error) {
	if list == "" {
		return known, nil
	}
	names := strings.Split(list, ",")
	for _, n := range names {
		if !slices.Contains(known, n) {
			return nil, fmt.Errorf("-%s: %q is none of %s", flag, n, strings.Join(known, ", "))
		}
	}
	return names, nil
}
