package step

import (
	"slices"
	"testing"
)

// TestWithDebug adds a setting to those of an environment without an index.
func TestWithDebug(t *testing.T) {
	env := WithDebug(WithoutIndex(nil), "gocachehash=1")
	if got, want := env[len(env)-1], "GODEBUG=goindex=0,gocachehash=1"; got != want || HasIndex(env) {
		t.Errorf("it becomes %q, want %q at its end, and no index", env, want)
	}
}

func TestWithoutIndex(t *testing.T) {
	for _, c := range []struct {
		env  []string
		want string
	}{
		{nil, "GODEBUG=goindex=0"},
		{[]string{"GODEBUG=netdns=go", "GOFLAGS="}, "GODEBUG=netdns=go,goindex=0"},
		{[]string{"GODEBUG=goindex=1"}, "GODEBUG=goindex=1,goindex=0"},
	} {
		if !HasIndex(c.env) {
			t.Errorf("%q has no index", c.env)
		}
		env := WithoutIndex(c.env)
		if got := env[len(env)-1]; got != c.want || HasIndex(env) {
			t.Errorf("%q becomes %q, want %q at its end, and no index", c.env, env, c.want)
		}
		if len(c.env) != len(env)-1 || !slices.Equal(c.env, env[:len(c.env)]) {
			t.Errorf("%q becomes %q, want it in there", c.env, env)
		}
	}
}
