package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/capability"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// floatingTag finds references without a digest whose tag has no number in it,
// such as stable or bookworm-slim. A tag with a version also moves, but its
// reader expects that. With a lock, no tag of the spec moves.
func floatingTag(s Subject) []diag.Diagnostic {
	out := floatingInStages(s)
	if s.Locked {
		return out
	}
	type named struct {
		key string
		spec.String
	}
	refs := []named{{"base", s.Spec.Base.String}, {"toolchain", s.Spec.Toolchain.String}}
	for _, f := range s.Spec.Run.Files {
		refs = append(refs, named{"run.files.image", f.Image})
	}
	for _, ref := range refs {
		if tag, floats := floating(ref.Value); floats {
			out = append(out, diag.Diagnostic{
				At:      ref.At,
				Message: fmt.Sprintf("%s: the tag %s of %s names no version, so two builds may use different images", ref.key, tag, ref.Value),
				Hint:    fmt.Sprintf("name a version, pin the digest: %s@sha256:…, or write a lock with `--target lock -o .`", ref.Value),
			})
		}
	}
	return out
}

func floating(ref string) (tag string, floats bool) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return "", false
	}
	tagged, ok := named.(reference.Tagged)
	if _, pinned := named.(reference.Digested); pinned || !ok {
		return "", false
	}
	version := architectureName.ReplaceAllString(tagged.Tag(), "")
	return tagged.Tag(), !debianRelease.MatchString(named.Name()) && !strings.ContainsAny(version, "0123456789")
}

// debianRelease matches a repository for one release of Debian, as distroless
// has them.
var debianRelease = regexp.MustCompile(`-debian[0-9]+$`)

// architectureName matches architectures in tags. Their numbers are not
// versions.
var architectureName = regexp.MustCompile(`(^|[._-])(amd64|arm64(v8)?|arm32v[5-7]|armv[5-7]|armhf|i?386|x86[_-]64|loong64|mips64le|ppc64le|riscv64|s390x)\b`)

// goVersionDiffers ignores go lines: they say which version is needed at least,
// not which is used.
func goVersionDiffers(s Subject) []diag.Diagnostic {
	have := s.Project.Preferred()
	if s.Spec.Go.IsSet() {
		have = project.Version{Value: s.Spec.Go.Value, At: s.Spec.Go.At}
	}
	var out []diag.Diagnostic
	for _, line := range s.Project.Toolchains() {
		if gomod.Satisfies(have.Value, line.Value) && gomod.Satisfies(line.Value, have.Value) {
			continue
		}
		d := diag.Diagnostic{
			At:      line.At,
			Message: fmt.Sprintf("toolchain go%s differs from go %s at %s, which the build uses", line.Value, have.Value, have.At),
			Hint:    "write the same in both places",
			Related: []diag.Range{have.At},
		}
		if s.Spec.Go.IsSet() && line == s.Project.Toolchain() {
			d = keyDiffers(have, line)
		}
		out = append(out, d)
	}
	return out
}

func keyDiffers(have, want project.Version) diag.Diagnostic {
	age := "newer"
	if gomod.CompareGo(have.Value, want.Value) < 0 {
		age = "older"
	}
	return diag.Diagnostic{
		At:      have.At,
		Message: fmt.Sprintf("go %s is %s than the toolchain line at %s, go%s, which builds outside of the image use", have.Value, age, want.At, want.Value),
		Hint:    "remove the key, and change that line",
		Related: []diag.Range{want.At},
	}
}

// keyWithoutEffect finds keys that say where modules are fetched from, although
// nothing is fetched, and capabilities for a user who has them.
func keyWithoutEffect(s Subject) []diag.Diagnostic {
	return append(fetchKeysWithoutEffect(s), capabilitiesOfRoot(s)...)
}

// capabilitiesOfRoot finds capabilities of a program that runs as root.
func capabilitiesOfRoot(s Subject) []diag.Diagnostic {
	if len(s.Spec.Run.Capabilities) == 0 || !isRoot(s.Spec) {
		return nil
	}
	return []diag.Diagnostic{{
		At:      s.Spec.Run.Capabilities[0].At,
		Message: "run.capabilities changes nothing: root has every capability that the container has",
		Hint:    "remove the key, or choose another user",
	}}
}

func fetchKeysWithoutEffect(s Subject) []diag.Diagnostic {
	if !s.Vendored || s.Spec.Toolchain.Value == "module" || slices.ContainsFunc(s.Spec.Checks, fetches) {
		return nil
	}
	var out []diag.Diagnostic
	find := func(key string, value spec.String) {
		out = append(out, diag.Diagnostic{
			At:      value.At,
			Message: key + " changes nothing: the dependencies are vendored, and no module is fetched",
			Hint:    "remove the key, or write `modules: {mode: mod}`",
		})
	}
	m := s.Spec.Modules
	if m.Proxy.IsSet() {
		find("modules.proxy", m.Proxy)
	}
	if len(m.Private) > 0 {
		find("modules.private", m.Private[0])
	}
	if m.Sumdb.IsSet() {
		find("modules.sumdb", m.Sumdb)
	}
	return out
}

// fetches reports whether a check fetches modules itself.
func fetches(check spec.String) bool { return check.Value != "vet" && check.Value != "test" }

// privileged is the first port that any user may listen on.
const privileged = 1024

func privilegedPort(s Subject) []diag.Diagnostic {
	if isRoot(s.Spec) || slices.ContainsFunc(s.Spec.Run.Capabilities, bindsPorts) {
		return nil
	}
	var out []diag.Diagnostic
	for _, p := range s.Spec.Run.Expose {
		if p.Number < privileged {
			out = append(out, diag.Diagnostic{
				At:      p.At,
				Message: fmt.Sprintf("run.expose: not every engine lets a user other than root listen on port %d", p.Number),
				Hint:    fmt.Sprintf("listen on a port from %d up, such as %d", privileged, 8000+p.Number),
			})
		}
	}
	return out
}

// isRoot reports whether the program runs as root.
func isRoot(s *spec.Spec) bool {
	user, _, _ := strings.Cut(s.Run.User.Value, ":")
	return user == "root" || user == "0"
}

func bindsPorts(c spec.String) bool { return capability.Name(c.Value) == "NET_BIND_SERVICE" }

// capabilityNotGranted finds capabilities that a container does not have unless
// it is started with them.
func capabilityNotGranted(s Subject) []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, c := range s.Spec.Run.Capabilities {
		if name := capability.Name(c.Value); !capability.IsUsual(name) && !isRoot(s.Spec) {
			out = append(out, diag.Diagnostic{
				At:      c.At,
				Message: fmt.Sprintf("run.capabilities: a container does not have %s unless it is started with it, and without it the program does not start", name),
				Hint:    fmt.Sprintf("start the image with `--cap-add %s`, or with it in the pod's securityContext.capabilities.add", name),
			})
		}
	}
	return out
}

// directive matches a line that BuildKit would read at the right place.
var directive = regexp.MustCompile(`^#\s*(syntax|check)\s*=`)

// directiveOrder searches the comments before the first key. BuildKit reads
// directives up to the first line that is not one.
func directiveOrder(s Subject) []diag.Diagnostic {
	var out []diag.Diagnostic
	var seen parser.DirectiveParser
	first := 0 // line that ended the directives
	text := strings.TrimPrefix(string(s.Text), "\ufeff")
	for i, line := range strings.Split(text, "\n") {
		if trimmed := strings.TrimSpace(line); trimmed != "" && trimmed[0] != '#' {
			break
		}
		d, err := seen.ParseLine([]byte(line))
		if first == 0 && (d == nil || err != nil) {
			first = i + 1
			continue
		}
		if m := directive.FindStringSubmatch(line); m != nil && d == nil {
			out = append(out, diag.Diagnostic{
				At:      diag.At(s.Spec.File, i+1, 1),
				Message: fmt.Sprintf("`# %s=` is ignored here: directives end at line %d", m[1], first),
				Hint:    "move it to the top of the file",
			})
		}
	}
	return out
}
