package failure

import (
	"path"
	"regexp"
	"strings"

	"github.com/gohull/gohull/llb/step"
)

// absences are messages about files that are not there, and the files of the
// context that they mean.
var absences = []struct {
	when  *regexp.Regexp
	files func(found string, e step.Error, at Place) []string
}{
	{
		regexp.MustCompile(`^package (\S+) is this module's own`),
		func(found string, _ step.Error, at Place) []string {
			dir, _ := at.own(found)
			return []string{path.Join(literal(dir), "*.go")}
		},
	},
	{
		regexp.MustCompile(`missing go\.(sum) entry|updates to go\.sum needed`),
		func(_ string, _ step.Error, at Place) []string {
			return []string{literal(path.Join(path.Dir(at.Mod.file), "go.sum")), "go.work.sum"}
		},
	},
	{
		regexp.MustCompile(`^pattern (?:all:)?(.+): (?:no matching files found|cannot embed directory)`),
		func(found string, e step.Error, _ Place) []string {
			// The directory is named as well as what is below it.
			in := path.Join(literal(path.Dir(e.File)), found)
			return []string{in, in + "/*"}
		},
	},
	{
		regexp.MustCompile(`replacement directory (\S+) does not exist`),
		func(found string, _ step.Error, at Place) []string {
			return []string{path.Join(literal(path.Join(path.Dir(at.Mod.file), found)), "go.mod")}
		},
	},
	{
		regexp.MustCompile(`cannot find package "[^"]*" in:\n\t(\S+)`),
		func(found string, _ step.Error, at Place) []string {
			return []string{path.Join(literal(at.file(found)), "*.go")}
		},
	},
	{
		regexp.MustCompile(`cannot find module providing package (\S+): import lookup disabled by -mod=vendor`),
		func(found string, _ step.Error, at Place) []string {
			dir := literal(path.Join(path.Dir(at.Mod.file), "vendor"))
			return []string{path.Join(dir, literal(found), "*.go"), path.Join(dir, "modules.txt")}
		},
	},
	{
		regexp.MustCompile(`(?:open|stat|lstat|chdir|fork/exec) (\S+): no such file or directory`),
		func(found string, e step.Error, at Place) []string { return at.named(found, e) },
	},
	{
		regexp.MustCompile(`fatal error: (\S+): No such file or directory`),
		func(found string, e step.Error, at Place) []string { return at.named(found, e) },
	},
}

// missing returns the files of the context that a message may mean, as names or
// patterns of path.Match.
func (at Place) missing(e step.Error) []string {
	for _, a := range absences {
		found := a.when.FindStringSubmatch(e.Message)
		if found == nil {
			continue
		}
		var inside []string
		for _, name := range a.files(found[1], e, at) {
			if !path.IsAbs(name) && name != ".." && !strings.HasPrefix(name, "../") {
				inside = append(inside, name)
			}
		}
		return inside
	}
	return nil
}

// named returns a file that a program looks for next to the source that is to
// blame: tests run in the directory of their package.
func (at Place) named(name string, e step.Error) []string {
	switch {
	case path.IsAbs(name):
		name = at.file(name)
	case e.File != "":
		name = path.Join(path.Dir(e.File), name)
	default:
		name = path.Join(at.Dir, name)
	}
	return []string{literal(name)}
}

// literal returns a name as a pattern that stands for nothing else.
func literal(name string) string { return special.ReplaceAllString(name, `\$0`) }

var special = regexp.MustCompile(`[*?[\\]`)
