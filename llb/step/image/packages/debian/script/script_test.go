package script

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step/image/packages"
	"golang.org/x/tools/txtar"
)

// TestDo reads cases with a script and the files of an image. The comment of a
// case ends with the script's arguments. What is wanted are the changes.
func TestDo(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files to other users")
	}
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		base := fstest.MapFS{"usr": {Mode: fs.ModeDir | 0o755}, "etc": {Mode: fs.ModeDir | 0o755}, "tmp": {Mode: fs.ModeDir | 0o777}}
		s := Script{Name: "postinst", Package: "pkg", Args: []string{"configure", ""}}
		for _, f := range ar.Files {
			name, mode, _ := strings.Cut(f.Name, " ")
			switch name {
			case "postinst":
				s.Text = string(f.Data)
			case "templates":
				s.Templates = string(f.Data)
			case "want":
			default:
				file := &fstest.MapFile{Data: f.Data, Mode: 0o644}
				if mode == "x" {
					file.Mode = 0o755
				}
				base[name] = file
			}
		}
		golden.Set(t, ar, "want", changes(t, s, base))
	})
}

func changes(t *testing.T, s Script, base fs.FS) string {
	t.Helper()
	out, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	var b strings.Builder
	if err := Do(s, packages.NewLayer(base, out)); err != nil {
		fmt.Fprintln(&b, "error:", err)
	}
	err = fs.WalkDir(out.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		uid, gid := packages.Owner(info)
		fmt.Fprintf(&b, "%v %d:%d /%s", info.Mode(), uid, gid, name)
		if target, err := fs.ReadLink(out.FS(), name); err == nil {
			fmt.Fprintf(&b, " -> %s", target)
		}
		b.WriteString("\n")
		if info.Mode().IsRegular() {
			data, err := out.ReadFile(name)
			if err != nil {
				return err
			}
			for line := range strings.Lines(string(data)) {
				b.WriteString("\t" + strings.TrimSuffix(line, "\n") + "\n")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func FuzzDo(f *testing.F) {
	f.Add("#!/bin/sh -e\nif [ \"$1\" = configure ]; then addgroup --system a; chmod 4755 /usr/a; fi\ncase $1 in c*) echo $(dirname /a/b) | sed s/a/b/ > /x;; esac\n")
	f.Fuzz(func(t *testing.T, text string) {
		out, err := os.OpenRoot(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		base := fstest.MapFS{"usr/a": {Data: []byte("a"), Mode: 0o755}, "etc/passwd": {Data: []byte("root:x:0:0:root:/root:/bin/sh\n")}}
		_ = Do(Script{Name: "postinst", Text: text, Args: []string{"configure", ""}}, packages.NewLayer(base, out))
	})
}
