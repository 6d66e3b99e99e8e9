package frontend

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/moby/buildkit/util/grpcerrors"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// readable are files of a project that a build reads by itself, one by one.
var described = map[string]string{
	"Dockerfile":              "# syntax=registry.example/gohull:1\n",
	"Dockerfile.dockerignore": "!.git\n",
	"go.mod":                  "module example.com/hello\n\ngo 1.26.8\n\nreplace example.com/lib => ./lib\n",
	"go.work":                 "go 1.26.8\n\nuse .\nuse ./svc\n",
	"lib/go.mod":              "module example.com/lib\n",
	"svc/go.mod":              "module example.com/svc\n",
	"vendor/modules.txt":      "## workspace\n# example.com/lib => ./lib\n",
	"gohull.lock":             "go: {asked: 1.26.8, version: 1.26.8}\nimages:\n  docker.io/library/golang:1.26.8-alpine: {linux/amd64: sha256:" + strings.Repeat("1", 64) + "}\n",
	".git/HEAD":               "ref: refs/heads/main\n",
	"main.go":                 "package main\n",
}

// TestReadFailures: a file is missing only if it is not in the listing of its
// directory. Any other failure is an error; otherwise a build would silently
// continue without the lock, for example.
func TestReadFailures(t *testing.T) {
	if _, err := unreleased.Build(t.Context(), &fakeGateway{files: mapFS(described), opts: map[string]string{}}); err != nil {
		t.Fatal(err)
	}
	// As a solve fails that is only run when its result is read: "no such file"
	// is then what the client says of its directory.
	failures := []error{
		grpcerrors.FromGRPC(status.Error(codes.Unavailable, "connection closed")),
		grpcerrors.FromGRPC(status.Error(codes.Unknown, "lstat /home/user/project: no such file or directory")),
	}
	for name := range described {
		if name == "main.go" {
			continue
		}
		for _, request := range []string{"StatFile " + name, "ReadFile " + name, "ReadDir " + path.Dir(name)} {
			if name == "Dockerfile" && !strings.HasPrefix(request, "ReadFile") {
				continue // BuildKit's own client reads this one
			}
			for _, failure := range failures {
				g := &fakeGateway{files: mapFS(described), opts: map[string]string{}, fails: map[string]error{request: failure}}
				_, err := unreleased.Build(t.Context(), g)
				if err == nil || !strings.Contains(err.Error(), failure.Error()) {
					t.Errorf("%s fails with %q, and the build with %v", request, failure, err)
				}
			}
		}
	}
}

// TestMissingFiles: missing files need no requests, and are not failures.
func TestMissingFiles(t *testing.T) {
	files := mapFS(described)
	for _, name := range []string{"Dockerfile.dockerignore", "go.work", "lib/go.mod", "vendor/modules.txt", "gohull.lock", ".git/HEAD"} {
		delete(files, name)
		if _, err := unreleased.Build(t.Context(), &fakeGateway{files: files, opts: map[string]string{}}); err != nil {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func link(target string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(target), Mode: fs.ModeSymlink | 0o777}
}

// TestUnusableFiles: what exists and is not a file is neither read nor missing.
func TestUnusableFiles(t *testing.T) {
	const outside = "; build with a directory that has both as the context, or copy the file here"
	directory := &fstest.MapFile{Mode: fs.ModeDir | 0o755}
	for _, c := range []struct {
		name string
		file *fstest.MapFile
		want string
	}{
		{"go.mod", link("../../go.mod"), "go.mod: this is a symbolic link to ../../go.mod, which is outside of the build context" + outside},
		{"go.mod", link("/home/user/go.mod"), "go.mod: this is a symbolic link to /home/user/go.mod, which is outside of the build context" + outside},
		{"go.mod", link("gone.mod"), "go.mod: this is a symbolic link to gone.mod, which the build context does not have"},
		{"go.mod", link("go.mod"), "go.mod: this is a symbolic link in a circle of links"},
		{"go.mod", link("shared/go.mod"), ""},
		{"go.mod", directory, "go.mod: this is a directory"},
		{"go.work", directory, "go.work: this is a directory"},
		{"gohull.lock", directory, "gohull.lock: this is a directory"},
		{"vendor/modules.txt", directory, "vendor/modules.txt: this is a directory"},
		{"vendor", link("../vendor"), "vendor: this is a symbolic link to ../vendor, which is outside of the build context" + outside},
		{"gohull.lock", &fstest.MapFile{Mode: fs.ModeNamedPipe}, "gohull.lock: this is not a regular file"},
		{".dockerignore", link("../.dockerignore"), ".dockerignore: this is a symbolic link to ../.dockerignore, which is outside of the build context" + outside},
		{"Dockerfile.dockerignore", directory, "Dockerfile.dockerignore: this is a directory"},
	} {
		files := mapFS(hello)
		files["shared/go.mod"] = files["go.mod"]
		files[c.name] = c.file
		got := ""
		if _, err := unreleased.Build(t.Context(), &fakeGateway{files: files, opts: map[string]string{}}); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s as %v %s: got\n%s\nwant\n%s", c.name, c.file.Mode, c.file.Data, got, c.want)
		}
	}
}

// TestLockFailures: a platform is missing in a lock only if the registry says
// that it has no image for it; then there is a warning.
func TestLockFailures(t *testing.T) {
	const ref = "docker.io/library/golang:1.26.8-alpine"
	for _, c := range []struct{ platform, failure, want, warning string }{
		{"linux/arm64", "unexpected status from HEAD request to https://registry.example/v2/library/golang/manifests/1.26.8-alpine: 429 Too Many Requests", "429 Too Many Requests", ""},
		{"linux/arm64", "failed to do request: Head \"https://registry.example/\": dial tcp: lookup registry.example: no such host", "no such host", ""},
		{"linux/arm64", "unexpected status from HEAD request to https://registry.example/: 503 Service Unavailable", "503 Service Unavailable", ""},
		{"linux/arm64", "no match for platform in manifest sha256:1111: not found", "", "the lock has no toolchain for linux/arm64: " + ref + " does not exist for that platform, so builders of that platform cannot use the lock\n"},
		{"linux/amd64", "no match for platform in manifest sha256:1111: not found", "no match for platform in manifest", ""},
	} {
		g := &fakeGateway{
			files: mapFS(hello),
			opts:  map[string]string{"target": "lock", "platform": "linux/amd64,linux/arm64"},
			fails: map[string]error{"ResolveImageConfig " + ref + " " + c.platform: errors.New(c.failure)},
		}
		_, err := unreleased.Build(t.Context(), g)
		if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the error is %v, want %q", c.failure, err, c.want)
		}
		if got := strings.Join(g.warnings, ""); got != c.warning {
			t.Errorf("%s: warnings\n%s\nwant\n%s", c.failure, got, c.warning)
		}
	}
}

// TestMalformedIgnoreFile: the error names the ignore file that applies, and
// all invalid lines.
func TestMalformedIgnoreFile(t *testing.T) {
	for _, name := range []string{".dockerignore", "Dockerfile.dockerignore"} {
		files := mapFS(hello)
		files[".dockerignore"] = &fstest.MapFile{Data: []byte("vendor\n")}
		files[name] = &fstest.MapFile{Data: []byte("vendor\n[\n!\n")}
		_, err := unreleased.Build(t.Context(), &fakeGateway{files: files, opts: map[string]string{}})
		if err == nil || !strings.Contains(err.Error(), name+`:2:1: "[" is not a pattern`) || !strings.Contains(err.Error(), name+`:3:1: "!" is not a pattern`) {
			t.Errorf("got %v", err)
		}
	}
}
