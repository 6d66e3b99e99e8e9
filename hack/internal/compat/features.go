package compat

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Feature is a row: something that people use, and the tests of it.
type Feature struct {
	Title  string
	Tests  []string // names of tests in hack/e2e
	Client bool     // depends on buildx, too, and is tested with older ones
	Limits []Limit
}

// Limit is what a feature does not do with an older program. It explains tests
// that fail, and no others.
type Limit struct {
	BuildKit, Buildx string   // the first version that does it, "0.17"; one of them is set, or Engine
	Engine           bool     // it is an Engine that does not do it
	Tests            []string // that fail for this reason, "TestX" or "TestX/sub"; empty: all of the feature
	Partly           bool     // the feature works apart from that
	Text             string   // what happens instead: completes "Before BuildKit 0.17: …"
}

// noReports says what happens if BuildKit cannot read what a failed step left.
const noReports = "what a failed step found is in its log; the error names the step and the line of the spec."

// reported are the errors that steps report.
var reported = []string{
	"TestErrors/cgo-base", "TestErrors/cgo-compiler", "TestErrors/compile", "TestErrors/download-missing",
	"TestErrors/download-refused", "TestErrors/go-sum", "TestErrors/hidden-package", "TestErrors/hidden-testdata",
	"TestErrors/missing-package", "TestErrors/syntax", "TestErrors/vendored-download",
}

// Features are the rows, in their order.
func Features() []Feature {
	return []Feature{
		{Title: "a first build, and its image as it was recorded", Tests: []string{"TestExampleHello"}, Client: true},
		{Title: "several platforms, and the same digests as with the newest BuildKit", Tests: []string{"TestDaemonsAgree"}},
		{Title: "cache: what an edit runs again", Tests: []string{"TestSecondBuild", "TestEdit"}},
		{Title: "cache: a fresh builder imports it, packs included", Tests: []string{"TestCacheTravels"}, Limits: []Limit{
			{Engine: true, Partly: true, Text: "the test has it fetch modules with `--network=host`, to reach a proxy on the same machine. On a builder without that network, the step that fetches runs again, and the image has the same digest."},
		}},
		{Title: "bake", Tests: []string{"TestBake"}, Client: true},
		{Title: "secrets", Tests: []string{"TestPrivateProxy"}},
		{Title: "ssh", Tests: []string{"TestAgent"}},
		{Title: "limits of steps: --ulimit and similar", Tests: []string{"TestLimits"}, Client: true, Limits: []Limit{
			{BuildKit: "0.31", Partly: true, Text: "`--resource` is an error that names this version."},
			{Buildx: "0.35", Partly: true, Text: "it has no flag `--resource`."},
		}},
		{Title: "git and HTTP contexts", Tests: []string{"TestRemoteContexts", "TestGitContext"}, Limits: []Limit{
			{BuildKit: "0.26", Tests: []string{"TestGitContext"}, Partly: true, Text: "a git context has no commit for labels and stamps."},
		}},
		{Title: "named contexts", Tests: []string{"TestBuildContexts"}, Client: true},
		{Title: "--check and --call", Tests: []string{"TestCheckWarns", "TestCheckAsJSON", "TestAnswers"}, Client: true},
		{Title: "outputs: directory, tar, OCI", Tests: []string{"TestOutputs"}, Client: true, Limits: []Limit{
			{BuildKit: "0.31", Partly: true, Text: "a pushed image has Docker's media types, and so another digest than `type=oci`, unless `oci-mediatypes=true` is among the options of `--output`."},
		}},
		{Title: "annotations", Tests: []string{"TestAnnotations"}, Client: true},
		{Title: "SOURCE_DATE_EPOCH", Tests: []string{"TestSourceDateEpoch"}, Client: true},
		{Title: "provenance", Tests: []string{"TestProvenance"}, Client: true},
		{Title: "SBOM", Tests: []string{"TestSBOM"}, Client: true},
		{Title: "source policy", Tests: []string{"TestPolicy"}, Client: true, Limits: []Limit{
			{BuildKit: "0.26", Text: "buildx's `--policy` has no effect, and nothing says so."},
			{Buildx: "0.31", Text: "it has no flag `--policy`."},
		}},
		{Title: "stages of a Dockerfile", Tests: []string{"TestStages", "TestStagesBase"}},
		{Title: "OS packages", Tests: []string{"TestPackagesAlpine"}},
		{Title: "checks", Tests: []string{"TestChecksFail", "TestTidyTarget"}, Limits: []Limit{
			{BuildKit: "0.27", Tests: []string{"TestChecksFail"}, Partly: true, Text: noReports},
		}},
		{Title: "targets", Tests: []string{"TestBinaries"}},
		{Title: "the lock", Tests: []string{"TestLock"}},
		{Title: "errors", Tests: []string{"TestErrors"}, Limits: []Limit{
			{BuildKit: "0.27", Tests: reported, Partly: true, Text: noReports},
		}},
	}
}

// Tests lists the tests that a setup runs.
func Tests(s Setup) []string {
	names := map[string]bool{}
	for _, f := range Features() {
		if f.Client || s.Kind != Client {
			for _, name := range f.Tests {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// Pattern is a value of -test.run that matches tests with these names alone.
func Pattern(names []string) string {
	var quoted []string
	for _, name := range names {
		quoted = append(quoted, regexp.QuoteMeta(name))
	}
	return "^(" + strings.Join(quoted, "|") + ")$"
}
