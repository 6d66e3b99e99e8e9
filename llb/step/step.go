// Package step is the contract between the lowering, which writes the command
// line of a step, and the program that runs inside it, gohull-step. Both use
// the names of verbs, flags, paths, secrets and files that are declared here.
//
// The package has more names than others, since each of them is used on both
// sides. Its files have one kind each: the verbs by their packages (source.go,
// fetch.go, compile.go, check.go, result.go, inode.go), what the frontend reads
// (facts.go, failure.go), where things are (paths.go), and secrets (secret.go).
package step

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// Verb is a command of gohull-step that can be written as a command line and read
// back from one.
type Verb interface {
	verb() string
	rest() *[]string // arguments after "--", nil where a verb takes none
	flags(*flag.FlagSet)
}

// Command returns the command line that runs v: Binary, the verb, the flags that
// are set, and what follows "--".
func Command(v Verb) []string {
	fs := flag.NewFlagSet(v.verb(), flag.ContinueOnError)
	v.flags(fs)
	args := []string{Binary, v.verb()}
	fs.VisitAll(func(f *flag.Flag) {
		if !isZero(f.Value) {
			args = append(args, "-"+f.Name+"="+f.Value.String())
		}
	})
	if rest := v.rest(); rest != nil && len(*rest) > 0 {
		args = append(args, "--")
		args = append(args, *rest...)
	}
	return args
}

// isZero reports whether a flag has the value that Parse gives to one that
// is not on the command line.
func isZero(v flag.Value) bool {
	switch x := v.(flag.Getter).Get().(type) {
	case string:
		return x == ""
	case bool:
		return !x
	case int64:
		return x == 0
	case []string:
		return len(x) == 0
	}
	return false
}

// Parse reads a command line that Command wrote, without its Binary, into one
// of the verbs and returns that. Package run has the list of all.
func Parse(args []string, verbs ...Verb) (Verb, error) {
	if len(args) == 0 {
		return nil, errors.New("no verb")
	}
	for _, v := range verbs {
		if v.verb() == args[0] {
			return v, parse(v, args[1:])
		}
	}
	return nil, fmt.Errorf("unknown verb %q", args[0])
}

func parse(v Verb, args []string) error {
	fs := flag.NewFlagSet(v.verb(), flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	v.flags(fs)
	if err := fs.Parse(args); err != nil {
		return fmt.Errorf("%s: %w", v.verb(), err)
	}
	switch rest := v.rest(); {
	case rest != nil && fs.NArg() > 0:
		*rest = fs.Args()
	case rest != nil:
	case fs.NArg() > 0:
		return fmt.Errorf("%s: unexpected argument %q", v.verb(), fs.Arg(0))
	}
	return nil
}

// list is a flag of comma-separated words. Any text is a word: a backslash
// stands before a comma and a backslash that belong to a word, and emptyWord
// stands for a word without text.
type list []string

const emptyWord = `\e`

var escapes = strings.NewReplacer(`\`, `\\`, `,`, `\,`)

func (l *list) String() string {
	var words []string
	for _, word := range *l {
		if word == "" {
			word = emptyWord
		} else {
			word = escapes.Replace(word)
		}
		words = append(words, word)
	}
	return strings.Join(words, ",")
}

func (l *list) Get() any { return []string(*l) }

// Set reads what String wrote.
func (l *list) Set(s string) error {
	*l = nil
	for s != "" {
		var word string
		word, s = firstWord(s)
		*l = append(*l, word)
	}
	return nil
}

// firstWord returns the first word of a list and the words behind it.
func firstWord(s string) (word, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == ',':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
			if s[i] != emptyWord[1] {
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}
