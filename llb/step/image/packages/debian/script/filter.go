package script

import (
	"crypto/md5"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/internal/links"
)

func init() {
	for name, do := range map[string]command{
		"grep": grep, "egrep": grep, "fgrep": grep, "sed": filter(sed), "sort": filter(sortLines), "uniq": filter(uniq),
		"tr": filter(nil), "cut": filter(cut), "awk": filter(awk), "head": filter(nil), "tail": filter(nil), "seq": seq, "md5sum": md5sum, "cmp": cmp, "find": find, "gdk-pixbuf-query-loaders": loaders,
	} {
		commands[name] = do
	}
}

// lines returns the lines of standard input, or of files.
func (sh *shell) lines(names []string) (all []string, err error) {
	var data []byte
	for _, name := range names {
		more, err := sh.read(name)
		if err != nil {
			return nil, err
		}
		data = append(data, more...)
	}
	if len(names) == 0 && sh.in != nil {
		if data, err = io.ReadAll(io.LimitReader(sh.in, 1<<26)); err != nil {
			return nil, err
		}
	}
	text := strings.TrimSuffix(string(data), "\n")
	if text == "" {
		return nil, nil
	}
	return strings.Split(text, "\n"), nil
}

// filter returns a command that changes the lines of standard input. Of nothing
// each makes nothing, also one that is not known otherwise.
func filter(of func(args, lines []string) ([]string, bool)) command {
	return func(sh *shell, args []string) (int, error) {
		all, err := sh.lines(nil)
		if err != nil || len(all) == 0 {
			return 0, err
		}
		if of != nil {
			if changed, ok := of(args, all); ok {
				for _, line := range changed {
					sh.print(line + "\n")
				}
				return 0, nil
			}
		}
		return 1, sh.fail(sh.line, "gohull does not know the filter "+clip(strings.Join(args, " ")))
	}
}

func grep(sh *shell, args []string) (int, error) {
	flags, names := options(args, "-e")
	if err := sh.known("grep", flags, "-q -s -v -E -F -e -x -h --quiet"); err != nil {
		return 2, err
	}
	pattern, found := flags["-e"]
	if !found {
		if len(names) == 0 {
			return 2, sh.fail(sh.line, "grep has no pattern")
		}
		pattern, names = names[0], names[1:]
	}
	if !has(flags, "-E") {
		pattern = extended(pattern)
	}
	if has(flags, "-F") {
		pattern = regexp.QuoteMeta(pattern)
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return 2, sh.fail(sh.line, "gohull does not know the pattern "+pattern)
	}
	all, err := sh.lines(names)
	if err != nil {
		return 2, nil
	}
	status := 1
	for _, line := range all {
		if re.MatchString(line) != has(flags, "-v") {
			status = 0
			if !has(flags, "-q", "--quiet") {
				sh.print(line + "\n")
			}
		}
	}
	return status, nil
}

// extended returns a basic regular expression as Go writes it: \( and \) are
// groups, ( and ) are letters.
func extended(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s) && strings.IndexByte("(){}|+?", s[i+1]) >= 0:
			i++
			b.WriteByte(s[i])
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteString(`\` + string(s[i]))
		case strings.IndexByte("(){}|+?", c) >= 0:
			b.WriteString(`\` + string(c))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

var substitution = regexp.MustCompile(`^s(.)(.*)$`)

// sed knows s/…/…/ and s/…/…/g.
func sed(args, lines []string) ([]string, bool) {
	var programs []string
	for i, a := range args {
		if a != "-e" && (i == 0 || args[i-1] == "-e") {
			programs = append(programs, a)
		} else if a != "-e" {
			return nil, false
		}
	}
	for _, p := range programs {
		m := substitution.FindStringSubmatch(p)
		if m == nil {
			return nil, false
		}
		parts := strings.Split(m[2], m[1])
		if len(parts) != 3 || parts[2] != "" && parts[2] != "g" || strings.Contains(parts[1], "&") {
			return nil, false
		}
		re, err := regexp.Compile(extended(parts[0]))
		if err != nil {
			return nil, false
		}
		to := regexp.MustCompile(`\\(\d)`).ReplaceAllString(strings.ReplaceAll(parts[1], "$", "$$"), "$${$1}")
		for i, line := range lines {
			lines[i] = replace(re, line, to, parts[2] == "g")
		}
	}
	return lines, true
}

func replace(re *regexp.Regexp, line, to string, all bool) string {
	if all {
		return re.ReplaceAllString(line, to)
	}
	at := re.FindStringSubmatchIndex(line)
	if at == nil {
		return line
	}
	return line[:at[0]] + string(re.ExpandString(nil, to, line, at)) + line[at[1]:]
}

func sortLines(args, lines []string) ([]string, bool) {
	slices.Sort(lines)
	if slices.Equal(args, []string{"-u"}) {
		return slices.Compact(lines), true
	}
	return lines, len(args) == 0
}

func uniq(args, lines []string) ([]string, bool) {
	return slices.Compact(lines), len(args) == 0
}

var printField = regexp.MustCompile(`^\s*\{\s*print \$(\d)\s*;?\s*\}\s*$`)

// awk knows {print $1}.
func awk(args, lines []string) ([]string, bool) {
	if len(args) != 1 {
		return nil, false
	}
	m := printField.FindStringSubmatch(args[0])
	if m == nil {
		return nil, false
	}
	n, _ := strconv.Atoi(m[1])
	for i, line := range lines {
		words := strings.Fields(line)
		lines[i] = ""
		if n > 0 && n <= len(words) {
			lines[i] = words[n-1]
		}
	}
	return lines, true
}

func seq(sh *shell, args []string) (int, error) {
	var n []int
	for _, a := range args {
		i, err := strconv.Atoi(a)
		if err != nil {
			return 1, nil
		}
		n = append(n, i)
	}
	first, step, last := 1, 1, 0
	switch len(n) {
	case 1:
		last = n[0]
	case 2:
		first, last = n[0], n[1]
	case 3:
		first, step, last = n[0], n[1], n[2]
	}
	for i := first; step != 0 && (step > 0 && i <= last || step < 0 && i >= last); i += step {
		if *sh.left--; *sh.left < 0 {
			return 1, sh.fail(sh.line, "it does not end")
		}
		sh.print(strconv.Itoa(i) + "\n")
	}
	return 0, nil
}

func md5sum(sh *shell, args []string) (int, error) {
	for _, name := range withoutFlags(args) {
		data, err := sh.read(name)
		if err != nil {
			return 1, nil
		}
		sh.print(fmt.Sprintf("%x  %s\n", md5.Sum(data), name))
	}
	return 0, nil
}

// cmp compares two files.
func cmp(sh *shell, args []string) (int, error) {
	names := withoutFlags(args)
	if len(names) != 2 {
		return 2, sh.fail(sh.line, "gohull does not know cmp "+strings.Join(args, " "))
	}
	a, errA := sh.read(names[0])
	b, errB := sh.read(names[1])
	switch {
	case errA != nil || errB != nil:
		return 2, nil
	case string(a) != string(b):
		return 1, nil
	}
	return 0, nil
}

// find knows find DIR… -name PATTERN.
func find(sh *shell, args []string) (int, error) {
	n := len(args) - 2
	if n < 1 || args[n] != "-name" || len(withoutFlags(args)) != n+1 {
		return 1, sh.fail(sh.line, "gohull does not know find "+clip(strings.Join(args, " ")))
	}
	status := 0
	for _, dir := range args[:n] {
		at, found := links.InRoot(sh.layer.FS(), sh.at(dir))
		if !found {
			status = 1
			continue
		}
		err := fs.WalkDir(sh.layer.FS(), at, func(name string, _ fs.DirEntry, err error) error {
			if err == nil && matches(args[n+1], path.Base(name)) {
				sh.print("/" + name + "\n")
			}
			return err
		})
		if err != nil {
			return 1, err
		}
	}
	return status, nil
}

// loaders lists the modules that read images. Only a list without any is known:
// only the program itself knows what is in a module.
func loaders(sh *shell, args []string) (int, error) {
	if len(withoutFlags(args)) > 0 {
		return 1, sh.fail(sh.line, "gohull does not know gdk-pixbuf-query-loaders "+clip(strings.Join(args, " ")))
	}
	return 0, nil
}

// cut knows -dX -fN.
func cut(args, lines []string) ([]string, bool) {
	if len(args) != 2 || len(args[0]) != 3 || !strings.HasPrefix(args[0], "-d") || !strings.HasPrefix(args[1], "-f") {
		return nil, false
	}
	n, err := strconv.Atoi(args[1][2:])
	if err != nil || n < 1 {
		return nil, false
	}
	for i, line := range lines {
		if parts := strings.Split(line, args[0][2:]); len(parts) > 1 {
			lines[i] = ""
			if n <= len(parts) {
				lines[i] = parts[n-1]
			}
		}
	}
	return lines, true
}
