package guide

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Script returns a shell script that does what the blocks of a page say, in
// order and in one shell: what a block exports, the next ones have. What a
// block prints goes to a file in the directory out, which has the name of the
// block's line. Run is the directory for the copies that `in` asks for.
func Script(blocks []Block, repo, run, out string) string {
	var s strings.Builder
	s.WriteString("set -eu\n")
	for i, b := range blocks {
		if b.In != "" {
			s.WriteString(enter(b.In, repo, filepath.Join(run, fmt.Sprint(i))))
		}
		if !b.Runs() {
			continue
		}
		if b.File != "" {
			fmt.Fprintf(&s, "mkdir -p %s\ncat >%s <<'END OF FILE'\n%sEND OF FILE\n", quote(filepath.Dir(b.File)), quote(b.File), b.Text)
			continue
		}
		s.WriteString(b.run(quote(filepath.Join(out, fmt.Sprintf("%04d", b.Line)))))
	}
	return s.String()
}

func (b Block) run(file string) string {
	if b.Fails {
		return fmt.Sprintf("if { :\n%s} >%s 2>&1; then echo 'it worked, and should fail' >>%s; exit 1; fi\n", b.Commands(), file, file)
	}
	return fmt.Sprintf("{ :\n%s} >%s 2>&1\n", b.Commands(), file)
}

// enter returns the commands that make a copy of a directory of the repository
// and go there. The copy is a checkout of git with one commit.
func enter(dir, repo, copied string) string {
	if dir == "." {
		return fmt.Sprintf("mkdir -p %[1]s; cd %[1]s\n", quote(copied))
	}
	const commit = "git init -q -b main; git add -A; git commit -qm example; git tag v1.2.3"
	return fmt.Sprintf("mkdir -p %s; cp -r %s %s; cd %[3]s; %[4]s\n", quote(filepath.Dir(copied)), quote(filepath.Join(repo, dir)), quote(copied), commit)
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
