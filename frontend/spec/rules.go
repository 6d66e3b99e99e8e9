package spec

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/gohull/gohull/frontend/netenv"
)

// rule says what is wrong with a text, nil when nothing is.
type rule func(string) *objection

type objection struct {
	found string // and what was wanted
	hint  string // may be empty
}

func object(hint, format string, args ...any) *objection {
	return &objection{found: fmt.Sprintf(format, args...), hint: hint}
}

func anything(string) *objection { return nil }

func notEmpty(s string) *objection {
	if s == "" {
		return object("remove the key or write a value", "an empty string")
	}
	return nil
}

// solid is one word: a name, a path or a reference.
func solid(s string) *objection {
	if strings.ContainsFunc(s, unicode.IsSpace) {
		return object("remove it", "a space in %s", quote(s))
	}
	return notEmpty(s)
}

// mainPackage is what the go command gets as an argument.
func mainPackage(s string) *objection {
	if strings.HasPrefix(s, "-") {
		return object("flags have keys of their own below build", "wanted a package, found the flag %s", quote(s))
	}
	if list := strings.Fields(s); len(list) > 1 {
		return object("write "+flow(list), "a space in %s", quote(s))
	}
	return solid(s)
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

// moduleVersionForm is a release or a pre-release; a branch, or latest, would
// not be the same tomorrow.
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

// modulePattern is one of GOPRIVATE's patterns.
func modulePattern(s string) *objection {
	if o := setting("GOPRIVATE")(s); o != nil {
		return o
	}
	return solid(s)
}

func oneOf(words ...string) rule {
	return func(s string) *objection {
		if slices.Contains(words, s) {
			return nil
		}
		hint := ""
		if near := nearest(strings.ToLower(s), words); near != "" {
			hint = "did you mean " + near + "?"
		} else if slices.Contains(words, strings.ToLower(s)) {
			hint = "write " + strings.ToLower(s)
		}
		last := len(words) - 1
		return object(hint, "wanted %s or %s, found %s", strings.Join(words[:last], ", "), words[last], quote(s))
	}
}

// databaseURL is the address of a vulnerability database.
func databaseURL(s string) *objection {
	if d := netenv.Credentials(s); d != nil {
		return &objection{d.Message, d.Hint}
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return object("write one that begins with https://; a folder is given with --build-context vulndb=<folder>", "wanted a URL, found %s", quote(s))
	}
	return nil
}

var vulnerabilityForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// vulnerability is an id of the database, which has other databases' ids only
// as aliases.
func vulnerability(s string) *objection {
	alias := strings.HasPrefix(s, "CVE-") || strings.HasPrefix(s, "GHSA-")
	if alias || !vulnerabilityForm.MatchString(s) {
		return object("write the id that the check shows", "wanted a vulnerability like GO-2024-1234, found %s", quote(s))
	}
	return nil
}

// inImage is an absolute path.
func inImage(s string) *objection {
	switch {
	case s == "":
		return notEmpty(s)
	case !strings.HasPrefix(s, "/"):
		return object("begin it with /", "wanted an absolute path, found %s", quote(s))
	case slices.Contains(strings.Split(s, "/"), ".."):
		return object("write the path without it", "a .. in the path %s", quote(s))
	}
	return nil
}

// volume is a path in the image. What is mounted there is
// chosen where the image is run.
func volume(s string) *objection {
	if parts := strings.Split(s, ":"); len(parts) > 1 && strings.HasPrefix(parts[1], "/") {
		return object("write "+cut(parts[1])+"; what is mounted there is chosen where the image is run", "wanted a path in the image, found %s", quote(s))
	}
	return inImage(s)
}

var absolute = shape{"type": "string", "pattern": "^/"}

// inContext is a path below the build context.
func inContext(s string) *objection {
	clean := path.Clean(s)
	switch {
	case s == "":
		return notEmpty(s)
	case strings.HasPrefix(s, "/"):
		return object("paths are relative to the build context", "wanted a relative path, found %s", quote(s))
	case strings.Contains(s, `\`):
		return object("write / between folders", `a \ in the path %s`, quote(s))
	case clean == ".." || strings.HasPrefix(clean, "../"):
		return object("only files of the build context can be used", "the path %s leads out of the build context", quote(s))
	}
	return nil
}

// testPackage is a pattern of packages of the context.
func testPackage(s string) *objection {
	if !strings.HasPrefix(s, "./") && s != "." && s != "" {
		return object("begin it with ./", "wanted a package of the build context, found %s", quote(s))
	}
	return inContext(s)
}

// testFile is a path of the context that a list with commas can hold.
func testFile(s string) *objection {
	if strings.Contains(s, ",") {
		return object("name the folder that it is in", "a comma in the path %s", quote(s))
	}
	return inContext(s)
}

func profile(s string) *objection {
	if s == "auto" || s == "off" {
		return nil
	}
	return inContext(s)
}

var (
	userName = regexp.MustCompile(`^[a-z_][a-z0-9_-]*$`)
	userID   = regexp.MustCompile(`^(0|[1-9][0-9]*)(?::(0|[1-9][0-9]*))?$`)
)

var userShape = either(matching(userName), matching(userID), shape{"type": "integer", "minimum": 0})

func imageUser(s string) *objection {
	if userName.MatchString(s) {
		return nil
	}
	m := userID.FindStringSubmatch(s)
	if m == nil {
		return object("", "wanted a user name, or numbers like 1000 or 1000:1000, found %s", quote(s))
	}
	for _, id := range m[1:] {
		if _, err := strconv.ParseUint("0"+id, 10, 31); err != nil {
			return object("the largest is 2147483647", "%s is too large for a user or group", cut(id))
		}
	}
	return nil
}

func envName(s string) *objection {
	if s == "" || strings.ContainsFunc(s, unicode.IsSpace) || strings.Contains(s, "=") {
		return object("write it without spaces and =", "%s is not the name of a variable", quote(s))
	}
	return nil
}

func labelName(s string) *objection {
	if s == "" {
		return object("", "a label without a name")
	}
	return nil
}

// signals are those that Linux has under a name. A real-time signal has a
// number.
var signals = strings.Fields(`SIGABRT SIGALRM SIGBUS SIGCHLD SIGCONT SIGFPE
	SIGHUP SIGILL SIGINT SIGIO SIGKILL SIGPIPE SIGPROF SIGPWR SIGQUIT SIGSEGV
	SIGSTKFLT SIGSTOP SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG
	SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ`)

var signalShape = either(enum(signals...), whole(1, 64), shape{"type": "string", "pattern": "^[0-9]+$"})

func stopSignal(s string) *objection {
	if slices.Contains(signals, s) {
		return nil
	}
	if n, err := strconv.ParseUint(s, 10, 8); err == nil && 1 <= n && n <= 64 {
		return nil
	}
	name := strings.ToUpper(s)
	hint := "write a name like SIGTERM, or a number from 1 to 64"
	switch near := nearest(name, signals); {
	case slices.Contains(signals, "SIG"+name):
		hint = "write SIG" + name
	case slices.Contains(signals, name):
		hint = "write " + name
	case near != "":
		hint = "did you mean " + near + "?"
	}
	return object(hint, "%s is not a signal", quote(s))
}
