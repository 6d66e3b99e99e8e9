package script

import (
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step/image/packages/debian/control"
)

// dbGet answers a question of debconf with its default.
func dbGet(sh *shell, args []string) (int, error) {
	sh.vars["RET"] = ""
	all, err := control.Parse("templates", []byte(sh.script.Templates))
	if err != nil {
		return 1, sh.fail(sh.line, err.Error())
	}
	for _, p := range all {
		if len(args) > 0 && p.Get("Template") == args[0] {
			sh.vars["RET"] = p.Get("Default")
			return 0, nil
		}
	}
	return 10, nil
}

func dpkg(sh *shell, args []string) (int, error) {
	if len(args) == 4 && args[0] == "--compare-versions" {
		return compareVersions(args[1], args[2], args[3]), nil
	}
	if len(args) == 1 && args[0] == "--print-architecture" {
		if data, err := sh.read("/var/lib/dpkg/arch"); err == nil && len(data) > 0 {
			sh.print(string(data))
			return 0, nil
		}
	}
	if len(args) > 0 && (args[0] == "-L" || args[0] == "--listfiles") {
		return 0, nil // Lists are for making bytecode.
	}
	return 1, sh.fail(sh.line, "gohull does not know dpkg "+strings.Join(args, " "))
}

// compareVersions is dpkg's: of the operators with -nl, an empty version is
// higher than all others, of those without it is lower.
func compareVersions(a, op, b string) int {
	n := control.Compare(a, b)
	if a == "" && strings.HasSuffix(op, "-nl") {
		n = 1
	}
	op = strings.TrimSuffix(op, "-nl")
	holds := map[string]bool{"lt": n < 0, "<<": n < 0, "le": n <= 0, "<=": n <= 0, "eq": n == 0, "=": n == 0, "ne": n != 0, "ge": n >= 0, ">=": n >= 0, "gt": n > 0, ">>": n > 0, "<": n <= 0, ">": n >= 0}
	if holds[op] {
		return 0
	}
	return 1
}

// statoverride answers whether the base overrides the mode of a file.
func statoverride(sh *shell, args []string) (int, error) {
	names := withoutFlags(args)
	if !slices.Contains(args, "--list") || len(names) != 1 {
		return 1, sh.fail(sh.line, "gohull does not know dpkg-statoverride "+strings.Join(args, " "))
	}
	data, _ := sh.read("/var/lib/dpkg/statoverride")
	for line := range strings.Lines(string(data)) {
		if words := strings.Fields(line); len(words) == 4 && words[3] == names[0] {
			sh.print(line)
			return 0, nil
		}
	}
	return 1, nil
}

func divert(sh *shell, args []string) (int, error) {
	if len(args) == 2 && args[0] == "--truename" {
		sh.print(args[1] + "\n")
		return 0, nil
	}
	if slices.Contains(args, "--list") {
		return 0, nil
	}
	return 1, sh.fail(sh.line, "gohull does not know dpkg-divert "+strings.Join(args, " "))
}

// ucf puts a configuration file in place unless there is one.
func ucf(sh *shell, args []string) (int, error) {
	names := withoutFlags(args)
	if slices.Contains(args, "-p") || slices.Contains(args, "--purge") {
		return 0, nil
	}
	if len(names) != 2 {
		return 1, sh.fail(sh.line, "gohull does not know ucf "+strings.Join(args, " "))
	}
	if _, err := sh.stat(names[1]); err == nil {
		return 0, nil
	}
	return cp(sh, names)
}
