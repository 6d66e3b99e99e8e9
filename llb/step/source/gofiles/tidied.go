package gofiles

import (
	"go/build/constraint"
	"io"
)

// IsTidied reports whether `go mod tidy` reads the imports of a Go file. It
// takes every platform's and every build tag's files, and leaves out those
// with the tag that means "never". One with constraints that cannot be read
// counts.
func IsTidied(text io.Reader) bool {
	list, err := constraints(text)
	if err != nil {
		return true
	}
	for _, x := range list {
		if !anyTags(x, true) {
			return false
		}
	}
	return true
}

// anyTags evaluates an expression in which every tag is both set and not, as
// it helps; hope is what helps here.
func anyTags(x constraint.Expr, hope bool) bool {
	switch x := x.(type) {
	case *constraint.NotExpr:
		return !anyTags(x.X, !hope)
	case *constraint.AndExpr:
		return anyTags(x.X, hope) && anyTags(x.Y, hope)
	case *constraint.OrExpr:
		return anyTags(x.X, hope) || anyTags(x.Y, hope)
	case *constraint.TagExpr:
		return hope && x.Tag != "ignore"
	}
	return true
}
