package libraries

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step"
	"golang.org/x/tools/txtar"
)

// A case lists what is built and what the image has, a file on each line: its
// path, and what there is to say of it.
//
//	usr/local/bin/app linker:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6@GLIBC_2.34
//	usr/lib/libc.so.6 has:GLIBC_2.34
//	lib64 link:usr/lib
//
// "needs" and "has" may stand more than once; "runpath", "rpath" and
// "for-another-architecture" are the rest. A line of text is what follows "text:".
// The comment may set LD_LIBRARY_PATH, or end with "Without cgo, by" and the
// packages that have libraries loaded.
func TestCheck(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no C compiler")
	}
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		v := step.Libraries{Image: "debian:12-slim", Cgo: true}
		var importers []string
		if _, value, ok := strings.Cut(string(ar.Comment), "Without cgo"); ok {
			v.Cgo = false
			importers = strings.Fields(strings.TrimPrefix(value, ", by"))
		}
		if _, value, ok := strings.Cut(string(ar.Comment), "LD_LIBRARY_PATH="); ok {
			v.Path = strings.TrimSpace(value)
		}
		dirs := map[string]string{}
		for _, f := range ar.Files {
			if f.Name != "want" {
				dirs[f.Name] = lay(t, string(f.Data))
			}
		}
		golden.Set(t, ar, "want", outcome(t, dirs["built"], dirs["image"], v, importers))
	})
}

func outcome(t *testing.T, built, image string, v step.Libraries, importers []string) string {
	t.Helper()
	b, err := os.OpenRoot(built)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	i, err := os.OpenRoot(image)
	if err != nil {
		t.Fatal(err)
	}
	defer i.Close()
	problems, err := Check(b.FS(), i.FS(), v, importers)
	if err != nil {
		return err.Error() + "\n"
	}
	var text strings.Builder
	for _, p := range problems {
		fmt.Fprintln(&text, p)
	}
	return text.String()
}

// lay makes the files of a list, and glibc's cache when they have the file
// that lists its directories.
func lay(t *testing.T, list string) string {
	t.Helper()
	dir := t.TempDir()
	for line := range strings.Lines(list) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		place(t, dir, name, rest)
	}
	if _, err := os.Stat(filepath.Join(dir, "etc/ld.so.conf")); err == nil {
		if os.Geteuid() != 0 {
			t.Skip("ldconfig changes its root")
		}
		run(t, "/sbin/ldconfig", "-X", "-r", dir)
	}
	return dir
}

func place(t *testing.T, dir, name, rest string) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if target, ok := strings.CutPrefix(rest, "link:"); ok {
		if err := os.Symlink(target, file); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text, ok := strings.CutPrefix(rest, "text:"); ok {
		if err := os.WriteFile(file, []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	link(t, file, strings.Fields(rest))
}

// link makes an executable, if it has a linker, or a library. What it needs
// is linked from libraries that hold nothing but the name and a version.
func link(t *testing.T, file string, words []string) {
	t.Helper()
	work := t.TempDir()
	var source, versions, args []string
	foreign := false
	for i, word := range words {
		kind, value, _ := strings.Cut(word, ":")
		symbol := fmt.Sprintf("f%d", i)
		switch kind {
		case "linker":
			args = append(args, "-Wl,--dynamic-linker="+value, "-Wl,-e,own", "-no-pie")
		case "needs":
			lib, version, _ := strings.Cut(value, "@")
			stub := library(t, work, lib, symbol, version)
			source = append(source, fmt.Sprintf("void %s(void);\nvoid use%s(void) { %s(); }", symbol, symbol, symbol))
			args = append(args, stub)
		case "has":
			source = append(source, fmt.Sprintf("void %s(void) {}", symbol))
			versions = append(versions, fmt.Sprintf("%s { %s; };", value, symbol))
		case "rpath":
			args = append(args, "-Wl,--disable-new-dtags", "-Wl,-rpath,"+value)
		case "runpath":
			args = append(args, "-Wl,--enable-new-dtags", "-Wl,-rpath,"+value)
		case "for-another-architecture":
			foreign = true
		default:
			t.Fatalf("%s: what is %q?", file, word)
		}
	}
	if !strings.Contains(strings.Join(words, " "), "linker:") {
		args = append(args, "-shared", "-Wl,-soname,"+path.Base(file))
	}
	compile(t, work, file, strings.Join(source, "\n"), strings.Join(versions, "\n"), args...)
	if foreign {
		patch(t, file)
	}
}

func library(t *testing.T, work, name, symbol, version string) string {
	t.Helper()
	file := filepath.Join(work, symbol, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if version != "" {
		version = fmt.Sprintf("%s { %s; };", version, symbol)
	}
	compile(t, work, file, fmt.Sprintf("void %s(void) {}", symbol), version, "-shared", "-Wl,-soname,"+name)
	return file
}

func compile(t *testing.T, work, file, source, versions string, args ...string) {
	t.Helper()
	text := filepath.Join(work, "source.c")
	if err := os.WriteFile(text, []byte(source+"\nvoid own(void) {}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	all := []string{"-nostdlib", "-fPIC", "-Wl,--no-as-needed", "-Wl,--allow-shlib-undefined", "-o", file, text}
	if versions != "" {
		script := filepath.Join(work, "versions")
		if err := os.WriteFile(script, []byte(versions), 0o644); err != nil {
			t.Fatal(err)
		}
		all = append(all, "-Wl,--version-script="+script)
	}
	run(t, "gcc", append(all, args...)...)
}

// patch makes an object one of another architecture.
func patch(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data[18] = 243 // EM_RISCV
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}
