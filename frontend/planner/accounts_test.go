package planner

import (
	"fmt"
	"testing"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/step"
)

// TestUser compares the numbers of a user with the user in the image's config.
func TestUser(t *testing.T) {
	all := accounts{step.AccountLines{
		Users:  []step.User{{Name: "git", UID: 1000, GID: 1001}, {Name: "web", UID: 33, GID: 33}, {Name: "nonroot", UID: 9, GID: 9}},
		Groups: []step.Group{{Name: "git", GID: 1001}, {Name: "tty", GID: 5, Members: []string{"lp", "web"}}},
	}}
	for _, c := range []struct{ user, owner, config string }{
		{"", "65532:65532", "65532:65532"},
		{"nonroot", "65532:65532", "65532:65532"},
		{"nonroot:tty", "65532:5", "65532:5"},
		{"root", "0:0", "0:0"},
		{"root:git", "0:1001", "0:1001"},
		{"1000", "1000:1000", "1000"},
		{"1000:7", "1000:7", "1000:7"},
		{"1000:tty", "1000:5", "1000:5"},
		{"git", "1000:1001", "1000:1001"},
		{"git:7", "1000:7", "1000:7"},
		{"git:tty", "1000:5", "1000:5"},
		{"web", "33:33", "33"},
		{"web:git", "33:1001", "33:1001"},
	} {
		p := placing{spec: &spec.Spec{Run: spec.Run{User: spec.String{Value: c.user}}}, looked: true, errs: &diag.List{}}
		owner := p.user(all)
		if got := fmt.Sprintf("%d:%d", owner.UID, owner.GID); got != c.owner || p.configUser(owner, all) != c.config || p.errs.Len() > 0 {
			t.Errorf("%s: got %s and %s in the config, %v", c.user, got, p.configUser(owner, all), p.errs.Err())
		}
	}
}
