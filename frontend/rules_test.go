package frontend

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/gohull/gohull/frontend/rules"
	"github.com/gohull/gohull/internal/golden"
)

// rulePages is the directory of the rules' pages.
const rulePages = "../docs/rules"

// TestRulePages compares each rule with its page. The page has the rule's
// description. What it shows under Bad gives the warning that it shows there,
// and what it shows under Good gives none.
func TestRulePages(t *testing.T) {
	for _, r := range rules.All() {
		t.Run(r.Name, func(t *testing.T) {
			file := filepath.Join(rulePages, r.Page())
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if want := "# " + r.Name + "\n\n" + r.Description + "\n\n"; !strings.HasPrefix(string(data), want) {
				t.Errorf("%s does not begin with\n%s", file, want)
			}
			page := readPage(string(data))
			got := strings.Join(warnings(t, page.bad), "")
			golden.File(t, file, withOutput(string(data), got))
			if !strings.HasPrefix(got, r.Name+": ") {
				t.Errorf("Bad gives %q, want a warning of %s", got, r.Name)
			}
			if got := warnings(t, page.good); len(got) > 0 {
				t.Errorf("Good gives\n%s", strings.Join(got, ""))
			}
		})
	}
}

// TestPagesHaveRules finds pages without a rule.
func TestPagesHaveRules(t *testing.T) {
	pages := map[string]bool{}
	for _, r := range rules.All() {
		pages[r.Page()] = true
	}
	files, err := os.ReadDir(rulePages)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !pages[f.Name()] {
			t.Errorf("%s is the page of no rule", f.Name())
		}
	}
}

// page is what a page shows.
type page struct {
	bad, good *txtar.Archive
}

// named introduces a file other than the spec.
var named = regexp.MustCompile("^In `(.+)`:$")

func readPage(text string) page {
	p := page{bad: &txtar.Archive{}, good: &txtar.Archive{}}
	section, name := &txtar.Archive{}, "Dockerfile"
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		switch line := lines[i]; {
		case line == "## Bad":
			section = p.bad
		case line == "## Good":
			section = p.good
		case named.MatchString(line):
			name = named.FindStringSubmatch(line)[1]
		case strings.HasPrefix(line, "```"):
			var block string
			for i++; lines[i] != "```"; i++ {
				block += lines[i] + "\n"
			}
			if line == "```text" { // the warnings that Bad gives
				continue
			}
			section.Files = append(section.Files, txtar.File{Name: name, Data: []byte(block)})
			name = "Dockerfile"
		}
	}
	return p
}

// withOutput is the text of a page that shows other warnings.
func withOutput(text, output string) string {
	before, rest, _ := strings.Cut(text, "```text\n")
	_, after, _ := strings.Cut(rest, "```\n")
	return before + "```text\n" + output + "```\n" + after
}

// warnings are those of a build of the files, one a line. Those that a page
// does not show are hello's.
func warnings(t *testing.T, shown *txtar.Archive) []string {
	files := mapFS(hello)
	for _, f := range shown.Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
	}
	g := &fakeGateway{files: files, opts: map[string]string{}}
	if _, err := unreleased.Build(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	return g.warnings
}

// TestToolchainLines finds toolchain lines that another line overrides.
func TestToolchainLines(t *testing.T) {
	got := warnings(t, txtar.Parse([]byte(`
-- go.work --
go 1.26.3

toolchain go1.26.8

use (
	.
	./older
	./same
)
-- go.mod --
module example.com/hello

go 1.26.3
-- older/go.mod --
module example.com/older

go 1.26.3

toolchain go1.26.5
-- same/go.mod --
module example.com/same

go 1.26.3

toolchain go1.26.8
`)))
	want := []string{"GoVersionDiffers: older/go.mod:5:1: toolchain go1.26.5 differs from go 1.26.8 at go.work:3:1, which the build uses; write the same in both places\n"}
	if !slices.Equal(got, want) {
		t.Errorf("warnings %q, want %q", got, want)
	}
}
