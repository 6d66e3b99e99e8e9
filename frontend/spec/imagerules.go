package spec

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

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

var argForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// argName is the name of a build arg.
func argName(s string) *objection {
	if !argForm.MatchString(s) {
		return object("a name has letters, digits and _", "%s is not the name of a build arg", quote(s))
	}
	return nil
}

func labelName(s string) *objection {
	if s == "" {
		return object("", "a label without a name")
	}
	return nil
}

// signals are those that have a name on Linux. Real-time signals have numbers.
var signals = strings.Fields(`SIGABRT SIGALRM SIGBUS SIGCHLD SIGCONT SIGFPE
	SIGHUP SIGILL SIGINT SIGIO SIGKILL SIGPIPE SIGPROF SIGPWR SIGQUIT SIGSEGV
	SIGSTKFLT SIGSTOP SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG
	SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ`)

var signalShape = either(enum(signals...), integer(1, 64), shape{"type": "string", "pattern": "^[0-9]+$"})

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
