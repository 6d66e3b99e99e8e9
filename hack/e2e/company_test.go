package e2e

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/zip"
)

// company is the modules of a company, for one test: no cache knows them,
// because their paths begin with a word that was never used before.
type company struct {
	modules
	unique *strings.Replacer // of the names in companyModules
}

func newCompany() company {
	c := company{modules{}, strings.NewReplacer("example.com/", fmt.Sprintf("example.com/%d/", time.Now().UnixNano()))}
	for name, files := range companyModules {
		c.modules[c.unique.Replace(name)] = c.project(files)
	}
	return c
}

// project is the files of a project with the names that this company has.
func (c company) project(files map[string]string) map[string]string {
	out := map[string]string{}
	for name, data := range files {
		out[c.unique.Replace(name)] = c.unique.Replace(data)
	}
	return out
}

// companyModules are module files by "path@version".
var companyModules = modules{
	"example.com/greet@v1.0.0": {
		"go.mod":   "module example.com/greet\n\ngo 1.25\n",
		"greet.go": "package greet\n\nfunc Hello() string { return \"hello from a private module\" }\n",
	},
	"example.com/low@v1.0.0": {
		"go.mod": "module example.com/low\n\ngo 1.25\n",
		"low.go": "package low\n\nconst Version = \"low v1.0.0\"\n",
	},
	"example.com/low@v1.1.0": {
		"go.mod": "module example.com/low\n\ngo 1.25\n",
		"low.go": "package low\n\nconst Version = \"low v1.1.0\"\n",
	},
	"example.com/middle@v1.0.0": {
		"go.mod":    "module example.com/middle\n\ngo 1.25\n\nrequire example.com/low v1.0.0\n",
		"middle.go": "package middle\n\nimport \"example.com/low\"\n\nconst Low = low.Version\n",
	},
	"example.com/other@v1.0.0": {
		"go.mod":       "module example.com/other\n\ngo 1.25\n\nrequire example.com/low v1.1.0\n",
		"other.go":     "package other\n\nconst Name = \"other\"\n",
		"more/more.go": "package more\n\nimport _ \"example.com/low\"\n",
	},
}

// modules are modules' files, by "path@version".
type modules map[string]map[string]string

// goSum gives the lines of a go.sum for "path@version", and for
// "path@version/go.mod", for project to put the company's names in.
func (c company) goSum(t testing.TB, names ...string) string {
	t.Helper()
	var lines strings.Builder
	for _, name := range names {
		base, modOnly := strings.CutSuffix(c.unique.Replace(name), "/go.mod")
		files := c.modules[base]
		if modOnly {
			files = map[string]string{"go.mod": files["go.mod"]}
		}
		var paths []string
		for p := range files {
			if modOnly {
				paths = append(paths, p)
			} else {
				paths = append(paths, base+"/"+p)
			}
		}
		sum, err := dirhash.Hash1(paths, func(p string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(files[strings.TrimPrefix(p, base+"/")])), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&lines, "%s %s\n", strings.Replace(name, "@", " ", 1), sum)
	}
	return lines.String()
}

// ServeHTTP answers as a module proxy does, as far as a build asks. Below
// /example.com it answers as the modules' own host: ?go-get=1 says that this
// proxy has them.
func (ms modules) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("go-get") == "1" {
		name := "example.com" + r.URL.Path
		fmt.Fprintf(w, `<meta name="go-import" content="%s mod https://example.com">`, name)
		return
	}
	escaped, file, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/@v/")
	ext := path.Ext(file)
	mod := module.Version{Path: escaped, Version: strings.TrimSuffix(file, ext)}
	files, ok := ms[mod.String()]
	switch {
	case file == "list":
		for name := range ms {
			if version, ok := strings.CutPrefix(name, escaped+"@"); ok {
				fmt.Fprintln(w, version)
			}
		}
	case !ok:
		http.NotFound(w, r)
	case ext == ".info":
		fmt.Fprintf(w, `{"Version":%q}`, mod.Version)
	case ext == ".mod":
		io.WriteString(w, files["go.mod"])
	case ext == ".zip":
		if err := zip.Create(w, mod, zipFiles(files)); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	default:
		http.NotFound(w, r)
	}
}

// zipFile is a file in memory.
type zipFile struct {
	name string
	fs   fstest.MapFS
}

func (f zipFile) Path() string                 { return f.name }
func (f zipFile) Lstat() (fs.FileInfo, error)  { return f.fs.Stat(f.name) }
func (f zipFile) Open() (io.ReadCloser, error) { return f.fs.Open(f.name) }

func zipFiles(files map[string]string) []zip.File {
	all := fstest.MapFS{}
	var out []zip.File
	for name, data := range files {
		all[name] = &fstest.MapFile{Data: []byte(data), Mode: 0o644}
		out = append(out, zipFile{name, all})
	}
	return out
}

// greeting is a program that needs example.com/greet.
func (c company) greeting(t testing.TB, spec string) map[string]string {
	t.Helper()
	return c.project(map[string]string{
		"Dockerfile": spec,
		"go.mod":     goMod("example.com/app") + "\nrequire example.com/greet v1.0.0\n",
		"go.sum":     c.goSum(t, "example.com/greet@v1.0.0", "example.com/greet@v1.0.0/go.mod"),
		"main.go":    "package main\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/greet\"\n)\n\nfunc main() { fmt.Println(greet.Hello()) }\n",
	})
}
