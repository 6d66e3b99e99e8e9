package spec

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// accountForm is a name of a user or a group, or its number.
const accountForm = `([a-z_][a-z0-9_-]*|0|[1-9][0-9]*)`

var (
	account = regexp.MustCompile(`^` + accountForm + `$`)
	owners  = regexp.MustCompile(`^` + accountForm + `(:` + accountForm + `)?$`)
)

var ownerShape = either(matching(owners), shape{"type": "integer", "minimum": 0})

var (
	accountShape = either(matching(account), shape{"type": "integer", "minimum": 0})
	numberShape  = either(shape{"type": "string", "pattern": "^(0|[1-9][0-9]*)$"}, shape{"type": "integer", "minimum": 0})
)

// imageOwner is a user, or a user and a group, each by name or number.
func imageOwner(s string) *objection {
	user, group, grouped := strings.Cut(s, ":")
	if !account.MatchString(user) || grouped && !account.MatchString(group) {
		return object("", "wanted a user such as git or 1000, or a user and a group such as git:git, found %s", quote(s))
	}
	if o := accountID(user); o != nil || !grouped {
		return o
	}
	return accountID(group)
}

// accountID reports a number that is too large for a user or a group. Names are
// valid.
func accountID(s string) *objection {
	if s[0] > '9' {
		return nil
	}
	if _, err := strconv.ParseUint(s, 10, 31); err != nil {
		return object("the largest is 2147483647", "%s is too large for a user or group", cut(s))
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
