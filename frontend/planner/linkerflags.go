package planner

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/goflag"
	"github.com/gohull/gohull/frontend/spec"
)

// validateFlags reports flags that a tool would refuse with a page about its
// usage. Those of the linker may name stamps, see filler.flags.
func validateFlags(b spec.Build, errs *diag.List) {
	validateTool("build.gcflags", goflag.Compile, b.Gcflags, errs)
	validateTool("build.asmflags", goflag.Asm, b.Asmflags, errs)
}

func validateTool(key string, tool goflag.Tool, s spec.String, errs *diag.List) {
	flags, wrong := goflag.Parse(s.Value)
	if wrong == nil {
		wrong = flags.Words.Validate(tool)
	}
	if wrong != nil {
		filler{errs: errs}.report(key, s.At, []diag.Diagnostic{*wrong})
	}
}

// mask stands for a stamp while a text is split into words. It is in no text:
// a spec may not have control characters.
const mask = "\x00"

// filled is a stamp of a text and its value.
type filled struct{ name, value string }

// flags fills in the flags of the linker. A value stays part of the word that
// names its stamp, even if it has spaces or quotes.
func (f filler) flags(key string, s spec.String) spec.String {
	none := spec.String{At: s.At}
	written, wrong := f.values.Replace(s.Value, func(name, _ string) string { return filled{name: name}.asWritten() })
	f.report(key, s.At, wrong)
	if len(wrong) > 0 {
		return none
	}
	before := f.errs.Len()
	validateTool(key, goflag.Link, spec.String{Value: written, At: s.At}, f.errs)
	if f.errs.Len() > before {
		return none
	}
	return spec.String{Value: f.linked(key, s), At: s.At}
}

// linked puts the values into the words, and writes these so that the go
// command reads the same ones. What needs no other quotes stays as it is.
func (f filler) linked(key string, s spec.String) string {
	flags, stamps := f.masked(s)
	n := strings.Count(flags.Pattern, mask)
	out := goflag.Flags{Pattern: unmask(flags.Pattern, stamps[:n], filled.text)}
	roles := flags.Words.Roles(goflag.Link)
	for i, word := range flags.Words {
		own := stamps[n : n+strings.Count(word, mask)]
		n += len(own)
		text := unmask(word, own, filled.text)
		if problem := unsafe(word, roles[i], text, own); problem != "" {
			f.errs.Add(diag.Diagnostic{At: s.At, Message: key + ": " + problem})
		}
		out.Words = append(out.Words, text)
	}
	plain, _ := f.values.Fill(s.Value)
	if same, wrong := goflag.Parse(plain); wrong == nil && same.Equal(out) {
		return plain
	}
	return out.String()
}

// masked returns the words of a text, and the stamps that were in them.
func (f filler) masked(s spec.String) (goflag.Flags, []filled) {
	var stamps []filled
	text, _ := f.values.Replace(s.Value, func(name, value string) string {
		stamps = append(stamps, filled{name, value})
		return mask
	})
	flags, _ := goflag.Parse(text) // which splits as it did with the stamps as they are written
	return flags, stamps
}

// plainValue matches what flags other than -X take. Their values may be split
// once more, as that of -extldflags is.
var plainValue = regexp.MustCompile(`^[0-9A-Za-z._/:+-]*$`)

// unsafe returns why a word cannot have the values of its stamps; empty if it
// can. The linker takes a word that begins with @ for a file of flags.
func unsafe(word string, role goflag.Role, text string, stamps []filled) string {
	if _, ok := goflag.Quote(text); !ok && len(stamps) > 0 {
		return stamps[0].is() + ", and the go command takes no word with both kinds of quotes and a space"
	}
	switch {
	case len(stamps) == 0:
	case strings.HasPrefix(word, mask) && strings.HasPrefix(text, "@"):
		return stamps[0].is() + ", and the linker takes a word that begins with @ for a file of flags"
	case !role.IsValue && strings.Contains(role.Flag, mask):
		return stamps[0].asWritten() + " is in the name of a flag, where no stamp can be"
	case role.Flag != "X":
		for _, s := range stamps {
			if !plainValue.MatchString(s.value) && s.value != s.asWritten() {
				return s.is() + "; outside of -X a stamp can have letters, digits and . _ / : + - alone"
			}
		}
	}
	return ""
}

func (s filled) text() string      { return s.value }
func (s filled) asWritten() string { return "{{." + s.name + "}}" }
func (s filled) is() string        { return fmt.Sprintf("%s is %s", s.asWritten(), strconv.Quote(s.value)) }

// unmask replaces the masks of a text by stamps.
func unmask(text string, stamps []filled, as func(filled) string) string {
	for _, s := range stamps {
		text = strings.Replace(text, mask, as(s), 1)
	}
	return text
}
