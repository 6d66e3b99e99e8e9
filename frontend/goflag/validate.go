package goflag

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
)

// Tool is a program that the go command hands flags to.
type Tool string

// The tools.
const (
	Link    Tool = "link"
	Compile Tool = "compile"
	Asm     Tool = "asm"
)

// switches are the flags of each tool that take no value, except after =. A
// word after one of them is not its value.
var switches = map[Tool][]string{
	Link: {"V", "a", "asan", "aslr", "bindnow", "c", "checklinkname", "compressdwarf", "d", "debugnosplit", "dumpdep", "f", "g", "h",
		"linkshared", "msan", "n", "pruneweakmap", "race", "s", "v", "w"},
	Compile: {"%", "+", "B", "C", "E", "K", "L", "N", "S", "V", "W", "asan", "clobberdead", "clobberdeadreg", "complete", "dwarf",
		"dwarfbasentries", "dwarflocationlists", "dynlink", "e", "errorurl", "h", "j", "l", "linkshared", "live", "m", "msan",
		"nolocalimports", "pack", "r", "race", "shared", "smallframes", "std", "t", "v", "w", "wb"},
	Asm: {"S", "V", "compiling-runtime", "debug", "dynlink", "e", "gensymabis", "linkshared", "shared", "spectre", "v"},
}

// dashed are flags whose value may begin with a dash, as another flag does.
var dashed = []string{"X", "extldflags"}

// takesNext reports whether the word after a flag is its value.
func (w Words) takesNext(i int, tool Tool) bool {
	name, _, hasValue := flag(w[i])
	switch {
	case name == "" || hasValue || i+1 == len(w) || slices.Contains(switches[tool], name):
		return false
	}
	return slices.Contains(dashed, name) || !strings.HasPrefix(w[i+1], "-")
}

// Role is what a word is for a tool.
type Role struct {
	Flag    string // the name of the flag that it is, or that it is the value of; empty for neither
	IsValue bool
}

// Roles returns the role of each word.
func (w Words) Roles(tool Tool) []Role {
	var roles []Role
	for i := 0; i < len(w); i++ {
		name, _, _ := flag(w[i])
		roles = append(roles, Role{name, false})
		if w.takesNext(i, tool) {
			roles = append(roles, Role{name, true})
			i++
		}
	}
	return roles
}

// Validate returns the first word that a tool would refuse with a page about
// its usage: one that is neither a flag nor a flag's value, or an -X that sets
// nothing. Which flags exist depends on the version of the tool, so unknown
// flags are not reported.
func (w Words) Validate(tool Tool) *diag.Diagnostic {
	roles := w.Roles(tool)
	for i, role := range roles {
		if role.Flag == "" {
			return w.stray(i, roles)
		}
		if tool != Link || role.Flag != "X" || !role.IsValue && w.takesNext(i, tool) {
			continue
		}
		if p := definition(w.value(i, role)); p != nil {
			return p
		}
	}
	return nil
}

// flag reads a word like -name or --name=value. The name is empty when the
// word is no flag.
func flag(word string) (name, value string, hasValue bool) {
	name, ok := strings.CutPrefix(word, "-")
	if !ok {
		return "", "", false
	}
	return strings.Cut(strings.TrimPrefix(name, "-"), "=")
}

// definition validates what -X gets.
func definition(text string) *diag.Diagnostic {
	d, ok := parseDefinition(text)
	switch {
	case !ok:
		return &diag.Diagnostic{Message: fmt.Sprintf("-X takes importpath.name=value, found %q", short(text)), Hint: "write it as in -X main.version=1.2.3"}
	case strings.ContainsAny(d.Package+d.Name, quotes+spaces):
		return &diag.Diagnostic{Message: fmt.Sprintf("-X sets %q, which is not a variable", short(d.Package+"."+d.Name)), Hint: "write it as in -X 'main.version=1.2.3', with the quotes around all of it"}
	}
	return nil
}

// Definition is a variable that the linker sets.
type Definition struct {
	Package, Name, Value string
}

// parseDefinition reads importpath.name=value; the name has no dot.
func parseDefinition(text string) (Definition, bool) {
	variable, value, found := strings.Cut(text, "=")
	dot := strings.LastIndex(variable, ".")
	if !found || dot < 1 || dot == len(variable)-1 {
		return Definition{}, false
	}
	return Definition{variable[:dot], variable[dot+1:], value}, true
}

// Definitions lists the variables that words for the linker set.
func (w Words) Definitions() []Definition {
	var all []Definition
	for i, role := range w.Roles(Link) {
		if d, ok := parseDefinition(w.value(i, role)); ok && role.Flag == "X" {
			all = append(all, d)
		}
	}
	return all
}

// value returns what a word says of its flag.
func (w Words) value(i int, role Role) string {
	if role.IsValue {
		return w[i]
	}
	_, value, _ := flag(w[i])
	return value
}

// stray reports a word that belongs to nothing. Mostly it is the rest of a
// value that has a space, with quotes inside the word.
func (w Words) stray(i int, roles []Role) *diag.Diagnostic {
	found := fmt.Sprintf("%q is not a flag", short(w[i]))
	if i == 0 || roles[i-1].Flag != "X" {
		return &diag.Diagnostic{Message: found, Hint: "quotes go around the whole of a word with spaces: 'a word'"}
	}
	meant, ok := Quote(w.meant(i))
	hint := "quotes go around the whole word"
	if ok {
		hint = "quotes go around the whole word: " + flagOf(w[i-1]) + meant
	}
	return &diag.Diagnostic{Message: found + ": a space ends the word before it", Hint: hint}
}

// flagOf returns what comes before the definition in a hint.
func flagOf(word string) string {
	if strings.HasPrefix(word, "-") {
		return ""
	}
	return "-X "
}

// meant returns the word before a stray one, with everything that probably
// belongs to it.
func (w Words) meant(i int) string {
	before := w[i-1]
	name, value, _ := strings.Cut(before, "=")
	if strings.HasPrefix(before, "-") {
		var variable string
		variable, value, _ = strings.Cut(value, "=")
		name += "=" + variable
	}
	quote := ""
	if value != "" && strings.Contains(quotes, value[:1]) {
		quote, value = value[:1], value[1:]
	}
	for _, word := range w[i:] {
		if quote == "" && strings.HasPrefix(word, "-") {
			break
		}
		value += " " + word
		if end, ok := strings.CutSuffix(value, quote); ok && quote != "" {
			value = end
			break
		}
	}
	return name + "=" + value
}
