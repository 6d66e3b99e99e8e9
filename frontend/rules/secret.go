package rules

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
)

// secretInSpec finds values with the name or the form of a secret, in keys that
// accept any text.
func secretInSpec(s Subject) []diag.Diagnostic {
	const (
		inImage  = "in the image, for everyone who can pull it"
		inBuild  = "in the cache's keys and in the provenance"
		inBinary = "in the binary, for everyone who has it, and in the provenance"
	)
	var f secrets
	f.pairs("args", inBuild, s.Spec.Args)
	f.pairs("build.env", inBuild, s.Spec.Build.Env)
	for _, flags := range s.Spec.Ldflags() {
		f.linked(inBinary, flags)
	}
	f.pairs("run.env", inImage, s.Spec.Run.Env)
	f.pairs("run.labels", inImage, s.Spec.Run.Labels)
	f.pairs("image.annotations", "in the registry, for everyone who can pull the image", s.Spec.Image.Annotations)
	for _, file := range s.Spec.Run.Files {
		f.url("run.files.url", inBuild, file.URL)
	}
	f.arguments("run.entrypoint", inImage, s.Spec.Run.Entrypoint.Args)
	f.arguments("run.args", inImage, s.Spec.Run.Args)
	for _, g := range s.Spec.Generate {
		f.arguments("generate.run", inBuild, g.Run)
	}
	for _, st := range s.Spec.Stages {
		f.pairs("stages."+st.Name.Value+".args", inBuild, st.Args)
	}
	if h := s.Spec.Run.Healthcheck; h != nil {
		f.arguments("run.healthcheck.test", inImage, h.Test)
	}
	return f.found
}

// secrets collects what was found.
type secrets struct {
	found []diag.Diagnostic
}

func (f *secrets) pairs(key, reach string, pairs []spec.Pair) {
	for _, p := range pairs {
		f.named(key, reach, p.Key.At, p.Key.Value, p.Value.Value)
	}
}

// linked searches what the linker sets: -X main.token=abc.
func (f *secrets) linked(reach string, ldflags spec.Setting) {
	words := strings.FieldsFunc(ldflags.Value, func(r rune) bool { return strings.ContainsRune(" \t\n'\"", r) })
	for i, word := range words {
		if i > 0 && words[i-1] == "-X" {
			word = "-X=" + word
		}
		setting, isSet := strings.CutPrefix(word, "-X=")
		if name, value, ok := strings.Cut(setting, "="); isSet && ok {
			f.named(ldflags.Key, reach, ldflags.At, name, value)
		}
	}
}

// arguments looks at flags of a program: --token=abc, --token abc.
func (f *secrets) arguments(key, reach string, args []spec.String) {
	for i, arg := range args {
		name, value, hasValue := strings.Cut(arg.Value, "=")
		flag := strings.TrimLeft(name, "-")
		switch {
		case flag == name:
			f.valued(key, reach, arg.At, "an argument", arg.Value)
		case hasValue:
			f.named(key, reach, arg.At, flag, value)
		case i+1 < len(args) && !strings.HasPrefix(args[i+1].Value, "-") && isSecret(flag, args[i+1].Value):
			f.add(key, reach, arg.At, flag)
		}
	}
}

// url looks at the query of an address: ?token=abc.
func (f *secrets) url(key, reach string, addresses spec.ByArch) {
	all, before := []spec.String{addresses.All}, len(f.found)
	for _, p := range addresses.Each {
		all = append(all, p.Value)
	}
	for _, s := range all {
		_, query, _ := strings.Cut(s.Value, "?")
		for setting := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(setting, "=")
			f.named(key, reach, s.At, name, value)
		}
	}
	for i := range f.found[before:] {
		f.found[before+i].Hint = "use an address that needs no secret"
	}
}

// secretName matches names whose value is a secret, but not the name of a file,
// a URL or a duration for one.
var secretName = regexp.MustCompile(`(?i)(password|passwd|passphrase|(^|[._-])(secret|token|credentials?)|(api|access|private|secret)[._-]?key)$`)

// isSecret judges a value by its name. A path to a secret is not a secret.
func isSecret(name, value string) bool {
	return secretName.MatchString(name) && value != "" && !strings.HasPrefix(value, "/")
}

// named finds a value by its name, else by its form.
func (f *secrets) named(key, reach string, at diag.Range, name, value string) {
	if isSecret(name, value) {
		f.add(key, reach, at, name)
		return
	}
	f.valued(key, reach, at, name, value)
}

func (f *secrets) add(key, reach string, at diag.Range, name string) {
	f.report(at, fmt.Sprintf("%s: %s looks like a secret, and its value would be %s", key, name, reach))
}

// forms are the forms of secrets, whatever they are called.
var forms = []struct {
	what string
	form *regexp.Regexp
}{
	{"a private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY`)},
	{"a password in a URL", regexp.MustCompile(`://[^/\s:@]*:[^/\s@${<*]+@`)},
	{"an access token", regexp.MustCompile(`\b(gh[oprsu]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{22}|glpat-[0-9A-Za-z_-]{20}|xox[abeprs]-[0-9A-Za-z-]{10}|AKIA[0-9A-Z]{16}|sk_live_[0-9A-Za-z]{16})`)},
}

// addressName matches names whose value is an address, which some programs
// take without a scheme: HTTPS_PROXY, MYSQL_DSN.
var (
	addressName = regexp.MustCompile(`(?i)(^|[._-])(proxy|url|uri|dsn)$`)
	schemeless  = regexp.MustCompile(`^[^\s/:@]+:[^\s/@${<*]+@[^\s@]`)
)

func (f *secrets) valued(key, reach string, at diag.Range, name, value string) {
	if addressName.MatchString(name) && schemeless.MatchString(value) {
		f.report(at, fmt.Sprintf("%s: %s has a password before a host, which would be %s", key, name, reach))
		return
	}
	for _, l := range forms {
		if l.form.MatchString(value) {
			f.report(at, fmt.Sprintf("%s: %s has %s, which would be %s", key, name, l.what, reach))
			return
		}
	}
}

func (f *secrets) report(at diag.Range, message string) {
	f.found = append(f.found, diag.Diagnostic{At: at, Message: message, Hint: "give it to the container when it runs"})
}
