package run

import (
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/check"
	"github.com/gohull/gohull/llb/step/check/tests"
	"github.com/gohull/gohull/llb/step/gocmd"
	"github.com/gohull/gohull/llb/step/image/inodes"
	"github.com/gohull/gohull/llb/step/source/closure"
	"github.com/gohull/gohull/llb/step/source/scan"
)

// table has a row for each verb: the function that runs it, whose last argument
// is the type of the verb. A test compares it with the types of package step.
var table = []row{
	// source
	verb(writing(step.FactsFile, step.Source, scan.Scan)),
	verb(simply(pickOne)),
	verb(simply(pickAll)),
	verb(writing(step.VendoredFile, step.Source, closure.ListVendored)),
	verb(simply(pickVendored)),
	verb(simply(skeleton)),
	verb(simply(pickGoFiles)),
	verb(simply(writeManifest)),
	// fetch
	verb(simply(fetchToolchain)),
	verb(withGo(collectModules)),
	verb(withGo(installProgram)),
	// gocmd
	verb(withGo(compile)),
	verb(withGo(packObjects)),
	verb(simply(record)),
	verb(answerGit),
	// check
	verb(onlyGo(check.Tidy)),
	verb(onlyGo(check.Format)),
	verb(onlyGo(check.Verify)),
	verb(onlyGo(check.Vendor)),
	verb(withGo(runTests)),
	verb(onlyGo(tests.Reports)),
	verb(withGo(runGenerators)),
	verb(withGo(runLint)),
	verb(simply(fetchVulnerabilities)),
	verb(withGo(findVulnerabilities)),
	verb(simply(compareBuilds)),
	// image
	verb(simply(lookUpIndexes)),
	verb(simply(resolvePackages)),
	verb(simply(downloadPackages)),
	verb(simply(addPackages)),
	verb(simply(makeRootfs)),
	verb(writing(step.BaseFile, step.Image, inodes.Look)),
	verb(simply(makeDirs)),
	verb(simply(addAccounts)),
	verb(simply(copyBinaries)),
	verb(simply(giveCapabilities)),
	verb(checkLibraries),
	verb(writing(step.LinkerFile, step.Image, findLinker)),
	verb(simply(writeSBOM)),
}

// row is a verb and what runs it.
type row struct {
	empty func() step.Verb // returns the verb without flags
	// bind returns what runs a verb of the row's type, and nil for another type.
	bind func(step.Verb) func(Env) (code int, err error)
}

// verb returns the row of the verb V. The function that runs it returns an
// error, or the exit code of a program that has printed itself what is wrong.
func verb[V any, P interface {
	*V
	step.Verb
}](run func(Env, V) (code int, err error)) row {
	return row{
		empty: func() step.Verb { return P(new(V)) },
		bind: func(v step.Verb) func(Env) (int, error) {
			if own, ok := v.(P); ok {
				return func(e Env) (int, error) { return run(e, *own) }
			}
			return nil
		},
	}
}

// simply adapts a function that runs no other program.
func simply[V any](run func(Env, V) error) func(Env, V) (int, error) {
	return func(e Env, v V) (int, error) { return 0, run(e, v) }
}

// withGo adapts a function that runs the go command.
func withGo[V any](run func(Env, gocmd.Step, V) (int, error)) func(Env, V) (int, error) {
	return func(e Env, v V) (int, error) {
		s, err := e.step()
		if err != nil {
			return 0, err
		}
		return run(e, s, v)
	}
}

// onlyGo adapts a function that needs nothing but the go command.
func onlyGo[V any](run func(gocmd.Step, V) (int, error)) func(Env, V) (int, error) {
	return withGo(func(_ Env, s gocmd.Step, v V) (int, error) { return run(s, v) })
}

// Verbs returns all verbs without their flags, for step.Parse.
func Verbs() []step.Verb {
	var all []step.Verb
	for _, r := range table {
		all = append(all, r.empty())
	}
	return all
}
