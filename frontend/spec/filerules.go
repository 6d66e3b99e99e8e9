package spec

import (
	"path"
	"regexp"
	"strings"

	"github.com/moby/patternmatcher"
)

const aMode = `an octal mode in quotes, like "0640", or keep`

var modeForm = regexp.MustCompile(`^[0-7]{3,4}$`)

// fileMode is an octal mode. It must be a string of YAML: other programs that
// read the file would take 0640 for 416 or for 640, by their version of YAML.
var fileMode = kind[String]{want: aMode, shape: either(shape{"type": "string", "pattern": modeForm.String()}, shape{"const": "keep"}), read: func(v value) String {
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
	if !modeForm.MatchString(s) && s != "keep" {
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

// contextPattern is a path below the build context, or a pattern as of COPY.
func contextPattern(s string) *objection {
	if o := aPattern(s); o != nil {
		return o
	}
	return inContext(s)
}

// imagePattern is a path of an image, or a pattern as of COPY.
func imagePattern(s string) *objection {
	if o := aPattern(s); o != nil {
		return o
	}
	return inImage(s)
}

// archivePattern is a path of an archive, or a pattern as of COPY.
func archivePattern(s string) *objection {
	if strings.HasPrefix(s, "/") {
		return object("write "+cut(path.Join(".", s))+", relative to the root of the archive", "wanted a relative path, found %s", quote(s))
	}
	return contextPattern(s)
}

func aPattern(s string) *objection {
	if strings.Contains(s, "**") {
		return object("name the directory, and leave out the rest of it with exclude", "** in %s: a pattern of from matches one directory level at a time", quote(s))
	}
	if _, err := path.Match(s, ""); err != nil {
		return object("a pattern has *, ? and [a-z]; [[] is the character [", "%s is not a pattern", quote(s))
	}
	return nil
}

// excludePattern is a pattern as of an ignore file.
func excludePattern(s string) *objection {
	if strings.HasPrefix(strings.TrimPrefix(s, "!"), "/") {
		return object("remove the / at its beginning: patterns are relative to what is copied", "wanted a relative pattern, found %s", quote(s))
	}
	m, err := patternmatcher.New([]string{s})
	if err == nil {
		_, err = m.MatchesOrParentMatches("a")
	}
	if s != "" && err != nil {
		return object("write a pattern as of a .dockerignore file", "%s is not a pattern", quote(s))
	}
	return notEmpty(s)
}
