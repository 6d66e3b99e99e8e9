package resolve

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/gohull/gohull/llb/step/image/packages"
	"github.com/gohull/gohull/llb/step/image/packages/debian/control"
)

// failure says why a package cannot be there. Its cause is about a dependency.
type failure struct {
	pkg     *Package
	message string
	cause   error
}

func (f *failure) Error() string {
	s := fmt.Sprintf("%s cannot be installed: %s", f.pkg, f.message)
	if f.cause != nil {
		s += "; " + f.cause.Error()
	}
	return s
}

func (f *failure) Unwrap() error { return f.cause }

// hint says what to do about a failure.
func hint(err error) string {
	var f *failure
	if errors.As(err, &f) && strings.Contains(err.Error(), "which the base has") {
		return "use a newer base, or one without that package"
	}
	return ""
}

// lack says why nothing satisfies a dependency.
func (s *state) lack(need control.Alternatives) string {
	if len(need) > 1 {
		return ", and no repository has one of these"
	}
	name := need[0].Name
	if all := s.candidates(name); len(all) > 0 {
		return fmt.Sprintf(", and the repositories have %s only", all[0].Version)
	}
	if p := s.installed[name]; p != nil {
		return fmt.Sprintf(", and the base has %s", p.Version)
	}
	return ", which no repository has"
}

// missing says that there is no package of a name, and which is meant perhaps.
func (u *Universe) missing(want packages.Want) error {
	message := fmt.Sprintf("no repository of the base has a package %s for %s", want.Name, u.arch)
	if len(u.available) == 0 {
		return wantError(want, message, "the repositories have no packages for this architecture at all")
	}
	hint := ""
	if near := u.near(want.Name); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return wantError(want, message, hint)
}

// near returns the names that are most like a name, two at most.
func (u *Universe) near(name string) []string {
	const most = 2
	best, all := 3, []string(nil)
	for _, other := range slices.Sorted(maps.Keys(u.available)) {
		if d := len(other) - len(name); d > best || -d > best {
			continue
		}
		d := levenshtein.Distance(name, other, nil)
		if d < best {
			best, all = d, nil
		}
		if d == best && d < len(name) {
			all = append(all, other)
		}
	}
	if best > 2 || len(all) > most {
		return all[:min(len(all), most)]
	}
	return all
}
