package check

import (
	"strings"
)

// statement is a line of a go.mod or a go.sum that says something.
type statement struct {
	text    string // "require example.com/m v1.0.0", in a block or not
	subject string // what it is about: "require example.com/m"
	line    int
}

type statementList []statement

// statements reads the lines of a file. In a go.mod, lines of a block get the
// word that is before it.
func statements(data []byte) statementList {
	var list statementList
	block := ""
	for i, line := range strings.Split(string(data), "\n") {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0:
			continue
		case fields[0] == ")":
			block = ""
			continue
		case len(fields) == 2 && fields[1] == "(":
			block = fields[0]
			continue
		case block != "":
			fields = append([]string{block}, fields...)
		}
		list = append(list, statement{text: strings.Join(fields, " "), subject: subject(fields), line: i + 1})
	}
	return list
}

// subject returns the first two words of a line. In go.sum these are a module and
// its version; in go.mod the second one may be missing.
func subject(fields []string) string {
	if fields[0] == "go" || fields[0] == "toolchain" {
		return fields[0] // the version is what is said of it
	}
	return strings.Join(fields[:min(2, len(fields))], " ")
}

func (l statementList) has(text string) bool {
	for _, s := range l {
		if s.text == text {
			return true
		}
	}
	return false
}

// about finds the statement about a subject.
func (l statementList) about(subject string) (statement, bool) {
	for _, s := range l {
		if s.subject == subject {
			return s, true
		}
	}
	return statement{}, false
}
