package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/goproxy/goproxy"
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

// private is a host that few may read from: it has a certificate that no
// system knows, and asks for a password.
type private struct {
	URL      string // https://127.0.0.1:…
	CA       string // file of the certificate
	Netrc    string // file that has the password for it, and for example.com
	Password string

	mu    sync.Mutex
	asked []string // paths of the requests
}

func newPrivate(t testing.TB, files http.Handler) *private {
	t.Helper()
	p := &private{Password: "pa55word-of-" + strings.ToLower(strings.ReplaceAll(t.Name(), "/", "-"))}
	p.serve(t, p.guarded(files))
	return p
}

// guarded is a handler that asks for the password.
func (p *private) guarded(files http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "gopher" || password != p.Password {
			w.Header().Set("WWW-Authenticate", `Basic realm="modules"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		files.ServeHTTP(w, r)
	})
}

// serve starts the host.
func (p *private) serve(t testing.TB, files http.Handler) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asked = append(p.asked, r.URL.Path)
		p.mu.Unlock()
		files.ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // a handshake that fails is what some want
	server.StartTLS()
	t.Cleanup(server.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	login := fmt.Sprintf(" login gopher password %s\n", p.Password)
	dir := write(t, map[string]string{"ca.pem": string(ca), "netrc": "machine " + server.Listener.Addr().String() + login + "machine example.com" + login})
	p.URL, p.CA, p.Netrc = server.URL, filepath.Join(dir, "ca.pem"), filepath.Join(dir, "netrc")
}

// tunnel is an HTTP proxy, for https alone, that leads to the host whatever
// name is asked for.
func (p *private) tunnel(t testing.TB) string {
	t.Helper()
	host := strings.TrimPrefix(p.URL, "https://")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		there, err := net.Dial("tcp", host)
		if err != nil || r.Method != http.MethodConnect {
			http.Error(w, "cannot connect", http.StatusBadGateway)
			return
		}
		defer there.Close()
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer here.Close()
		io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go io.Copy(there, here)
		io.Copy(here, there)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// requests are the paths that were asked for so far.
func (p *private) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

func (p *private) secrets() []string {
	return []string{"--secret=id=ca,src=" + p.CA, "--secret=id=netrc,src=" + p.Netrc}
}

// plain is a build by gohull without the machine's own CA.
func plain(t testing.TB, dir string, args ...string) buildx.Build {
	t.Helper()
	return buildx.Build{Dir: dir, Syntax: env(t, "GOHULL_SYNTAX"), Args: args}
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

// prints checks what the image that a test pushed says.
func prints(t testing.TB, ref, want string) {
	t.Helper()
	if exit, got := output(t, pull(t, ref)); exit != 0 || got != want {
		t.Errorf("exit code %d, printed %q, want 0 and %q", exit, got, want)
	}
}

// TestPrivateProxy fetches a module from a proxy, as companies run it, that
// only those know who have its certificate and a password.
func TestPrivateProxy(t *testing.T) {
	c := newCompany()
	upstream := httptest.NewServer(c.modules)
	defer upstream.Close()
	fetcher := &goproxy.GoFetcher{Env: []string{"GOPROXY=" + upstream.URL, "GOSUMDB=off"}}
	p := newPrivate(t, &goproxy.Goproxy{Fetcher: fetcher})
	b := plain(t, write(t, c.greeting(t, "")), append(p.secrets(), "--build-arg=GOPROXY="+p.URL, "--provenance=mode=max")...)
	b.Push = ref(t)
	r := succeed(t, b)
	prints(t, b.Push, "hello from a private module\n")
	p.keptSecret(t, r, b.Push)
}

// TestPrivateProxyRefuses builds without one secret or the other, or with
// one that has something else: the error names it.
func TestPrivateProxyRefuses(t *testing.T) {
	c := newCompany()
	p := newPrivate(t, c.modules)
	host := strings.TrimPrefix(p.URL, "https://")
	module := c.unique.Replace("example.com/greet")
	zip := p.URL + "/" + module + "/@v/v1.0.0.zip"
	unauthorized := "go.mod:5: " + module + "@v1.0.0: reading " + zip + ": 401 Unauthorized; "
	netrc := func(machine string) string {
		dir := write(t, map[string]string{"netrc": "machine " + machine + " login gopher password guessed\n"})
		return "--secret=id=netrc,src=" + filepath.Join(dir, "netrc")
	}
	tests := []struct {
		secrets []string
		want    string
	}{
		{nil, "go.mod:5: " + module + `@v1.0.0: Get "` + zip + `": tls: failed to verify certificate: x509: certificate signed by unknown authority; ` +
			"pass the certificate that signs it with --secret id=ca,src=<file>"},
		{p.secrets()[:1], unauthorized + "the secret netrc was not passed; it has to hold a password for `machine " + host + "`: --secret id=netrc,src=$HOME/.netrc"},
		{append(p.secrets()[:1], netrc(host)), unauthorized + "the host refuses what the secret netrc has for `machine " + host + "`"},
		{append(p.secrets()[:1], netrc("127.0.0.1")), unauthorized + "the secret netrc has `machine 127.0.0.1`, and the go command looks for `machine " + host + "`"},
	}
	for _, test := range tests {
		r := run(t, plain(t, write(t, c.greeting(t, "")), append(test.secrets, "--build-arg=GOPROXY="+p.URL)...))
		if r.Exit == 0 || !hasLine(r.Text, test.want) {
			t.Errorf("exit code %d, and this was printed, want the line %q:\n%s", r.Exit, test.want, r.Text)
		}
	}
}

// TestPrivateHost fetches a module from its own host, as modules.private or
// GOPRIVATE says. The way there is a proxy for https.
func TestPrivateHost(t *testing.T) {
	tests := []struct{ name, spec, arg string }{
		{"spec", "modules: {private: [example.com]}\n", ""},
		{"arg", "", "--build-arg=GOPRIVATE=example.com"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newCompany()
			p := newPrivate(t, c.modules)
			args := append(p.secrets(), "--build-arg=HTTPS_PROXY="+p.tunnel(t), "--provenance=mode=max")
			if test.arg != "" {
				args = append(args, test.arg)
			}
			b := plain(t, write(t, c.greeting(t, test.spec)), args...)
			b.Push = ref(t)
			r := succeed(t, b)
			prints(t, b.Push, "hello from a private module\n")
			p.keptSecret(t, r, b.Push)
		})
	}
}

// keptSecret checks that neither the password nor the certificate is in what
// a build printed or pushed.
func (p *private) keptSecret(t *testing.T, r buildx.Result, ref string) {
	t.Helper()
	ca := read(t, p.CA)
	secrets := []string{p.Password, base64.StdEncoding.EncodeToString([]byte("gopher:" + p.Password)), ca[100:160]}
	places := published(t, ref)
	progress, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	places["what was printed"] = progress
	for place, data := range places {
		for _, secret := range secrets {
			if bytes.Contains(data, []byte(secret)) {
				t.Errorf("%s holds %q", place, secret)
			}
		}
	}
	for _, want := range []string{"layer of linux/amd64", "config of linux/amd64", "layer of unknown/unknown"} {
		if len(places[want+" 0"]) == 0 {
			t.Errorf("the image has no %s", want)
		}
	}
}

func read(t testing.TB, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// published is all that was pushed under a name: manifests, configs, layers
// and attestations, uncompressed.
func published(t *testing.T, ref string) map[string][]byte {
	t.Helper()
	name, err := name.ParseReference(ref)
	if err != nil {
		t.Fatal(err)
	}
	index, err := remote.Index(name, remote.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	places := map[string][]byte{}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range manifest.Manifests {
		im, err := index.Image(d.Digest)
		if err != nil {
			t.Fatal(err)
		}
		addImage(t, places, d.Platform.String(), im)
	}
	return places
}

func addImage(t *testing.T, places map[string][]byte, platform string, im v1.Image) {
	t.Helper()
	read := func(place string, data []byte, err error) {
		if err != nil {
			t.Fatalf("%s of %s: %v", place, platform, err)
		}
		places[place] = data
	}
	manifest, err := im.RawManifest()
	read("manifest of "+platform, manifest, err)
	config, err := im.RawConfigFile()
	read("config of "+platform+" 0", config, err)
	layers, err := im.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for i, layer := range layers {
		stream, err := layer.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(stream)
		stream.Close()
		read(fmt.Sprintf("layer of %s %d", platform, i), data, err)
	}
}

// hasLine reports whether a line of the text, or what follows "ERROR: …
// solve: " in it, is the one.
func hasLine(text, want string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "ERROR: failed to build: failed to solve: ")
		if line == want {
			return true
		}
	}
	return false
}

// TestProxyList goes on to the second proxy when the first does not have a
// module, and after a bar also when the first fails otherwise.
func TestProxyList(t *testing.T) {
	tests := []struct {
		status    int
		separator string
		goesOn    bool
	}{
		{http.StatusNotFound, ",", true},
		{http.StatusForbidden, "|", true},
		{http.StatusForbidden, ",", false},
	}
	for _, test := range tests {
		c := newCompany()
		var asked atomic.Int32
		first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			http.Error(w, "not here", test.status)
		}))
		defer first.Close()
		second := httptest.NewServer(c.modules)
		defer second.Close()
		b := plain(t, write(t, c.greeting(t, "modules: {proxy: \""+first.URL+test.separator+second.URL+"\"}\n")))
		r := run(t, b)
		if asked.Load() == 0 {
			t.Error("the first proxy was not asked")
		}
		stopped := strings.Contains(r.Text, ": reading "+first.URL+"/") && strings.Contains(r.Text, ": 403 Forbidden")
		if test.goesOn && r.Exit != 0 || !test.goesOn && !stopped {
			t.Errorf("the first of the proxies answers %d, %q follows: exit code %d, and this was printed:\n%s", test.status, test.separator, r.Exit, r.Text)
		}
	}
}

// TestVendored compiles without network: no proxy that it could ask is there.
func TestVendored(t *testing.T) {
	c := newCompany()
	project := c.greeting(t, "modules: {proxy: \"http://127.0.0.1:1\"}\n")
	vendored := c.project(map[string]string{
		"vendor/modules.txt":                "# example.com/greet v1.0.0\n## explicit; go 1.25\nexample.com/greet\n",
		"vendor/example.com/greet/greet.go": companyModules["example.com/greet@v1.0.0"]["greet.go"],
	})
	maps.Copy(project, vendored)
	b := plain(t, write(t, project))
	b.Push = ref(t)
	succeed(t, b)
	prints(t, b.Push, "hello from a private module\n")
}

// TestWorkspace builds a program of one module with another of the workspace
// and a folder that replaces a module.
func TestWorkspace(t *testing.T) {
	b := plain(t, write(t, map[string]string{
		"Dockerfile":         "main: ./app\n",
		"go.work":            "go " + goVersion() + "\n\nuse (\n\t./app\n\t./words\n)\n\nreplace example.com/greet => ./fork/greet\n",
		"app/go.mod":         goMod("example.com/app") + "\nrequire example.com/greet v1.0.0\n",
		"app/main.go":        "package main\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/greet\"\n\t\"example.com/words\"\n)\n\nfunc main() { fmt.Println(greet.Hello(), words.Name) }\n",
		"words/go.mod":       goMod("example.com/words"),
		"words/words.go":     "package words\n\nconst Name = \"and a workspace\"\n",
		"fork/greet/go.mod":  goMod("example.com/greet"),
		"fork/greet/fork.go": "package greet\n\nfunc Hello() string { return \"hello from a fork\" }\n",
	}), "--build-arg=GOPROXY=off")
	b.Push = ref(t)
	succeed(t, b)
	prints(t, b.Push, "hello from a fork and a workspace\n")
}

// TestWorkspaceVendored builds a workspace that has one vendor folder for all
// its modules, as `go work vendor` makes it.
func TestWorkspaceVendored(t *testing.T) {
	c := newCompany()
	greet := companyModules["example.com/greet@v1.0.0"]
	b := plain(t, write(t, c.project(map[string]string{
		"Dockerfile":                        "main: ./app\nmodules: {proxy: \"http://127.0.0.1:1\"}\n",
		"go.work":                           "go " + goVersion() + "\n\nuse (\n\t./app\n\t./words\n)\n",
		"app/go.mod":                        goMod("example.com/app") + "\nrequire example.com/greet v1.0.0\n",
		"app/main.go":                       "package main\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/greet\"\n\t\"example.com/words\"\n)\n\nfunc main() { fmt.Println(greet.Hello(), words.Name) }\n",
		"words/go.mod":                      goMod("example.com/words"),
		"words/words.go":                    "package words\n\nconst Name = \"and a workspace\"\n",
		"vendor/modules.txt":                "## workspace\n# example.com/greet v1.0.0\n## explicit; go 1.25\nexample.com/greet\n",
		"vendor/example.com/greet/greet.go": greet["greet.go"],
	})))
	b.Push = ref(t)
	succeed(t, b)
	prints(t, b.Push, "hello from a private module and a workspace\n")
}

// TestWithoutWorkspace builds modules of a repository that has a go.work for
// others: from the module's folder, or with the go.work hidden.
func TestWithoutWorkspace(t *testing.T) {
	dir := write(t, map[string]string{
		"Dockerfile":              "",
		"Dockerfile.dockerignore": "go.work\n",
		"go.work":                 "go 1.18\n\nuse ./gone\n",
		"go.mod":                  goMod("example.com/whole"),
		"main.go":                 "package main\n\nfunc main() { println(\"the root\") }\n",
		"tools/gen/Dockerfile":    "",
		"tools/gen/go.mod":        goMod("example.com/gen"),
		"tools/gen/main.go":       "package main\n\nfunc main() { println(\"a tool\") }\n",
	})
	for folder, want := range map[string]string{".": "the root\n", "tools/gen": "a tool\n"} {
		b := plain(t, filepath.Join(dir, folder))
		b.Push = ref(t)
		succeed(t, b)
		prints(t, b.Push, want)
	}
}

// TestWorkspaceSums builds a workspace that needs the sum of a module that
// none of its members' go.sum has: together they use a newer one. The
// go.work.sum that go would write is not there.
func TestWorkspaceSums(t *testing.T) {
	c := newCompany()
	p := newPrivate(t, c.modules)
	b := plain(t, write(t, c.project(map[string]string{
		"Dockerfile":  "main: ./app\n",
		"go.work":     "go " + goVersion() + "\n\nuse (\n\t./app\n\t./lib\n)\n",
		"app/go.mod":  goMod("example.com/app") + "\nrequire example.com/middle v1.0.0\n\nrequire example.com/low v1.0.0 // indirect\n",
		"app/go.sum":  c.goSum(t, "example.com/low@v1.0.0", "example.com/low@v1.0.0/go.mod", "example.com/middle@v1.0.0", "example.com/middle@v1.0.0/go.mod"),
		"app/main.go": "package main\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/middle\"\n)\n\nfunc main() { fmt.Println(middle.Low) }\n",
		"lib/go.mod":  goMod("example.com/lib") + "\nrequire example.com/other v1.0.0\n",
		"lib/go.sum":  c.goSum(t, "example.com/low@v1.1.0/go.mod", "example.com/other@v1.0.0", "example.com/other@v1.0.0/go.mod"),
		"lib/lib.go":  "package lib\n\nimport \"example.com/other\"\n\nconst Name = other.Name\n",
	})), append(p.secrets(), "--build-arg=GOPROXY="+p.URL, "--build-arg=GONOSUMDB=example.com")...)
	b.Push = ref(t)
	succeed(t, b)
	prints(t, b.Push, "low v1.1.0\n")
	if slices.ContainsFunc(p.requests(), func(path string) bool { return strings.HasPrefix(path, "/sumdb/") }) {
		t.Errorf("the checksum database was asked, want GONOSUMDB to keep the modules from it; requests: %q", p.requests())
	}
}
