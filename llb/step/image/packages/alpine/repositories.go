package alpine

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// repository is a line of /etc/apk/repositories, or a part of one.
type repository struct {
	url   string // without a slash at the end; packages are below it, in a directory of the architecture
	index string // set if the line names an index; packages are next to it
	tag   string // "edge" of "@edge": only for packages that ask for it
	at    string // "/etc/apk/repositories:3"
	order int    // in the list
}

func (r *repository) String() string { return r.url + " (" + r.at + ")" }

// indexURL returns where the index is.
func (r *repository) indexURL(arch string) string {
	if r.index != "" {
		return r.index
	}
	return r.url + "/" + arch + "/APKINDEX.tar.gz"
}

// packageURL returns where a package is. Packages for every architecture are in
// the directory of each.
func (r *repository) packageURL(arch string, p *pkg) string {
	file := p.name + "-" + p.version + ".apk"
	if r.index != "" {
		return r.url + "/" + file
	}
	return r.url + "/" + arch + "/" + file
}

// repositoryList collects the repositories of several files. Variables of one
// file are known in the next.
type repositoryList struct {
	all       []*repository
	variables map[string]string
}

// parse reads lines like "https://example.com/alpine/v3.22/main",
// "@edge URL", "v2 URL main community" and "set name=value". name stands in errors.
func (l *repositoryList) parse(name, text string) error {
	n := 0
	for line := range strings.Lines(text) {
		n++
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if err := l.line(fmt.Sprintf("%s:%d", name, n), words); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	return nil
}

func (l *repositoryList) line(at string, words []string) error {
	switch words[0] {
	case "set":
		return l.set(words[1:])
	case "v2", "ndx":
		words = words[1:]
	case "v3":
		return fmt.Errorf("repositories with an index of apk 3 (Packages.adb) are not supported, want one with APKINDEX.tar.gz")
	}
	tag := ""
	if len(words) > 0 && strings.HasPrefix(words[0], "@") {
		tag, words = words[0][1:], words[1:]
	}
	for i, word := range words {
		var err error
		if words[i], err = l.expand(word); err != nil {
			return err
		}
	}
	if len(words) == 0 {
		return fmt.Errorf("there is no URL")
	}
	return l.add(at, tag, strings.TrimRight(words[0], "/"), words[1:])
}

// add appends a repository, or one for each component.
func (l *repositoryList) add(at, tag, address string, components []string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("found %q, want an http or https URL", address)
	}
	r := repository{url: address, tag: tag, at: at}
	switch {
	case strings.HasSuffix(u.Path, ".adb"):
		return fmt.Errorf("an index of apk 3 (%s) is not supported, want APKINDEX.tar.gz", path.Base(u.Path))
	case strings.HasSuffix(u.Path, ".tar.gz"):
		r.index, r.url = address, address[:strings.LastIndexByte(address, '/')]
	}
	if len(components) == 0 {
		components = []string{""}
	}
	for _, component := range components {
		one := r
		if component != "" {
			one.url += "/" + strings.Trim(component, "/")
		}
		one.order = len(l.all)
		l.all = append(l.all, &one)
	}
	return nil
}

var assignment = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_]*)=(.*)$`)

func (l *repositoryList) set(words []string) error {
	byDefault := len(words) > 0 && words[0] == "-default"
	if byDefault {
		words = words[1:]
	}
	m := assignment.FindStringSubmatch(strings.Join(words, " "))
	if m == nil {
		return fmt.Errorf("found %q after set, want name=value", strings.Join(words, " "))
	}
	if _, ok := l.variables[m[1]]; ok && byDefault {
		return nil
	}
	value, err := l.expand(m[2])
	if err == nil {
		l.variables[m[1]] = value
	}
	return err
}

var variable = regexp.MustCompile(`\$\{([A-Za-z0-9_]+)\}`)

// expand replaces ${name}.
func (l *repositoryList) expand(s string) (_ string, err error) {
	s = variable.ReplaceAllStringFunc(s, func(ref string) string {
		value, ok := l.variables[ref[2:len(ref)-1]]
		if !ok {
			err = fmt.Errorf("the variable %s is not set", ref)
		}
		return value
	})
	return s, err
}
