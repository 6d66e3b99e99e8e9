package spec

import (
	"regexp"
	"strings"
)

var ownerShape = either(
	shape{"pattern": `^([a-z_][a-z0-9_-]*|0|[1-9][0-9]*)(:(0|[1-9][0-9]*))?$`},
	shape{"type": "integer", "minimum": 0},
)

// fileOwner is a user, as imageUser, or a user's name and the number of a group.
func fileOwner(s string) *objection {
	name, group, found := strings.Cut(s, ":")
	switch {
	case !found || !userName.MatchString(name) && !userName.MatchString(group):
		return imageUser(s)
	case userName.MatchString(group) && userID.MatchString(name):
		return object("write the group's number, such as "+cut(name+":"+name), "wanted a number for the group, found %s", quote(group))
	case userName.MatchString(group):
		return object("write "+cut(name)+" for the group of its line in /etc/passwd, or the group's number", "wanted a number for the group, found %s", quote(group))
	case !userID.MatchString(group) || strings.Contains(group, ":"):
		return object("", "wanted a user, or a user and the number of a group, found %s", quote(s))
	}
	return imageUser("0:" + group)
}

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
