package gocmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd/failure"
	"golang.org/x/mod/modfile"
)

// A report travels in one message, so it has limits.
const (
	errorLimit = 20
	fileLimit  = 20
	sizeLimit  = 1 << 20 // of one file
	totalLimit = 4 << 20 // of all files
)

// report leaves what went wrong for the frontend.
func (s Step) report(what, output, goroot string) error {
	return s.failure(what, output, goroot).Leave(s.Report)
}

// Join returns several failures as one, which has the limits of a report.
func Join(all []step.Failure) step.Failure {
	out := step.Failure{Files: map[string][]byte{}}
	size := 0
	for _, f := range all {
		out.Command, out.Total = f.Command, out.Total+f.Total
		for _, e := range f.Errors[:min(len(f.Errors), errorLimit-len(out.Errors))] {
			out.Errors = append(out.Errors, e)
			data, ok := f.Files[e.File]
			if _, have := out.Files[e.File]; ok && !have && len(out.Files) < fileLimit && size+len(data) <= totalLimit {
				out.Files[e.File], size = data, size+len(data)
			}
		}
	}
	return out
}

func (s Step) failure(what, output, goroot string) step.Failure {
	errs := failure.Parse(named(output), s.place())
	f := step.Failure{Command: what, Total: len(errs)}
	f.Errors = append([]step.Error{}, errs[:min(len(errs), errorLimit)]...)
	f.Files = s.files(f.Errors, goroot)
	return f
}

// place finds the go.mod of the directory that the command ran in.
func (s Step) place() failure.Place {
	rel := s.Below()
	at := failure.Place{Source: s.Source, Dir: rel, Given: s.given(), Line: s.line}
	root, err := os.OpenRoot(s.Source)
	if err != nil {
		return at
	}
	defer root.Close()
	at.Modules = members(root, rel)
	if name, data := above(root, rel, gomod.ModFile); name != "" {
		at.Mod = failure.ParseMod(name, data)
	}
	return at
}

// Below returns the directory that the go command runs in, relative to the
// context.
func (s Step) Below() string {
	rel, err := filepath.Rel(s.Source, s.Dir)
	if err != nil || !filepath.IsLocal(rel) {
		return "."
	}
	return rel
}

// above reads the file of a name that is in a directory or nearest above it. The
// name is empty if there is none.
func above(root *os.Root, dir, base string) (name string, data []byte) {
	for ; ; dir = path.Dir(dir) {
		name := path.Join(dir, base)
		if data, err := readFile(root, name); err == nil {
			return name, data
		}
		if dir == "." {
			return "", nil
		}
	}
}

// members returns the directories of a workspace's modules, by their paths.
func members(root *os.Root, dir string) map[string]string {
	name, data := above(root, dir, gomod.WorkFile)
	work, _, err := gomod.ParseWork(name, data)
	if err != nil {
		return nil
	}
	dirs := map[string]string{}
	for _, use := range work.Use {
		dir, ok := gomod.UseDir(name, use)
		if !ok {
			continue // It can be no directory of an error's file.
		}
		data, err := readFile(root, path.Join(dir, gomod.ModFile))
		if name := modfile.ModulePath(data); err == nil && name != "" {
			dirs[name] = dir
		}
	}
	return dirs
}

// line returns a line of a file of the context, empty when it cannot be read.
func (s Step) line(file string, number int) string {
	data, err := readBelow(s.Source, file)
	lines := strings.Split(string(data), "\n")
	if err != nil || number < 1 || number > len(lines) {
		return ""
	}
	return lines[number-1]
}

// remote is a repository that has been fetched from before: git has another
// name for it then.
var remote = regexp.MustCompile(` origin in (\S+/cache/vcs/[0-9a-f]+)`)

// named replaces repositories with their addresses, which the go command keeps
// in a file next to each, as in "git3:https://git.example/acme/greet".
func named(output string) string {
	return remote.ReplaceAllStringFunc(output, func(text string) string {
		info, err := regular.ReadFile(remote.FindStringSubmatch(text)[1]+".info", sizeLimit)
		_, address, ok := strings.Cut(strings.TrimSpace(string(info)), ":")
		if err != nil || !ok {
			return text
		}
		return strings.Replace(text, "origin", address, 1)
	})
}

// given returns what the step has to fetch with.
func (s Step) given() failure.Given {
	netrc, err := regular.ReadFile(s.Netrc, sizeLimit)
	return failure.Given{
		Netrc:          err == nil,
		Machines:       failure.Machines(netrc),
		GitConfig:      exists(s.Git.Settings),
		GitCredentials: exists(s.Git.Credentials),
		KnownHosts:     exists(s.Git.KnownHosts),
		Agent:          exists(lookup(s.Env, "SSH_AUTH_SOCK")),
	}
}

// files reads the files that errors point at. Only the context, the
// toolchain and the module cache are looked into: a //line comment can name
// any file, and what is read here is shown to the user.
func (s Step) files(errs []step.Error, goroot string) map[string][]byte {
	files := map[string][]byte{}
	total := 0
	for _, e := range errs {
		if e.File == "" || files[e.File] != nil || len(files) == fileLimit {
			continue
		}
		data, err := s.read(e.File, goroot)
		if err == nil && total+len(data) <= totalLimit {
			files[e.File] = data
			total += len(data)
		}
	}
	return files
}

func (s Step) read(name, goroot string) ([]byte, error) {
	if !path.IsAbs(name) {
		return readBelow(s.Source, name)
	}
	for _, dir := range []string{goroot, step.ModCache} {
		if rel, ok := strings.CutPrefix(name, dir+"/"); ok {
			return readBelow(dir, rel)
		}
	}
	return nil, fmt.Errorf("%s is neither of the context nor of a module", name)
}

// readBelow reads a file without leaving dir, symbolic links or not.
func readBelow(dir, name string) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return readFile(root, name)
}

func readFile(root *os.Root, name string) ([]byte, error) {
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > sizeLimit {
		return nil, errors.New("not a file, or a large one")
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, sizeLimit))
}

// action returns what the command was to do: its verb and its packages.
func action(args []string) string {
	if len(args) == 0 {
		return "go"
	}
	var words []string
	for _, a := range args {
		if strings.HasPrefix(a, "-") {
			break
		}
		words = append(words, a)
	}
	for _, a := range args[len(words):] {
		if a == "." || strings.HasPrefix(a, "./") || strings.HasPrefix(a, "../") {
			words = append(words, a)
		}
	}
	if isBuild(args) {
		return strings.Join(append([]string{"compile"}, words[1:]...), " ")
	}
	return "go " + strings.Join(words, " ")
}
