// Package rules has the rules of --check. They find what is wrong with a build
// that works, or that fails later than necessary. A rule only reads what was
// parsed and found before; it looks nothing up.
package rules

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/dockerfile"
	"github.com/gohull/gohull/frontend/ignore"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/step"
)

// Subject is what rules are applied to.
type Subject struct {
	Text      []byte // of the spec
	Spec      *spec.Spec
	Project   *project.Project
	Facts     step.Facts
	Mains     []string        // directories of the main packages that are built
	NoteKinds []string        // kinds of notes that matter for the base
	Go        project.Version // that is built with; not set when only the toolchain's image knows
	Vendored  bool            // whether dependencies come from a vendor directory
	Ignored   ignore.File
	Locked    bool // whether a lock says which images are meant

	StageImages []dockerfile.Ref // that the stages in use are made from

	Profiles     map[string]ignore.Line // default.pgo files that the ignore file hides, and its lines
	VendorHidden bool                   // whether the ignore file hides a vendor directory that would be used
}

// Rule is one thing that --check finds.
type Rule struct {
	Name        string // as `# check=skip=` takes it: "FloatingTag"
	Description string // what it finds, in one sentence
	Optional    bool   // whether it is applied only if `# check=experimental=` names it
	check       func(Subject) []diag.Diagnostic
}

// Finding is what a rule found.
type Finding struct {
	Rule Rule
	diag.Diagnostic
}

// All returns the rules, by name. A new rule is a row here, a function, and a
// page in docs/rules.
func All() []Rule {
	all := []Rule{
		{"CapabilityNotGranted", "The program needs a capability that containers do not have by default.", false, capabilityNotGranted},
		{"CgoOff", "A file imports \"C\", or a package that needs cgo, while cgo is off.", false, cgoOff},
		{"DirectiveOrder", "A directive such as `# check=` is where BuildKit ignores it.", false, directiveOrder},
		{"EmbedIgnored", "The ignore file hides files that `//go:embed` needs.", false, embedIgnored},
		{"FloatingTag", "The tag of an image names no version, so the image can change without notice.", false, floatingTag},
		{"GoVersionDiffers", "A `toolchain` line names another Go version than the one that the build uses.", false, goVersionDiffers},
		{"KeyWithoutEffect", "A key has no effect, because another setting overrides it.", false, keyWithoutEffect},
		{"LinkerVariable", "A `-X` flag in `build.ldflags` sets a variable that the program does not have, or a value with quotes.", false, linkerVariable},
		{"NoCertificates", "The program may use TLS, and the base has no CA certificates.", false, noCertificates},
		{"NoTimeZones", "The program loads time zones by name, and the base has none.", false, noTimeZones},
		{"OutdatedGo", "The build uses a Go release for which there is a newer patch release.", false, outdatedGo},
		{"PrivilegedPort", "The image exposes a port below 1024, on which its user may not be allowed to listen.", false, privilegedPort},
		{"ProfileIgnored", "The ignore file hides a default.pgo that the go command would use to optimize the program.", false, profileIgnored},
		{"ReplaceOutside", "A `replace` in go.mod or go.work points outside of the build context.", false, replaceOutside},
		{"SecretInSpec", "A value of the spec looks like a secret, or has the name of one.", false, secretInSpec},
		{"ShellSyntax", "A command line or a value contains shell syntax, and no shell reads it.", false, shellSyntax},
		{"VendorIgnored", "The ignore file hides a vendor directory that the go command would use.", false, vendorIgnored},
	}
	return slices.SortedFunc(slices.Values(append(all, optional()...)), func(a, b Rule) int { return cmp.Compare(a.Name, b.Name) })
}

// optional returns the rules that a policy may ask for. They find what is no mistake,
// and what an organization may not want.
func optional() []Rule {
	return []Rule{
		{"MissingTest", "The spec does not list the check `test` (optional).", true, missing("test")},
		{"MissingVet", "The spec does not list the check `vet` (optional).", true, missing("vet")},
		{"MissingVuln", "The spec does not list the check `vuln` (optional).", true, missing("vuln")},
		{"RootUser", "The image runs as root, because `run.user` says so (optional).", true, rootUser},
	}
}

// Check returns what all rules find in the images of a spec, by place and
// without repeats.
func Check(images ...Subject) []Finding {
	var all []Finding
	for _, r := range All() {
		seen := map[string]bool{}
		for _, image := range images {
			for _, d := range r.check(image) {
				if text := d.String(); !seen[text] {
					seen[text] = true
					all = append(all, Finding{r, d})
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.At.File, b.At.File),
			cmp.Compare(a.At.Start.Line, b.At.Start.Line),
			cmp.Compare(a.At.Start.Col, b.At.Start.Col),
		)
	})
	return all
}

// Page returns the name of the rule's page in docs/rules: "floating-tag.md".
func (r Rule) Page() string {
	var b strings.Builder
	for i, c := range r.Name {
		if unicode.IsUpper(c) && i > 0 {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String() + ".md"
}

// URL returns the address of the page.
func (r Rule) URL() string {
	return "https://github.com/gohull/gohull/blob/main/docs/rules/" + r.Page()
}
