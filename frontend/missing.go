package frontend

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/ignore"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// hiddenFile is a file of the client that the ignore file leaves out of the
// build context.
type hiddenFile struct {
	name string
	by   ignore.Line
}

// because tells diagnostics about missing files why the build context lacks
// them: the ignore file hides them, or a link leads nowhere. What the client
// does not have either keeps its hint.
func (b *build) because(ctx context.Context, err error) error {
	var ds diag.Errors
	if !errors.As(err, &ds) {
		return err
	}
	var missing []string
	for _, d := range ds {
		missing = append(missing, d.Missing...)
	}
	hidden := b.hiddenFiles(ctx, missing)
	var list diag.List
	for _, d := range ds {
		if reason, at := b.reason(d.Missing, hidden); reason != "" {
			d.Hint = reason
			d.Related = append(slices.Clone(d.Related), at...)
		}
		list.Add(d)
	}
	return list.Err()
}

// explainMissing does the same for what a step could not find.
func (b *build) explainMissing(ctx context.Context, errs []step.Error) (related []diag.Range) {
	var missing []string
	for _, e := range errs {
		missing = append(missing, e.Missing...)
	}
	hidden := b.hiddenFiles(ctx, missing)
	for i, e := range errs {
		reason, at := b.reason(e.Missing, hidden)
		if reason == "" {
			continue
		}
		errs[i].Message = advice.ReplaceAllString(e.Message, "") + "; " + reason
		related = append(related, at...)
	}
	return related
}

// advice is what the go command says to do about a file that it takes for
// missing everywhere.
var advice = regexp.MustCompile(`(?s); (to add( it)?:\n|run: go mod vendor|see that the import is spelt right|the compile has the package's module).*$`)

// reason says why files are missing that patterns stand for, with the lines
// that are to blame.
func (b *build) reason(patterns []string, hidden []hiddenFile) (string, []diag.Range) {
	for _, u := range b.unusable {
		if slices.Contains(patterns, u.wanted) {
			return u.Error(), nil
		}
	}
	meant := slices.DeleteFunc(slices.Clone(hidden), func(h hiddenFile) bool { return meaning(patterns, h.name) == "" })
	if len(meant) == 0 {
		return "", nil
	}
	line := meant[0].by
	names, again := []string{}, meant[0].name
	if pattern := meaning(patterns, again); pattern != again && path.Dir(again) != "." {
		again = path.Dir(again) // a package is taken in as a whole
	}
	for _, h := range meant {
		if h.by.At == line.At {
			names = append(names, h.name)
		}
	}
	text := fmt.Sprintf("%s hides %s: remove the line %q, or add %q below it", line.At, some(names), line.Pattern, "!"+again)
	if own := b.source.Filename + ".dockerignore"; own != line.At.File {
		text += "; an ignore file for this build alone is called " + own
	}
	return text, []diag.Range{line.At}
}

// some lists names, the first of them when they are many.
func some(names []string) string {
	const shown = 3
	if more := len(names) - shown; more > 0 {
		names = append(names[:shown:shown], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// meaning is the pattern that stands for a file, "" when none does. Tests are
// no source of a package unless they are named.
func meaning(patterns []string, name string) string {
	i := slices.IndexFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, name)
		return ok && err == nil && (p == name || !strings.HasSuffix(name, "_test.go"))
	})
	if i < 0 {
		return ""
	}
	return patterns[i]
}

// hiddenFiles finds the files that patterns stand for, and that the client has
// and the ignore file hides. It only adds to a message: should it fail, the
// message stays as it is.
func (b *build) hiddenFiles(ctx context.Context, patterns []string) []hiddenFile {
	if b.ignored.Name == "" || len(patterns) == 0 {
		return nil
	}
	slices.Sort(patterns)
	patterns = slices.Compact(patterns)
	var below []string // is not sent: a directory may hold anything
	for _, pattern := range patterns {
		below = append(below, pattern+"/*")
	}
	t, err := b.transfer(ctx, "hidden files", patterns, llb.ExcludePatterns(below))
	if err != nil {
		return nil
	}
	var found []hiddenFile
	err = t.walk(ctx, ".", func(name string, _ fs.FileMode) {
		line, hidden := b.ignored.Hides(name)
		if hidden && line.At.File != "" && meaning(patterns, name) != "" {
			found = append(found, hiddenFile{name, line})
		}
	})
	if err != nil {
		return nil
	}
	return found
}
