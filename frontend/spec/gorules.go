package spec

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"github.com/gohull/gohull/frontend/netenv"
	"golang.org/x/mod/module"
)

// mainPackage is an argument of the go command.
func mainPackage(s string) *objection {
	if strings.HasPrefix(s, "-") {
		return object("flags have keys of their own below build", "wanted a package, found the flag %s", quote(s))
	}
	if list := strings.Fields(s); len(list) > 1 {
		return object("write "+flow(list), "a space in %s", quote(s))
	}
	return oneWord(s)
}

var version = regexp.MustCompile(`^1\.(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)|rc[1-9][0-9]*)?$`)

func goVersion(s string) *objection {
	if version.MatchString(s) {
		return nil
	}
	hint := "write one like 1.26, 1.26.8 or 1.27rc1"
	meant := strings.TrimSuffix(strings.TrimLeft(s, "gov"), ".x")
	if version.MatchString(meant) {
		hint = "write " + meant
	}
	return object(hint, "%s is not a Go version", quote(s))
}

// moduleVersionForm is a release or a pre-release. A branch or latest may
// change.
var moduleVersionForm = regexp.MustCompile(`^v(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?$`)

func moduleVersion(s string) *objection {
	if moduleVersionForm.MatchString(s) {
		return nil
	}
	hint := "write one in full, like v1.2.3"
	if meant := "v" + s; moduleVersionForm.MatchString(meant) {
		hint = "write " + meant
	}
	return object(hint, "%s is not the version of a module", quote(s))
}

// programPackage is the import path of a main package that has a version.
func programPackage(s string) *objection {
	switch {
	case s == "." || strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") || strings.HasPrefix(s, "/"):
		return object("write it without the version", "%s is a package of the project, which has no version", quote(s))
	case strings.Contains(s, "..."):
		return object("name each program by itself", "%s is a pattern, and a version belongs to one package", quote(s))
	}
	if err := module.CheckImportPath(s); err != nil || !strings.Contains(strings.Split(s, "/")[0], ".") {
		return object("write one like github.com/acme/tool/cmd/tool@v1.2.3", "%s is not the import path of another module's package", quote(s))
	}
	return nil
}

// programVersion is the version of a program, with all that `go list -m` may
// print.
func programVersion(s string) *objection {
	if moduleVersionForm.MatchString(strings.TrimSuffix(s, "+incompatible")) {
		return nil
	}
	hint := "write one in full, like v1.2.3; go list -m <module>@" + cut(s) + " prints it"
	switch meant := "v" + s; {
	case s == "":
		return object("write one in full, like v1.2.3", "no version after the @")
	case moduleVersionForm.MatchString(meant):
		return object("write "+meant, "%s is not the version of a module", quote(s))
	case s == "latest" || s == "upgrade" || s == "patch" || partialVersion.MatchString(s):
		return object(hint, "%s is another version at another time", quote(s))
	}
	return object(hint, "%s is a branch or a commit, wanted a version", quote(s))
}

var partialVersion = regexp.MustCompile(`^(<=?|>=?)?v[0-9]+(\.[0-9]+)?$`)

func buildTag(s string) *objection {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '.' {
			return object("a tag has letters, digits, _ and .; commas stand between tags", "%s is not a build tag", quote(s))
		}
	}
	return notEmpty(s)
}

// setting is the value of a variable of the go command.
func setting(name string) rule {
	return func(s string) *objection {
		if d := netenv.Validate(name, s); d != nil {
			return &objection{d.Message, d.Hint}
		}
		return notEmpty(s)
	}
}

// modulePattern is one of the patterns in GOPRIVATE.
func modulePattern(s string) *objection {
	if o := setting("GOPRIVATE")(s); o != nil {
		return o
	}
	return oneWord(s)
}

// databaseURL is the address of a vulnerability database.
func databaseURL(s string) *objection {
	if d := netenv.Credentials(s); d != nil {
		return &objection{d.Message, d.Hint}
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return object("write one that begins with https://; for a directory, use --build-context vulndb=<directory>", "wanted a URL, found %s", quote(s))
	}
	return nil
}

var vulnerabilityForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// vulnerability is an ID of the database. IDs of other databases are only
// aliases there.
func vulnerability(s string) *objection {
	alias := strings.HasPrefix(s, "CVE-") || strings.HasPrefix(s, "GHSA-")
	if alias || !vulnerabilityForm.MatchString(s) {
		return object("write the id that the check shows", "wanted a vulnerability like GO-2024-1234, found %s", quote(s))
	}
	return nil
}

// buildMode is one of Go's that makes a program.
func buildMode(s string) *objection {
	switch s {
	case "c-archive", "c-shared", "plugin", "shared", "archive":
		return object("write exe or pie", "%s makes a library, and an image starts programs", quote(s))
	case "default":
		return object("remove the key", "%s means exe on linux", quote(s))
	}
	return oneOf("exe", "pie")(s)
}

// coverPattern is a pattern of packages to count lines of.
func coverPattern(s string) *objection {
	if strings.HasPrefix(s, "-") || strings.Contains(s, ",") {
		return object("write one pattern of packages in each item, as in ./...", "%s is not a pattern of packages", quote(s))
	}
	return oneWord(s)
}

func profile(s string) *objection {
	if s == "auto" || s == "off" {
		return nil
	}
	return inContext(s)
}
