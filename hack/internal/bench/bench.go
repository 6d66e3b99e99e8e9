// Package bench measures ways of building images side by side: whole
// processes, as people start them, on real daemons.
//
// In each case the peers take turns, A B C A B C, so that what else the
// machine does hits all alike. Every build must succeed, and one that follows
// an edit of the program must give another program.
package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gohull/gohull/hack/internal/bench/peer"
	"github.com/gohull/gohull/hack/internal/bench/project"
	"github.com/gohull/gohull/hack/internal/bench/result"
	"github.com/gohull/gohull/hack/internal/traffic"
)

// long is the time after which a build is not repeated. Those of rivals with
// nothing cached are: there the difference is small.
const long = 30 * time.Second

// failed is why a peer has no times once one of its builds has failed.
const failed = "a build failed"

// Bench is what to measure.
type Bench struct {
	Peers       []peer.Peer
	Cases       []string // names; empty: all
	Repetitions int
	Registry    string // host:port, counted by package traffic
	Log         io.Writer

	// Busy gives the part of the CPU time that other work takes, 0 to
	// 1; nil if nobody looks. It is asked right before each build.
	Busy func(context.Context) (float64, error)

	// Rest waits until the disk is as fast as that of a fresh machine; nil
	// if nobody knows. It is asked before a fresh builder starts.
	Rest func(context.Context) error
}

// Input measures one project. After every case it calls kept with what was
// measured so far. A peer whose build fails drops out, which is an error of
// Input in the end, and the others go on.
func (b Bench) Input(ctx context.Context, name string, p project.Project, kept func(*result.Input) error) error {
	in := &result.Input{Name: name, Mains: p.Mains, Packages: p.Packages, Own: p.Own, Places: map[string]string{}}
	for kind, place := range p.Places {
		in.Places[string(kind)] = place
	}
	r := run{Bench: b, project: p, nonce: strings.ToLower(rand.Text()[:8])}
	for _, entering := range b.Peers {
		r.entrants = append(r.entrants, &entrant{Peer: entering})
	}
	defer r.end()
	for _, s := range situations {
		if len(b.Cases) > 0 && !slices.Contains(b.Cases, s.name) {
			continue
		}
		c, err := r.measure(ctx, s)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", name, s.title, err)
		}
		in.Cases = append(in.Cases, c)
		if err := kept(in); err != nil {
			return err
		}
	}
	return r.failures(name)
}

// run is one project under measurement.
type run struct {
	Bench
	project  project.Project
	entrants []*entrant
	nonce    string // makes the edits of this run differ from those of others
}

// entrant is a peer with the place it builds in, which lives from one case to
// the next.
type entrant struct {
	peer.Peer
	place   peer.Place
	content string // of what the project gives as it is
	failed  error  // why it takes no part any more
}

func (r run) failures(input string) error {
	var errs error
	for _, e := range r.entrants {
		if e.failed != nil {
			errs = errors.Join(errs, fmt.Errorf("%s, %s: %w", input, e.Name, e.failed))
		}
	}
	return errs
}

func (r run) end() {
	for _, e := range r.entrants {
		if err := e.leave(); err != nil {
			fmt.Fprintf(r.Log, "%s: %v\n", e.Name, err)
		}
	}
}

func (e *entrant) leave() error {
	if e.place == nil {
		return nil
	}
	place := e.place
	e.place = nil
	return place.Remove()
}

// measure measures a case, the peers in turns.
func (r run) measure(ctx context.Context, s situation) (*result.Case, error) {
	c := &result.Case{Name: s.name, Title: s.title, Peers: map[string]*result.Measured{}}
	if c.Skipped = r.missing(s); c.Skipped != "" {
		fmt.Fprintf(r.Log, "%s: skipped: %s\n", s.title, c.Skipped)
		return c, nil
	}
	for round := range r.Repetitions {
		for _, e := range r.entrants {
			m := c.Peers[e.Name]
			if m == nil {
				m = &result.Measured{Skipped: e.skips(s, r.job(s))}
				c.Peers[e.Name] = m
			}
			if m.Skipped != "" || isLong(m) && (s.start != empty || !e.Rival) {
				continue
			}
			if err := r.turn(ctx, s, e, m, round); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

func isLong(m *result.Measured) bool {
	return len(m.Samples) > 0 && m.Samples[0].Seconds > long.Seconds()
}

// missing says why a project does not have a case.
func (r run) missing(s situation) string {
	switch {
	case s.services && len(r.project.Mains) < 2:
		return "it needs several main packages"
	case s.tests && r.project.Missing[project.Test] != "":
		return r.project.Missing[project.Test]
	}
	return r.project.Missing[s.edit]
}

func (e *entrant) skips(s situation, j peer.Job) string {
	switch {
	case e.failed != nil:
		return failed
	case e.Coarse && s.fine:
		return "as one line in main: it compiles everything again"
	}
	return e.Skips(j)
}

// turn is one sample. A build that fails ends the peer's part in the run, and
// not the others'.
func (r run) turn(ctx context.Context, s situation, e *entrant, m *result.Measured, round int) error {
	sample, err := r.sample(ctx, s, e, round)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, peer.ErrNoSeed):
		m.Skipped = peer.ErrNoSeed.Error()
		fmt.Fprintf(r.Log, "%s, %s: skipped: %v\n", s.title, e.Name, err)
	case err != nil:
		e.failed, m.Skipped, m.Samples = err, failed, nil
		fmt.Fprintf(r.Log, "%s, %s: %v\n", s.title, e.Name, err)
	default:
		m.Samples = append(m.Samples, sample)
		fmt.Fprintf(r.Log, "%s, %s: %s\n", s.title, e.Name, result.Duration(sample.Seconds))
	}
	return nil
}

// sample prepares the builder, edits the project, and measures the build of
// that.
func (r run) sample(ctx context.Context, s situation, e *entrant, round int) (sample result.Sample, err error) {
	place, err := r.prepare(ctx, s, e)
	if err != nil {
		return sample, err
	}
	if s.another() {
		defer func() { err = errors.Join(err, place.Remove()) }()
	}
	undo, err := r.project.Edit(ctx, s.edit, r.word(s, round), round)
	if err != nil {
		return sample, err
	}
	defer func() { err = errors.Join(err, undo()) }()
	busy, err := r.busy(ctx)
	if err != nil {
		return sample, err
	}
	before, err := traffic.Read(ctx, r.Registry)
	if err != nil {
		return sample, err
	}
	built, err := place.Build(ctx, r.job(s))
	if err != nil {
		return sample, err
	}
	if s.edit.Changes() && !s.tests && built.Content == e.content {
		return sample, fmt.Errorf("the edit of %s changed nothing in what was built", r.project.Places[s.edit])
	}
	sample, err = r.account(ctx, place, built, before)
	sample.Busy = busy
	return sample, err
}

// busy looks at what else the machine does, and says so if it is much.
func (r run) busy(ctx context.Context) (float64, error) {
	if r.Busy == nil {
		return 0, nil
	}
	part, err := r.Busy(ctx)
	if part > result.MuchWork {
		fmt.Fprintf(r.Log, "warning: other work takes %.0f %% of the CPU time; compare only figures of one row\n", 100*part)
	}
	return part, err
}

// word is a part of a Go name that no other edit has.
func (r run) word(s situation, round int) string {
	return r.nonce + strings.ReplaceAll(s.name, "-", "") + strconv.Itoa(round)
}

// account is what a build took. What the bench itself reads of the images,
// their manifests, is in it.
func (r run) account(ctx context.Context, place peer.Place, built peer.Built, before traffic.Totals) (result.Sample, error) {
	after, err := traffic.Read(ctx, r.Registry)
	if err != nil {
		return result.Sample{}, err
	}
	disk, err := place.Disk()
	moved := after.Since(before)
	return result.Sample{
		Seconds: built.Took.Seconds(),
		Pushed:  moved.Pushed,
		Pulled:  moved.Pulled,
		Disk:    disk,
		Image:   built.Size,
		Ran:     built.Ran,
	}, err
}

// job is the build of a case.
func (r run) job(s situation) peer.Job {
	j := peer.Job{Dir: r.project.Dir, Mains: r.project.Mains[:1], Platforms: s.platforms, Zstd: s.zstd}
	if s.services {
		j.Mains = r.project.Mains
	}
	if s.tests {
		j.Tests = &r.project.Tests
	}
	switch s.start {
	case imported:
		j.Cache = peer.Imported
	case seeded:
		j.Cache = peer.SeedTaken
	}
	return j
}

// prepare gives the place of a build, in the state that the case begins with.
func (r run) prepare(ctx context.Context, s situation, e *entrant) (peer.Place, error) {
	if s.start == empty {
		if err := e.leave(); err != nil {
			return nil, err
		}
	}
	if err := e.enter(ctx); err != nil || s.start == empty {
		return e.place, err
	}
	before := r.job(s)
	if s.another() {
		before.Cache = peer.Exported
	}
	built, err := e.place.Build(ctx, before)
	e.content = built.Content
	if err != nil || s.start == warm {
		return e.place, err
	}
	if s.start == seeded {
		before.Cache = peer.SeedMade
		if _, err := e.place.Build(ctx, before); err != nil {
			return nil, err
		}
	}
	if r.Rest != nil {
		if err := r.Rest(ctx); err != nil {
			return nil, err
		}
	}
	return e.Place(ctx, "bench-"+e.Name+"-fresh")
}

// enter gives the peer a place unless it has one.
func (e *entrant) enter(ctx context.Context) error {
	if e.place != nil {
		return nil
	}
	place, err := e.Place(ctx, "bench-"+e.Name)
	if err == nil {
		e.place = place
	}
	return err
}
