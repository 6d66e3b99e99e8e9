package repository

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gohull/gohull/internal/golden"
	"golang.org/x/tools/txtar"
)

// TestSources reads cases with the files of a base. What is wanted are its
// repositories for arm64.
func TestSources(t *testing.T) {
	golden.Run(t, "testdata/sources-*.txtar", func(t *testing.T, ar *txtar.Archive) {
		base := fstest.MapFS{}
		for _, f := range ar.Files {
			base[f.Name] = &fstest.MapFile{Data: f.Data}
		}
		all, err := Sources(base, "arm64")
		var b strings.Builder
		if err != nil {
			fmt.Fprintln(&b, "error:", err)
		}
		for _, s := range all {
			fmt.Fprintf(&b, "%s %v (%s)\n", s.InRelease(), s.Components, s.Where)
			if s.SignedBy != "" {
				fmt.Fprintf(&b, "\tsigned by %q\n", s.SignedBy)
			}
			if s.AnyAge {
				fmt.Fprintln(&b, "\tof any age")
			}
		}
		golden.Set(t, ar, "want", b.String())
	})
}

func FuzzSources(f *testing.F) {
	f.Add("deb [arch=amd64 signed-by=/k.gpg] http://deb.example/ bookworm main\n", "Types: deb\nURIs: http://deb.example\nSuites: ./\n")
	f.Fuzz(func(t *testing.T, list, deb822 string) {
		for name, text := range map[string]string{"etc/apt/sources.list": list, "etc/apt/sources.list.d/a.sources": deb822} {
			all, err := Sources(fstest.MapFS{name: &fstest.MapFile{Data: []byte(text)}}, "amd64")
			for _, s := range all {
				if err == nil && !strings.HasPrefix(s.InRelease(), "http") {
					t.Errorf("%q gives %q", text, s.InRelease())
				}
			}
		}
	})
}
