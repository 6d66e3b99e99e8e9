package gocmd

import (
	"regexp"
	"slices"
	"strings"
)

// traced adds the flag that has the go command say what it fetches, where it
// says nothing else because of it.
func traced(args []string) []string {
	switch {
	case len(args) > 0 && args[0] == "list":
		return slices.Insert(slices.Clone(args), 1, "-x")
	case len(args) > 1 && args[0] == "mod" && (args[1] == "tidy" || args[1] == "download"):
		return slices.Insert(slices.Clone(args), 2, "-x")
	}
	return args
}

var (
	// fetches begins the line of a request, and of its answer:
	//
	//	# get https://proxy.example/m/@v/list
	//	# get https://proxy.example/m/@v/list: 200 OK (0.1s)
	fetches = regexp.MustCompile(`^# get (\S+?)(: .*)?$`)
	// runsGit is git's command, and later the time that it took:
	//
	//	cd /go/pkg/mod/cache/vcs/…; git fetch -f https://git.example/m
	//	0.012s # cd /go/pkg/mod/cache/vcs/…; git fetch -f https://git.example/m
	runsGit = regexp.MustCompile(`^([0-9.]+s # )?(?:cd \S+; )?(git .*)$`)
	// traces are other lines of the trace.
	traces = regexp.MustCompile(`^(# lock |# \S+ for \S+ |mkdir -p |[0-9.]+s # |cd /\S+$|WORK=)`)
)

// trace follows what the go command fetches. A nil trace follows nothing.
type trace struct {
	begun []string // requests without an answer, commands of git that run
	last  string   // the last that was answered, whose body may be on its way
}

// takes reports whether a line is one of the trace, and follows it.
func (t *trace) takes(line []byte) bool {
	if t == nil {
		return false
	}
	text := strings.TrimRight(string(line), "\n")
	if m := fetches.FindStringSubmatch(text); m != nil {
		t.follow(m[1], m[2] != "")
		return true
	}
	if m := runsGit.FindStringSubmatch(text); m != nil {
		t.follow(m[2], m[1] != "")
		return true
	}
	return traces.MatchString(text)
}

func (t *trace) follow(what string, ended bool) {
	if !ended {
		t.begun = append(t.begun, what)
		return
	}
	t.last = what
	if i := slices.Index(t.begun, what); i >= 0 {
		t.begun = slices.Delete(t.begun, i, i+1)
	}
}

// mostFetches is how many are named in a message.
const mostFetches = 3

// fetching returns what is being fetched, without credentials.
func (t *trace) fetching() []string {
	var all []string
	if t == nil {
		return nil
	}
	for _, what := range t.begun[:min(len(t.begun), mostFetches)] {
		all = append(all, string(redact([]byte(what))))
	}
	if all == nil && t.last != "" {
		all = []string{string(redact([]byte(t.last)))}
	}
	return all
}
