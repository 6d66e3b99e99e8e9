package spec

import "regexp"

const aMode = `an octal mode in quotes, like "0640"`

var modeForm = regexp.MustCompile(`^[0-7]{3,4}$`)

// fileMode is an octal mode. It must be a string of YAML: other programs that
// read the file would take 0640 for 416 or for 640, by their version of YAML.
var fileMode = kind[String]{want: aMode, shape: shape{"type": "string", "pattern": modeForm.String()}, read: func(v value) String {
	s, ok := v.text(aMode, false)
	switch {
	case !ok:
	case v.tag() != "!!str":
		hint := ""
		if modeForm.MatchString(s.Value) {
			hint = `write "` + s.Value + `": without quotes, it is a number, and YAML reads 0640 as 416 or as 640`
		}
		v.wrong(hint, "wanted %s, found %s", aMode, v.found())
	default:
		v.validate(s, octal)
	}
	return s
}}

func octal(s string) *objection {
	if !modeForm.MatchString(s) {
		return object("write three or four digits from 0 to 7", "wanted an octal mode like \"0640\", found %s", quote(s))
	}
	return nil
}

// linkMost is the length of the longest symlink on Linux.
const linkMost = 4095

// linkText is the text of a symlink, which may be any path.
func linkText(s string) *objection {
	if len(s) > linkMost {
		return object("", "a symlink of %d bytes: %d are possible", len(s), linkMost)
	}
	return notEmpty(s)
}
