package gocmd

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// proc has processes "pid group rchar wchar user system" as Linux shows them.
func proc(processes ...string) fs.FS {
	all := fstest.MapFS{"uptime": {Data: []byte("1.0 2.0\n")}}
	for _, p := range processes {
		f := strings.Fields(p)
		stat := fmt.Sprintf("%s (a (odd) name) S 1 %s 7 0 -1 4194560 1 2 3 4 %s %s 0 0 20 0 9 0 100\n", f[0], f[1], f[4], f[5])
		all[f[0]+"/stat"] = &fstest.MapFile{Data: []byte(stat)}
		all[f[0]+"/io"] = &fstest.MapFile{Data: fmt.Appendf(nil, "rchar: %s\nwchar: %s\nsyscr: 10\n", f[2], f[3])}
	}
	return all
}

// TestPatience: a group is over when a look finds too little done since the
// look before.
func TestPatience(t *testing.T) {
	for name, c := range map[string]struct {
		looks []fs.FS
		want  string // "over" for each look that finds it so
	}{
		"nothing done":       {[]fs.FS{proc("10 10 500 0 5 5"), proc("10 10 500 0 5 5")}, "- over"},
		"a byte a second":    {[]fs.FS{proc("10 10 500 0 5 5"), proc("10 10 4000 0 6 6")}, "- over"},
		"bytes":              {[]fs.FS{proc("10 10 500 0 5 5"), proc("10 10 70000 0 5 5"), proc("10 10 70000 70000 5 5")}, "- - -"},
		"CPU":                {[]fs.FS{proc("10 10 500 0 5 5"), proc("10 10 500 0 65 45")}, "- -"},
		"a child":            {[]fs.FS{proc("10 10 500 0 5 5"), proc("10 10 500 0 5 5", "11 10 70000 0 0 0"), proc("10 10 500 0 5 5")}, "- - over"},
		"another's":          {[]fs.FS{proc("10 10 500 0 5 5"), proc("10 10 500 0 5 5", "11 11 70000 0 900 0")}, "- over"},
		"nobody can know":    {[]fs.FS{fstest.MapFS{}, fstest.MapFS{"10/stat": {Data: []byte("10 (go) S 1 10 7 0 -1 4194560 1 2 3 4 5 5 0 0")}}}, "- -"},
		"at the first alone": {[]fs.FS{proc("10 10 0 0 0 0")}, "-"},
	} {
		t.Run(name, func(t *testing.T) {
			p := patience{group: 10}
			var got []string
			for _, p.proc = range c.looks {
				got = append(got, map[bool]string{true: "over", false: "-"}[p.isOver()])
			}
			if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTrace follows what the go command fetches and keeps it out of the log.
func TestTrace(t *testing.T) {
	var tr trace
	for line := range strings.Lines(`# get https://me:secret@proxy.example/a/@v/list
# get https://me:secret@proxy.example/a/@v/list: 200 OK (0.003s)
# get https://me:secret@proxy.example/b/@v/v1.0.0.zip
mkdir -p /go/pkg/mod/cache/vcs # git3 https://git.example/c
# lock /go/pkg/mod/cache/vcs/6f9e.lock
cd /go/pkg/mod/cache/vcs/6f9e; git ls-remote -q https://git.example/c
0.012s # cd /go/pkg/mod/cache/vcs/6f9e; git ls-remote -q https://git.example/c
cd /go/pkg/mod/cache/vcs/6f9e; git fetch -f https://git.example/c
`) {
		if !tr.takes([]byte(line)) {
			t.Errorf("%q is taken for something else", line)
		}
	}
	want := []string{"https://***@proxy.example/b/@v/v1.0.0.zip", "git fetch -f https://git.example/c"}
	if diff := cmp.Diff(want, tr.fetching()); diff != "" {
		t.Error(diff)
	}
	for _, line := range []string{"go: downloading example.com/a v1.0.0\n", "# example.com/a\n", "go: example.com/a@v1.0.0: verifying module: checksum mismatch\n"} {
		if tr.takes([]byte(line)) {
			t.Errorf("%q is taken for one of the trace", line)
		}
	}
	tr.begun = nil
	if got := tr.fetching(); len(got) != 1 || got[0] != "git ls-remote -q https://git.example/c" {
		t.Errorf("the last one is %q", got)
	}
}
