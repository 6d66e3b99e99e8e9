package gofiles

import (
	"bufio"
	"errors"
	"fmt"
	"go/build/constraint"
	"io"
	"strings"
)

const bom = "\ufeff"

// header collects the build constraints at the beginning of a file. The
// rules are those of `go help buildconstraint`, and the same for all
// languages: comments and blank lines may precede them.
type header struct {
	goBuild  string   // the //go:build line
	plus     []string // lines of the older kind that a blank line follows
	maybe    []string // those that none follows yet
	comment  bool     // inside of /* */
	noLonger bool     // past what may hold lines of the older kind
}

var errTwice = errors.New("multiple //go:build comments")

// constraints reads the expressions that must all hold for a file to be part
// of its package.
func constraints(r io.Reader) ([]constraint.Expr, error) {
	var h header
	br := bufio.NewReader(r)
	for first := true; ; first = false {
		line, err := br.ReadString('\n')
		if err != nil && err != io.EOF {
			return nil, err
		}
		if first {
			line = strings.TrimPrefix(line, bom)
		}
		if line == "" {
			return h.expressions()
		}
		if more, err := h.line(strings.TrimSpace(line)); err != nil {
			return nil, err
		} else if !more {
			return h.expressions()
		}
	}
}

// line takes the next line, and reports whether the header goes on after it.
func (h *header) line(line string) (bool, error) {
	if line == "" && !h.noLonger {
		h.plus = append(h.plus, h.maybe...)
		h.maybe = nil
		return true, nil
	}
	h.noLonger = h.noLonger || !strings.HasPrefix(line, "//")
	switch {
	case h.comment:
	case constraint.IsGoBuild(line) && h.goBuild != "":
		return false, errTwice
	case constraint.IsGoBuild(line):
		h.goBuild = line
	case constraint.IsPlusBuild(line) && !h.noLonger:
		h.maybe = append(h.maybe, line)
	}
	return h.comments(line), nil
}

// comments reports whether a line holds nothing but comments.
func (h *header) comments(line string) bool {
	for line != "" {
		if h.comment {
			_, after, ended := strings.Cut(line, "*/")
			if !ended {
				return true
			}
			h.comment, line = false, strings.TrimSpace(after)
			continue
		}
		if strings.HasPrefix(line, "//") {
			return true
		}
		after, begins := strings.CutPrefix(line, "/*")
		if !begins {
			return false
		}
		h.comment, line = true, strings.TrimSpace(after)
	}
	return true
}

// expressions parses the lines. A //go:build line counts alone, and a +build
// line that cannot be read does not count, as in the go command.
func (h *header) expressions() ([]constraint.Expr, error) {
	if h.goBuild != "" {
		x, err := constraint.Parse(h.goBuild)
		if err != nil {
			return nil, fmt.Errorf("parsing //go:build line: %w", err)
		}
		return []constraint.Expr{x}, nil
	}
	var list []constraint.Expr
	for _, line := range h.plus {
		if x, err := constraint.Parse(line); err == nil {
			list = append(list, x)
		}
	}
	return list, nil
}
