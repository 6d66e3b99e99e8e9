package bench

import (
	"context"
	"errors"
	"fmt"
	"go/token"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gohull/gohull/hack/internal/bench/peer"
	"github.com/gohull/gohull/hack/internal/bench/project"
	"github.com/gohull/gohull/hack/internal/bench/result"
	"github.com/gohull/gohull/hack/internal/traffic"
)

// journal is what peers were asked, in the order of asking. They build
// nothing: their program is the text of the project's main.go, or what a test
// says.
type journal struct {
	lines []string
	build func(name string, j peer.Job) (peer.Built, error) // nil: the text
}

func (j *journal) peer(name string) peer.Peer {
	return peer.Peer{
		Name:  name,
		Title: "the " + name,
		Skips: func(peer.Job) string { return "" },
		Place: func(_ context.Context, as string) (peer.Place, error) {
			j.lines = append(j.lines, as+" begins")
			return place{j, as}, nil
		},
	}
}

type place struct {
	*journal
	name string
}

func (p place) Build(_ context.Context, j peer.Job) (peer.Built, error) {
	data, err := os.ReadFile(filepath.Join(j.Dir, "main.go"))
	if err != nil {
		return peer.Built{}, err
	}
	state := "as it is"
	if strings.Contains(string(data), "benchmark") {
		state = "edited"
	}
	line := fmt.Sprintf("%s builds %s, %s", p.name, strings.Join(j.Mains, " "), state)
	if j.Tests != nil {
		line = fmt.Sprintf("%s tests %s, %s", p.name, strings.Join(j.Tests.Packages, " "), state)
	}
	if j.Cache != peer.Stays {
		line += ", cache " + string(j.Cache)
	}
	p.lines = append(p.lines, line)
	if p.journal.build != nil {
		return p.journal.build(p.name, j)
	}
	return peer.Built{Took: time.Second, Content: string(data), Size: 7}, nil
}

func (p place) Disk() (int64, error) { return 5, nil }

func (p place) Remove() error {
	p.lines = append(p.lines, p.name+" ends")
	return nil
}

// measure runs cases on a project that has one file.
func measure(t *testing.T, b Bench) (*result.Input, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/one\n\ngo 1.26\n", "main.go": "package main\n\nfunc main() {}\n", "main_test.go": "package main\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := project.Open(t.Context(), dir, []string{".", "./other"})
	if err != nil {
		t.Fatal(err)
	}
	registry := httptest.NewServer(traffic.Count(http.NotFoundHandler()))
	defer registry.Close()
	b.Registry, b.Log = strings.TrimPrefix(registry.URL, "http://"), io.Discard
	var kept *result.Input
	err = b.Input(t.Context(), "one", p, func(in *result.Input) error { kept = in; return nil })
	return kept, err
}

// TestTurns holds what is built, where and in which order.
func TestTurns(t *testing.T) {
	for _, test := range []struct {
		name string
		want string
	}{
		{"nothing", `
bench-a begins
bench-a builds ., as it is
bench-b begins
bench-b builds ., as it is
bench-a ends
bench-a begins
bench-a builds ., as it is
bench-b ends
bench-b begins
bench-b builds ., as it is
bench-a ends
bench-b ends
`},
		{"main", `
bench-a begins
bench-a builds ., as it is
bench-a builds ., edited
bench-b begins
bench-b builds ., as it is
bench-b builds ., edited
bench-a builds ., as it is
bench-a builds ., edited
bench-b builds ., as it is
bench-b builds ., edited
bench-a ends
bench-b ends
`},
		{"tests", `
bench-a begins
bench-a tests ./..., as it is
bench-b begins
bench-b tests ./..., as it is
bench-a ends
bench-a begins
bench-a tests ./..., as it is
bench-b ends
bench-b begins
bench-b tests ./..., as it is
bench-a ends
bench-b ends
`},
		{"services", `
bench-a begins
bench-a builds . ./other, as it is
bench-a builds . ./other, edited
bench-b begins
bench-b builds . ./other, as it is
bench-b builds . ./other, edited
bench-a builds . ./other, as it is
bench-a builds . ./other, edited
bench-b builds . ./other, as it is
bench-b builds . ./other, edited
bench-a ends
bench-b ends
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var j journal
			in, err := measure(t, Bench{Peers: []peer.Peer{j.peer("a"), j.peer("b")}, Cases: []string{test.name}, Repetitions: 2})
			if err != nil {
				t.Fatal(err)
			}
			if got := "\n" + strings.Join(j.lines, "\n") + "\n"; got != test.want {
				t.Errorf("got%swant%s", got, test.want)
			}
			for _, name := range []string{"a", "b"} {
				m, ok := in.Cases[0].Of(name)
				if !ok || len(m.Samples) != 2 {
					t.Fatalf("%s has %+v, want two samples", name, m)
				}
				s := m.Samples[1]
				if s.Seconds != 1 || s.Disk != 5 || s.Image != 7 {
					t.Errorf("%s has %+v", name, s)
				}
			}
		})
	}
}

// TestTravel is of the cases that have a second builder.
func TestTravel(t *testing.T) {
	for name, want := range map[string]string{
		"imported": `
bench-a begins
bench-a builds ., as it is, cache exported
bench-a-fresh begins
bench-a-fresh builds ., edited, cache imported
bench-a-fresh ends
bench-a ends
`,
		"seeded": `
bench-a begins
bench-a builds ., as it is, cache exported
bench-a builds ., as it is, cache seed made
bench-a-fresh begins
bench-a-fresh builds ., edited, cache seed taken
bench-a-fresh ends
bench-a ends
`,
	} {
		var j journal
		if _, err := measure(t, Bench{Peers: []peer.Peer{j.peer("a")}, Cases: []string{name}, Repetitions: 1}); err != nil {
			t.Fatal(err)
		}
		if got := "\n" + strings.Join(j.lines, "\n") + "\n"; got != want {
			t.Errorf("%s: got%swant%s", name, got, want)
		}
	}
}

// TestFailure lets one of two peers fail: the other one is measured.
func TestFailure(t *testing.T) {
	var bad, good journal
	bad.build = func(string, peer.Job) (peer.Built, error) {
		if len(bad.lines) > 2 { // the second build
			return peer.Built{}, errors.New("no")
		}
		return peer.Built{Took: time.Second}, nil
	}
	in, err := measure(t, Bench{Peers: []peer.Peer{bad.peer("bad"), good.peer("good")}, Cases: []string{"nothing", "main"}, Repetitions: 3})
	if err == nil || err.Error() != "one, bad: no" {
		t.Errorf("%v, want the error of the peer", err)
	}
	for _, c := range in.Cases {
		if m := c.Peers["bad"]; m.Skipped != "a build failed" || len(m.Samples) != 0 {
			t.Errorf("%s: %+v", c.Name, m)
		}
		if m := c.Peers["good"]; len(m.Samples) != 3 {
			t.Errorf("%s: %+v", c.Name, m)
		}
	}
	if n := len(bad.lines); n != 6 { // twice: begins, builds, ends
		t.Errorf("asked %q, want two builds", bad.lines)
	}
}

// TestWord checks that the edits of all cases are Go, and that no two are the same.
func TestWord(t *testing.T) {
	words := map[string]bool{}
	for _, s := range situations {
		word := run{nonce: "abc"}.word(s, 1)
		if !token.IsIdentifier("name" + word) {
			t.Errorf("%s: %q is no part of a name", s.name, word)
		}
		words[word] = true
	}
	if len(words) != len(situations) {
		t.Errorf("%d words for %d cases", len(words), len(situations))
	}
}

// TestUnchanged catches a peer that gives the old program after an edit.
func TestUnchanged(t *testing.T) {
	j := journal{build: func(string, peer.Job) (peer.Built, error) {
		return peer.Built{Took: time.Second, Content: "always the same"}, nil
	}}
	in, err := measure(t, Bench{Peers: []peer.Peer{j.peer("a")}, Cases: []string{"unchanged", "main"}, Repetitions: 1})
	if want := "one, a: the edit of main.go changed nothing in what was built"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if m, ok := in.Cases[0].Of("a"); !ok {
		t.Errorf("nothing changed: %+v", m)
	}
	if m, ok := in.Cases[1].Of("a"); ok {
		t.Errorf("one line in main: %+v, want no sample", m)
	}
}

// TestLong does not repeat what takes long, except rivals with nothing cached.
func TestLong(t *testing.T) {
	n := 0
	j := journal{build: func(string, peer.Job) (peer.Built, error) {
		n++
		return peer.Built{Took: time.Minute, Content: fmt.Sprint(n)}, nil
	}}
	rival, other := j.peer("rival"), j.peer("other")
	rival.Rival = true
	in, err := measure(t, Bench{Peers: []peer.Peer{rival, other}, Cases: []string{"nothing", "main", "imported"}, Repetitions: 3})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []map[string]int{{"rival": 3, "other": 1}, {"rival": 1, "other": 1}, {"rival": 1, "other": 1}} {
		for name, n := range want {
			if m, _ := in.Cases[i].Of(name); len(m.Samples) != n {
				t.Errorf("%s: %s has %d samples, want %d", in.Cases[i].Name, name, len(m.Samples), n)
			}
		}
	}
}
