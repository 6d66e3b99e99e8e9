package planner

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
)

// TestEmptyBuildArgs: an empty build arg is as good as none, whichever it is.
func TestEmptyBuildArgs(t *testing.T) {
	given := map[string]string{"HTTPS_PROXY": "", "BUILDKIT_SYNTAX": ""}
	for _, name := range argNames() {
		given[name] = ""
	}
	var errs diag.List
	args := readBuildArgs(given, nil, &errs)
	if none := readBuildArgs(nil, nil, &errs); errs.Err() != nil || args.epoch != none.epoch || args.epochGiven || args.releases != nil || len(args.stamps) > 0 || args.goVersion != "" {
		t.Errorf("%v, %+v", errs.Err(), args)
	}
	s, err := spec.Parse("Dockerfile", []byte("modules: {private: [corp.example, b.example], proxy: direct, sumdb: sum.example}"))
	if err != nil {
		t.Fatal(err)
	}
	m := modules{settings: s.Modules, args: args.modules}
	if got, want := m.env().List(), []string{"GOPRIVATE=corp.example,b.example", "GOPROXY=direct", "GOSUMDB=sum.example"}; !slices.Equal(got, want) {
		t.Errorf("the spec's settings are %q, want %q", got, want)
	}
	m.args = readBuildArgs(map[string]string{"GOPRIVATE": "c.example", "GONOSUMDB": "d.example"}, nil, &errs).modules
	if got, want := m.env().List(), []string{"GONOSUMDB=d.example", "GOPRIVATE=c.example", "GOPROXY=direct", "GOSUMDB=sum.example"}; !slices.Equal(got, want) {
		t.Errorf("with build args they are %q, want %q", got, want)
	}
}

func TestParseEpoch(t *testing.T) {
	const git = "; as `git log -1 --format=%ct` prints them"
	for _, c := range []struct {
		value   string
		seconds int64
		wrong   string
	}{
		{"0", 0, ""},
		{"1700000000", 1700000000, ""},
		{"253402300799", 253402300799, ""},
		{"1700000000000", 0, `"1700000000000", which is in milliseconds, wanted seconds since 1970; write 1700000000`},
		{"1700000000000000", 0, `"1700000000000000", which is after the year 9999, wanted seconds since 1970` + git},
		{"99999999999999999999", 0, `"99999999999999999999", wanted seconds since 1970` + git},
		{"-1", 0, `"-1", wanted seconds since 1970` + git},
		{"1700000000.5", 0, `"1700000000.5", wanted seconds since 1970` + git},
		{"2026-01-31", 0, `"2026-01-31", wanted seconds since 1970` + git},
	} {
		e, d := parseEpoch(c.value)
		wrong := ""
		if d != nil {
			wrong = d.String()
		}
		if e.Seconds() != c.seconds || wrong != c.wrong {
			t.Errorf("%s is %d, %s; want %d, %s", c.value, e.Seconds(), wrong, c.seconds, c.wrong)
		}
	}
}

// TestPassedOn: a bake file has what makes the images, and nothing of the
// machine that it was made on.
func TestPassedOn(t *testing.T) {
	given := map[string]string{
		"VERSION": "1.2.3", "GOPROXY": "direct", "GOPRIVATE": "", "RERUN": "1",
		"HTTPS_PROXY": "http://me:secret@a.example", "https_proxy": "x", "No_Proxy": "y", "BUILDKIT_SYNTAX": "z",
	}
	want := map[string]string{"VERSION": "1.2.3", "GOPROXY": "direct"}
	if diff := cmp.Diff(want, PassedOn(given, &spec.Spec{})); diff != "" {
		t.Error("-want +got\n" + diff)
	}
}
