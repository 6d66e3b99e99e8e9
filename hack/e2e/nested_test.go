package e2e

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// acme is a repository with a library at its root, and two services that are
// modules of their own. Both take the library from the root.
func acme(spec string) map[string]string {
	const replaced = "\nrequire example.com/acme v0.0.0\n\nreplace example.com/acme => ../../\n"
	return map[string]string{
		"Dockerfile":     spec,
		"go.mod":         goMod("example.com/acme"),
		"greet/greet.go": "package greet\n\nconst Hello = \"hello from the root\"\n",
		"README.md":      "a repository\n",

		"cmd/api/go.mod":       goMod("example.com/acme/cmd/api") + "\nrequire github.com/google/uuid v1.6.0\n" + replaced,
		"cmd/api/go.sum":       numbered["go.sum"],
		"cmd/api/main.go":      "package main\n\nimport (\n\t\"example.com/acme/greet\"\n\t\"github.com/google/uuid\"\n)\n\nfunc main() { println(greet.Hello, uuid.Nil.String()) }\n",
		"cmd/api/main_test.go": "package main\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestData(t *testing.T) {\n\tif _, err := os.Stat(\"testdata/a.txt\"); err != nil {\n\t\tt.Error(err)\n\t}\n}\n",

		"cmd/api/testdata/a.txt": "a\n",

		"cmd/job/go.mod":          goMod("example.com/acme/cmd/job") + replaced,
		"cmd/job/run/main.go":     "package main\n\nimport \"example.com/acme/greet\"\n\nfunc main() { println(\"a job:\", greet.Hello) }\n",
		"cmd/job/job_test.go":     "package job\n\nimport \"testing\"\n\nfunc TestJob(t *testing.T) {}\n",
		"cmd/job/made.go":         "package job\n\n//go:generate go run ./make\n",
		"cmd/job/make/main.go":    "package main\n\nimport \"os\"\n\nfunc main() {\n\tif err := os.WriteFile(\"made.txt\", []byte(\"made\\n\"), 0o644); err != nil {\n\t\tpanic(err)\n\t}\n}\n",
		"cmd/job/made.txt":        "made\n",
		"cmd/job/run/unused.json": "{}\n",
	}
}

const acmeImages = "images:\n  api: {main: ./cmd/api}\n  job: {main: ./cmd/job/run}\n"

// TestNestedModules builds services that are modules of their own, with the
// repository as the context and without a go.work. Checks gate each image, for its
// module.
func TestNestedModules(t *testing.T) {
	t.Parallel()
	b := gohull(t, write(t, acme("checks: [tidy, verify, vet, test, generate]\ngenerate: {packages: [./cmd/job/...]}\n"+acmeImages)), "--target=api")
	b.Push = ref(t)
	first := succeed(t, b)
	prints(t, b.Push, "hello from the root 00000000-0000-0000-0000-000000000000\n")
	for _, name := range []string{"check tidy of ./cmd/api", "check verify of ./cmd/api", "check vet of ./cmd/api", "check test of ./cmd/api", "compile ./cmd/api for linux/amd64"} {
		if _, ok := first.Vertex(name); !ok {
			t.Errorf("there is no step %q", name)
		}
	}
	if v, ok := first.Vertex("check generate"); ok {
		t.Errorf("%s: the module has no generators", v.Name)
	}
	b.Args[len(b.Args)-1] = "--target=job"
	job := succeed(t, b)
	prints(t, b.Push, "a job: hello from the root\n")
	if _, ok := job.Vertex("check generate of ./cmd/job"); !ok {
		t.Error("the generators of the module were not checked")
	}

	edit(t, b, map[string]string{"README.md": now(), "cmd/api/main.go": strings.Replace(acme("")["cmd/api/main.go"], "greet.Hello", "`"+now()+"`, greet.Hello", 1)})
	for _, name := range succeed(t, b).Steps() {
		if strings.Contains(name, "compile") || strings.HasPrefix(name, "check") {
			t.Errorf("an edit of another module ran %q", name)
		}
	}
	edit(t, b, map[string]string{"greet/greet.go": "package greet\n\nconst Hello = 1 + \"\"\n"})
	r := run(t, b)
	if r.Exit == 0 || !strings.Contains(r.Text, "greet/greet.go:3:15: ") || !strings.Contains(r.Text, ">>> const Hello = 1") {
		t.Errorf("exit code %d of an error in the root's module:\n%s", r.Exit, r.Text)
	}
}

// TestRequiredProgram builds a program of a module that go.mod requires, together
// with that of the project.
func TestRequiredProgram(t *testing.T) {
	t.Parallel()
	c := newCompany()
	tools := c.unique.Replace("example.com/tools@v1.0.0")
	c.modules[tools] = c.project(map[string]string{
		"go.mod":             "module example.com/tools\n\ngo 1.25\n\nrequire example.com/low v1.0.0\n",
		"cmd/probe/main.go":  "package main\n\nimport (\n\t_ \"embed\"\n\n\t\"example.com/low\"\n)\n\n//go:embed help.txt\nvar help string\n\nfunc main() { println(help, low.Version) }\n",
		"cmd/probe/help.txt": "a probe with",
		"lib/lib.go":         "package lib\n",
	})
	p := newPrivate(t, c.modules)
	project := c.project(map[string]string{
		"Dockerfile": "main:\n  ./cmd/server: /server\n  example.com/tools/cmd/probe: /opt/probe\nrun: {entrypoint: [/opt/probe]}\n",
		"go.mod":     goMod("example.com/app") + "\ntool example.com/tools/cmd/probe\n\nrequire example.com/tools v1.0.0\n\nrequire example.com/low v1.0.0 // indirect\n",
		"go.sum":     c.goSum(t, "example.com/low@v1.0.0", "example.com/low@v1.0.0/go.mod", "example.com/tools@v1.0.0", "example.com/tools@v1.0.0/go.mod"),

		"cmd/server/main.go": "package main\n\nfunc main() { println(\"a server\") }\n",
	})
	b := plain(t, write(t, project), append(p.secrets(), "--build-arg=GOPROXY="+p.URL, "--build-arg=GONOSUMDB=example.com")...)
	b.Push = ref(t)
	succeed(t, b)
	prints(t, b.Push, "a probe with low v1.0.0\n")
	if f, ok := files(t, pull(t, b.Push))["server"]; !ok || f.Perm() != 0o755 {
		t.Errorf("the image has the server %+v, want one that all may run", f)
	}
	edit(t, b, map[string]string{"README.md": now()})
	if ran := succeed(t, b).Steps(); slices.ContainsFunc(ran, func(name string) bool { return strings.Contains(name, "compile") || strings.HasPrefix(name, "fetch") }) {
		t.Errorf("an edit of a README ran %q", ran)
	}
	edit(t, b, map[string]string{"Dockerfile": c.unique.Replace("main: [./cmd/server, example.com/tools/lib]\n")})
	r := run(t, b)
	if want := "/tools/lib: it is package lib, a library; name a main package with the key `main`"; r.Exit == 0 || !strings.Contains(r.Text, want) {
		t.Errorf("exit code %d, and this was printed, without %q:\n%s", r.Exit, want, r.Text)
	}
}

// TestNestedTargets exports what checks make, for both modules, to the directories
// that they have in the context.
func TestNestedTargets(t *testing.T) {
	t.Parallel()
	project := acme(acmeImages)
	project["cmd/job/go.mod"] += "\nrequire github.com/google/uuid v1.6.0\n"
	b := gohull(t, write(t, project), "--target=tidy")
	made := export(t, b)
	want := []string{"cmd/api/go.mod", "cmd/api/go.sum", "cmd/job/go.mod"}
	if got := slices.Sorted(maps.Keys(made)); !slices.Equal(got, want) || strings.Contains(made["cmd/job/go.mod"], "uuid") {
		t.Errorf("--target tidy exported %q, want %q without what is not needed:\n%s", got, want, made["cmd/job/go.mod"])
	}
	edit(t, b, made)

	b.Args[len(b.Args)-1] = "--target=test"
	reports := export(t, b)
	for _, name := range []string{"cmd/api/junit.xml", "cmd/job/junit.xml", "cmd/job/test.json"} {
		if reports[name] == "" {
			t.Errorf("--target test exported %q, want %s", slices.Sorted(maps.Keys(reports)), name)
		}
	}

	b.Args[len(b.Args)-1] = "--target=vendor"
	vendored := export(t, b)
	if !strings.Contains(vendored["cmd/api/vendor/modules.txt"], "# github.com/google/uuid v1.6.0\n") || vendored["cmd/job/vendor/modules.txt"] == "" {
		t.Fatalf("--target vendor exported %q", slices.Sorted(maps.Keys(vendored)))
	}
	edit(t, b, vendored)
	edit(t, b, map[string]string{"Dockerfile": "checks: [vendor]\n" + acmeImages})
	b.Args[len(b.Args)-1] = "--target=api"
	b.Push = ref(t)
	r := succeed(t, b)
	if _, ok := r.Vertex("fetch the modules of ./cmd/api"); ok {
		t.Error("modules were fetched in spite of the vendor directory")
	}
	prints(t, b.Push, "hello from the root 00000000-0000-0000-0000-000000000000\n")
}

// TestNestedWorkspace has a go.work that names one of the services: it decides for
// that one, and not for the other.
func TestNestedWorkspace(t *testing.T) {
	t.Parallel()
	project := acme(acmeImages)
	project["go.work"] = "go " + goVersion() + "\n\nuse (\n\t./cmd/job\n\t./fork\n)\n"
	project["fork/go.mod"] = goMod("example.com/acme")
	project["fork/greet/greet.go"] = "package greet\n\nconst Hello = \"hello from a fork\"\n"
	project["cmd/job/go.mod"] = goMod("example.com/acme/cmd/job")
	b := gohull(t, write(t, project), "--target=job")
	b.Push = ref(t)
	succeed(t, b)
	prints(t, b.Push, "a job: hello from a fork\n")
	b.Args[len(b.Args)-1] = "--target=api"
	succeed(t, b)
	prints(t, b.Push, "hello from the root 00000000-0000-0000-0000-000000000000\n")
	b.Builder = node(t, "oldest", oldest)
	succeed(t, b)
	prints(t, b.Push, "hello from the root 00000000-0000-0000-0000-000000000000\n")
}
