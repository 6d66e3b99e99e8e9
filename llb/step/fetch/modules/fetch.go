package modules

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gohull/gohull/internal/safe"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
	"golang.org/x/mod/module"
)

// problem is why modules cannot be had, in the form of what the go command
// prints.
type problem struct {
	text   string
	shown  bool             // whether the log has it
	broken []module.Version // modules of which ModCache has something wrong
	tries  int              // how many attempts there are when it comes again; 0 when that would not help
}

func (p *problem) Error() string { return p.text }

// How often modules are fetched when what comes is broken, and when the go
// command made no progress: to find that takes minutes.
const (
	attempts        = 3
	stalledAttempts = 2
)

// collected is what was fetched.
type collected struct {
	listed []pkg
	tree   tree
}

// collect fetches the modules, and tries again when that may help. What is
// broken is removed first: the go command takes what is in ModCache for whole.
func (j Job) collect(q query, platforms []string) (collected, error) {
	for try := 1; ; try++ {
		c, err := j.once(q, platforms)
		var p *problem
		if err == nil || !errors.As(err, &p) || try >= p.tries {
			return c, err
		}
		first, _, _ := strings.Cut(p.text, "\n")
		fmt.Fprintf(j.Step.Stderr, "fetching modules again: %s\n", strings.TrimPrefix(first, "go: "))
		if err := j.forget(p.broken); err != nil {
			return c, err
		}
		time.Sleep(j.Pause)
	}
}

// once fetches the modules. What a compile will need and does not find in the
// tree is a problem, whatever the go command says of it.
func (j Job) once(q query, platforms []string) (c collected, err error) {
	if c.listed, err = q.list(platforms); err != nil {
		return c, err
	}
	c.tree, err = newTree(j, c.listed)
	if errors.Is(err, errMissing) {
		err = &problem{text: "go: " + err.Error() + "\n", broken: mentioned(err.Error()), tries: attempts}
	}
	if err != nil {
		return c, err
	}
	found, err := c.tree.check(q, platforms)
	if err != nil {
		return c, err
	}
	return c, unavailable(c.listed, found, c.tree)
}

// check copies the modules, and lists the packages again without network. Both take
// as long, and neither needs the other.
func (t tree) check(q query, platforms []string) (found []pkg, err error) {
	var altered []module.Version
	mod := filepath.Join(t.job.Step.Out, step.ModulesDir)
	if err := os.RemoveAll(mod); err != nil {
		return nil, err // of the time before
	}
	q.job = t.offline()
	failed := safe.Each(2, func(i int) (err error) {
		if i == 0 {
			altered, err = t.take(mod)
			return err
		}
		found, err = q.list(platforms)
		return err
	})
	if failed[0] == nil && len(altered) > 0 {
		failed[0] = &problem{text: alteredText(altered), broken: altered, tries: attempts}
	}
	var p *problem
	if errors.As(failed[1], &p) {
		p.shown = false
	}
	return found, cmp.Or(failed...)
}

// alteredText reports modules that are not what go.sum says.
func alteredText(all []module.Version) string {
	var lines strings.Builder
	for _, m := range all {
		fmt.Fprintf(&lines, "go: %s: the files in the module cache do not have the checksum that go.sum lists\n", m)
	}
	return lines.String()
}

// unavailable compares the packages as they are listed with network and without,
// and returns a problem when a build without network would not have one. What
// is wrong with a package in both cases is left to the compiler, which has the
// source that it is about.
func unavailable(online, offline []pkg, t tree) error {
	without := map[[2]string]pkg{}
	for _, p := range offline {
		if p.Error != nil {
			p.Error = &pkgError{strings.ReplaceAll(p.Error.Err, t.links, t.job.ModCache)}
		}
		without[p.key()] = p
	}
	var l lines
	var broken []module.Version
	for _, p := range online {
		o, listed := without[p.key()]
		switch {
		case p.Error == nil && listed && o.Error != nil:
			l.add(o)
		case p.Error == nil:
		case p.unavailable() || listed && o.Error != nil && p.Error.Err != o.Error.Err:
			l.add(p)
		case listed && o.Error == nil && o.Module != nil:
			// The second run unpacked the module anew.
			m := o.version()
			broken = append(broken, m)
			l.add(pkg{ImportPath: p.ImportPath, Error: &pkgError{m.String() + ": the module cache lacks files of the module"}})
		}
	}
	if len(l) == 0 {
		return nil
	}
	p := newProblem(strings.Join(l, ""), false)
	p.broken = append(p.broken, broken...)
	if len(broken) > 0 {
		p.tries = attempts
	}
	return p
}

// lines are what the go command would print, without repeats: many packages
// lack the same module.
type lines []string

func (l *lines) add(p pkg) {
	for _, text := range *l {
		if strings.HasSuffix(text, " "+strings.TrimSpace(p.Error.Err)+"\n") {
			return
		}
	}
	*l = append(*l, "go: "+p.failure()+"\n")
}

// newProblem reads from what the go command printed whether another attempt
// may go better, and what has to be removed before.
func newProblem(text string, shown bool) *problem {
	p := &problem{text: text, shown: shown}
	if !final.MatchString(text) {
		p.tries = attempts
	}
	if damaged.MatchString(text) {
		p.broken = mentioned(text)
	}
	return p
}

var (
	// final are answers that the next attempt gets as well.
	final = regexp.MustCompile(`: 4(?:0[0-79]|1[0-9]) |no such host|x509: |certificate|lookup disabled by GOPROXY=off|` +
		`unknown revision|unrecognized import path|executable file not found|could not read Username|Authentication failed|` +
		`Permission denied|Host key verification failed|not found|no such file|missing go\.sum entry|requires go >= `)
	// damaged are messages about something that came and is not what it has
	// to be. It may be in ModCache by now.
	damaged = regexp.MustCompile(`checksum|mismatch|zip|verifying|parsing|malformed|unexpected|invalid|bad `)
	// versions are how messages name a module: "example.com/m@v1.0.0", and the
	// file of ModCache.
	versions = []*regexp.Regexp{
		regexp.MustCompile(`([^\s@"(]+)@(v[0-9][^\s:/"),]*)`),
		regexp.MustCompile(`/cache/download/([^\s"]+)/@v/(v[0-9][^\s"]*?)\.(?:zip|ziphash|mod|info)\b`),
	}
)

// mentioned lists the modules that a message names.
func mentioned(text string) (all []module.Version) {
	for _, named := range versions {
		for _, found := range named.FindAllStringSubmatch(text, -1) {
			m := module.Version{Path: found[1], Version: found[2]}
			if unescaped, err := module.UnescapePath(m.Path); err == nil && named == versions[1] {
				m.Path = unescaped
			}
			if module.Check(m.Path, m.Version) == nil && !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
	}
	return all
}

// stalledText returns a fetch that was ended, in the words of the go command: with
// the module, where the address has it.
func stalledText(s *gocmd.Stalled) string {
	var lines strings.Builder
	for _, what := range s.Fetching {
		name := ""
		if m, ok := requested(what); ok {
			name = m.String() + ": "
		}
		fmt.Fprintf(&lines, "go: %sreading %s: no progress for %s\n", name, what, gocmd.Patience)
	}
	if lines.Len() == 0 {
		return fmt.Sprintf("go: %v\n", s)
	}
	return lines.String()
}

// request is the address of a file of a module proxy.
var request = regexp.MustCompile(`^https?://[^/]+/(.+)/@v/(v[^/]+)\.(?:info|mod|zip)$`)

// requested finds the module that a request is for. Its path follows that of
// the proxy, and its first element has a dot.
func requested(address string) (m module.Version, ok bool) {
	found := request.FindStringSubmatch(address)
	if found == nil {
		return m, false
	}
	for rest := found[1]; rest != ""; _, rest, _ = strings.Cut(rest, "/") {
		name, err := module.UnescapePath(rest)
		version, errVersion := module.UnescapeVersion(found[2])
		if err == nil && errVersion == nil && module.Check(name, version) == nil {
			return module.Version{Path: name, Version: version}, true
		}
	}
	return m, false
}

// report shows a problem in the log and to the frontend, and returns the exit
// code.
func (j Job) report(p *problem) (code int, err error) {
	if !p.shown {
		if _, err := io.WriteString(j.Step.Stderr, p.text); err != nil {
			return 0, err
		}
	}
	return 1, gocmd.Report(j.Step, "fetch modules", p.text)
}
