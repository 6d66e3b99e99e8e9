package spec

import (
	"strings"

	"github.com/gohull/gohull/internal/capability"
)

var capabilityShape = suggestions(capability.Names()...)

// capabilityName is a capability of Linux, with CAP_ or without.
func capabilityName(s string) *objection {
	written, flags := s, ""
	if i := strings.IndexAny(s, "=+"); i > 0 {
		written, flags = s[:i], s[i:]
	}
	name := capability.Name(written)
	switch {
	case capability.IsKnown(name) && flags != "":
		return object("write "+name, "wanted a capability, found %s for setcap", quote(s))
	case capability.IsKnown(name):
		return nil
	case name == "ALL":
		return object("name each one", "wanted a capability, found %s", quote(s))
	}
	hint := "capabilities(7) lists them"
	if near := nearestCapability(name); near != "" {
		hint = "did you mean " + near + "?"
	}
	return object(hint, "%s is not a capability of Linux", quote(s))
}

// nearestCapability returns the capability that was probably meant, or "".
func nearestCapability(name string) string {
	for _, known := range capability.Names() {
		if name != "" && strings.HasPrefix(known, name+"_") {
			return known
		}
	}
	return nearest(name, capability.Names())
}

// sameCapability ignores how a name is written.
func sameCapability(s String) String {
	return String{Value: capability.Name(s.Value), At: s.At}
}
