package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
)

// rootUser finds images that run as root because the spec says so: without run.user,
// they run as nonroot.
func rootUser(s Subject) []diag.Diagnostic {
	user := s.Spec.Run.User
	if name, _, _ := strings.Cut(user.Value, ":"); name != "root" && name != "0" {
		return nil
	}
	return []diag.Diagnostic{{
		At:      user.At,
		Message: fmt.Sprintf("run.user: the program runs as root (%s)", user.Value),
		Hint:    "remove the key to run as nonroot, or name another user",
	}}
}

// missing returns a rule's function. It finds specs without a check that gates their
// images.
func missing(check string) func(Subject) []diag.Diagnostic {
	return func(s Subject) []diag.Diagnostic {
		if slices.ContainsFunc(s.Spec.Checks, func(c spec.String) bool { return c.Value == check }) {
			return nil
		}
		at := diag.At(s.Spec.File, 1, 1)
		if len(s.Spec.Checks) > 0 {
			at = s.Spec.Checks[0].At
		}
		var names []string
		for _, c := range s.Spec.Checks {
			names = append(names, c.Value)
		}
		return []diag.Diagnostic{{
			At:      at,
			Message: fmt.Sprintf("no check %s has to pass before there is an image", check),
			Hint:    fmt.Sprintf("write checks: [%s]", strings.Join(append(names, check), ", ")),
		}}
	}
}
