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

// hiddenFile is a file of the client that the ignore file hides.
type hiddenFile struct {
	name string
	by   ignore.Line
}

// explainMissing adds to diagnostics about missing files why they are not in
// the build context: the ignore file hides them, or a link is broken. If the
// client does not have the files either, the hint stays.
func (b *build) explainMissing(ctx context.Context, err error) error {
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
		if reason, at := b.whyMissing(d.Missing, hidden); reason != "" {
			d.Hint = reason
			d.Related = append(slices.Clone(d.Related), at...)
		}
		list.Add(d)
	}
	return list.Err()
}

// explainMissingInStep does the same for what a step could not find.
func (b *build) explainMissingInStep(ctx context.Context, errs []step.Error) (related []diag.Range) {
	var missing []string
	for _, e := range errs {
		missing = append(missing, e.Missing...)
	}
	hidden := b.hiddenFiles(ctx, missing)
	for i, e := range errs {
		reason, at := b.whyMissing(e.Missing, hidden)
		if reason == "" {
			continue
		}
		errs[i].Message = advice.ReplaceAllString(e.Message, "") + "; " + reason
		related = append(related, at...)
	}
	return related
}

// advice matches what the go command suggests for a missing file. It does not
// know that the file is hidden.
var advice = regexp.MustCompile(`(?s); (to add( it)?:\n|run: go mod vendor|see that the import is spelt right|the compile has the package's module).*$`)

// whyMissing returns why the files that match some patterns are missing, and
// the lines that hide them.
func (b *build) whyMissing(patterns []string, hidden []hiddenFile) (string, []diag.Range) {
	for _, u := range b.unusable {
		if slices.Contains(patterns, u.wanted) {
			return u.Error(), nil
		}
	}
	meant := slices.DeleteFunc(slices.Clone(hidden), func(h hiddenFile) bool { return matchingPattern(patterns, h.name) == "" })
	if len(meant) == 0 {
		return "", nil
	}
	line := meant[0].by
	names, again := []string{}, meant[0].name
	if pattern := matchingPattern(patterns, again); pattern != again && path.Dir(again) != "." {
		again = path.Dir(again) // a package is included as a whole
	}
	for _, h := range meant {
		if h.by.At == line.At {
			names = append(names, h.name)
		}
	}
	text := fmt.Sprintf("%s hides %s: remove the line %q, or add %q below it", line.At, shortList(names), line.Pattern, "!"+again)
	if own := b.source.Filename + ".dockerignore"; own != line.At.File {
		text += "; an ignore file for this spec only is named " + own
	}
	return text, []diag.Range{line.At}
}

// shortList joins names; if there are many, only the first ones.
func shortList(names []string) string {
	const shown = 3
	if more := len(names) - shown; more > 0 {
		names = append(names[:shown:shown], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// matchingPattern returns the pattern that a file matches, or "". A test file
// belongs to a package only if it is named.
func matchingPattern(patterns []string, name string) string {
	i := slices.IndexFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, name)
		return ok && err == nil && (p == name || !strings.HasSuffix(name, "_test.go"))
	})
	if i < 0 {
		return ""
	}
	return patterns[i]
}

// hiddenFiles returns the files that match some patterns, that the client has
// and that the ignore file hides. It only improves a message: if it fails, the
// message stays as it is.
func (b *build) hiddenFiles(ctx context.Context, patterns []string) []hiddenFile {
	if b.ignored.Name == "" || len(patterns) == 0 {
		return nil
	}
	slices.Sort(patterns)
	patterns = slices.Compact(patterns)
	var below []string // which is not sent: a directory may be large
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
		if hidden && line.At.File != "" && matchingPattern(patterns, name) != "" {
			found = append(found, hiddenFile{name, line})
		}
	})
	if err != nil {
		return nil
	}
	return found
}
