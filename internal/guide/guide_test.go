package guide

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const page = "# Page\n\n" +
	"<!-- in an empty directory -->\n<!-- file greeting.txt -->\n```text\nhello\n```\n\n" +
	"```sh\nexport WHO=world\n```\n\n" +
	"- In a list:\n\n  ```console\n  $ cat greeting.txt && \\\n  > echo $WHO\n  hello\n  w…d\n  ```\n\n" +
	"<!-- fails -->\n```sh\ncat missing\n```\n\n" +
	"<!-- not run: it would take too long -->\n```sh\nsleep 1000\n```\n"

func TestParse(t *testing.T) {
	blocks, mistakes := Parse("page.md", []byte(page))
	if len(mistakes) > 0 || len(blocks) != 5 {
		t.Fatalf("%d blocks, mistakes %v", len(blocks), mistakes)
	}
	if b := blocks[0]; b.In != "." || b.File != "greeting.txt" || b.Text != "hello\n" || b.Line != 6 {
		t.Errorf("the first block is %+v", b)
	}
	if got, want := blocks[2].Commands(), "cat greeting.txt && \\\necho $WHO\n"; got != want {
		t.Errorf("commands %q, want %q", got, want)
	}
	if got, want := strings.Join(blocks[2].Output(), "|"), "hello|w…d"; got != want {
		t.Errorf("output %q, want %q", got, want)
	}
	if b := blocks[4]; b.Runs() || b.NotRun != "it would take too long" {
		t.Errorf("the last block is %+v", b)
	}
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"    docker run x\n":                             "p.md:1: commands are in a block that begins with ```sh or ```console",
		"<!-- fails -->\ntext\n":                         "p.md:2: the comment for a block is followed by other text",
		"<!-- not tested -->\n```sh\n```\n":              `p.md:1: unknown comment "not tested"; write <!-- fails --> or <!-- not run: REASON -->`,
		"<!-- fails -->\n```yaml\na: b\n```\n":           `p.md:3: a block that fails has to be sh or console, and this one is "yaml"`,
		"```sh\ntrue\n":                                  "p.md:1: the block has no end",
		"<!-- begin table -->\ntext\n<!-- end table -->": "",
	} {
		_, mistakes := Parse("p.md", []byte(text))
		got := ""
		if len(mistakes) > 0 {
			got = mistakes[0].Error()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestScript(t *testing.T) {
	blocks, _ := Parse("page.md", []byte(page))
	run, out := t.TempDir(), t.TempDir()
	if text, err := exec.Command("sh", "-c", Script(blocks, ".", run, out)).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	printed, err := exec.Command("cat", filepath.Join(out, "0016")).Output()
	if err != nil || string(printed) != "hello\nworld\n" {
		t.Errorf("the block printed %q, %v", printed, err)
	}
	if missing := Missing(blocks[2].Output(), string(printed)); len(missing) > 0 {
		t.Errorf("missing %q", missing)
	}
	if missing := Missing([]string{"world", "hello"}, string(printed)); len(missing) != 1 {
		t.Errorf("in another order, %q is missing, want one line", missing)
	}
}
