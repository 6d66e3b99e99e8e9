package frontend

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"golang.org/x/tools/txtar"
)

// testCase is what a client would send.
type testCase struct {
	dir        string // the build context on disk
	specName   string
	spec       []byte
	files      project.Files
	request    planner.Request
	images     []string         // "REF PLATFORM…": what the registry has
	packages   []step.OSPackage // that have to be added to bases
	cPackages  []step.OSPackage // that have to be added to the toolchain's image
	base       []step.Inode     // what bases have where files go
	inside     []step.Inode     // what images and archives have that files are copied from
	baseConfig string           // what the config of each base has, as JSON
	old        bool             // whether the daemon lacks all that not every daemon has
}

func readCase(t *testing.T, ar *txtar.Archive) testCase {
	c := testCase{dir: t.TempDir(), specName: "Dockerfile", files: project.Files{}}
	c.request.BuildPlatform = plan.Platform{OS: "linux", Architecture: "amd64"}
	c.request.BuildArgs = map[string]string{}
	c.images = []string{
		"docker.io/library/alpine:3.22 linux/amd64 linux/arm64 linux/arm/v6 linux/arm/v7",
		"gcr.io/distroless/static-debian12:nonroot linux/amd64 linux/arm64",
		"gcr.io/distroless/base-debian12:nonroot linux/amd64 linux/arm64",
	}
	c.readFlags(t, string(ar.Comment))
	if c.base == nil {
		c.base = usualDirs
	}
	for _, f := range ar.Files {
		if !strings.HasPrefix(f.Name, "want/") {
			c.addFile(t, f)
		}
	}
	if c.request.Platforms == nil {
		c.request.Platforms = []plan.Platform{c.request.BuildPlatform}
	}
	return c
}

// readFlags reads lines such as "--platform linux/arm64"; others are prose.
func (c *testCase) readFlags(t *testing.T, comment string) {
	for line := range strings.Lines(comment) {
		flag, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		key, rest, _ := strings.Cut(value, "=")
		switch flag {
		case "--platform":
			c.request.Platforms = append(c.request.Platforms, parsePlatform(value))
		case "--build-arg":
			c.request.BuildArgs[key] = rest
		case "--label":
			c.request.Labels = map[string]string{key: rest}
		case "--revision":
			c.request.Revision = value
		case "--branch":
			c.request.Branch = value
		case "--question":
			c.request.Asks = true
		case "--source":
			c.request.Source = value
		case "--cache-from":
			c.request.Imports = true
		case "--build-context":
			c.request.Contexts = append(c.request.Contexts, key)
		case "--no-cache-filter":
			c.request.Uncached = append(c.request.Uncached, value)
		case "--network":
			c.request.Offline = value == "none"
		case "--target":
			c.request.Target = value
		case "--file":
			c.specName = value
		case "--old-daemon":
			c.old = true
		case "--c-package":
			c.cPackages = append(c.cPackages, parsePackage(value))
		case "--base-has":
			c.base = append(c.base, parseInode(t, value))
		case "--package":
			c.packages = append(c.packages, parsePackage(value))
		case "--image-has":
			c.inside = append(c.inside, parseInode(t, value))
		case "--base-config":
			c.baseConfig = value
		case "--image":
			c.images = append(c.images, value)
		default:
			if strings.HasPrefix(flag, "--") {
				t.Fatalf("unknown flag %s", flag)
			}
		}
	}
}

// usualDirs are in each base unless a case says otherwise.
var usualDirs = []step.Inode{
	{Path: "etc", Kind: step.KindDir, Mode: 0o755},
	{Path: "etc/passwd", AccountLines: step.AccountLines{Users: []step.User{{Name: "root"}, {Name: "bin", UID: 1, GID: 1}}}},
	{Path: "etc/group", AccountLines: step.AccountLines{Groups: []step.Group{{Name: "root"}, {Name: "bin", GID: 1}, {Name: "tty", GID: 5}}}},
	{Path: "home", Kind: step.KindDir, Mode: 0o755},
	{Path: "home/nonroot", Kind: step.KindDir, Mode: 0o700, UID: 65532, GID: 65532}, // distroless's
	{Path: "srv", Kind: step.KindDir, Mode: 0o755},
	{Path: "tmp", Kind: step.KindDir, Mode: 0o1777},
}

// parseInode reads "usr/bin", "bin -> usr/bin", "1777:0:0:/tmp" for a directory,
// or "etc/passwd app:100:101" and "etc/group app:101 tty:5:app,other".
func parseInode(t *testing.T, s string) step.Inode {
	if s[0] >= '0' && s[0] <= '7' {
		inodes, err := step.ParseInodes([]string{s})
		if err != nil {
			t.Fatal(err)
		}
		return inodes[0]
	}
	if path, target, ok := strings.Cut(s, " -> "); ok {
		return step.Inode{Path: path, Kind: step.KindLink, Target: target}
	}
	path, accounts, _ := strings.Cut(s, " ")
	inode := step.Inode{Path: path}
	for _, word := range strings.Fields(accounts) {
		fields := strings.Split(word, ":")
		numbers := parseIDs(t, fields[1:2])
		if path == "etc/group" {
			g := step.Group{Name: fields[0], GID: numbers[0]}
			if len(fields) > 2 {
				g.Members = strings.Split(fields[2], ",")
			}
			inode.Groups = append(inode.Groups, g)
			continue
		}
		numbers = parseIDs(t, fields[1:3])
		u := step.User{Name: fields[0], UID: numbers[0], GID: numbers[1]}
		if len(fields) > 4 {
			u.Home, u.Shell = fields[3], fields[4]
		}
		inode.Users = append(inode.Users, u)
	}
	return inode
}

func parseIDs(t *testing.T, fields []string) []int {
	var all []int
	for _, f := range fields {
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	return all
}

func parsePlatform(s string) plan.Platform {
	parts := append(strings.Split(s, "/"), "")
	return plan.Platform{OS: parts[0], Architecture: parts[1], Variant: parts[2]}
}

func (c *testCase) addFile(t *testing.T, f txtar.File) {
	// A file "a -> b" is a symlink.
	name, target, isLink := strings.Cut(f.Name, " -> ")
	path := filepath.Join(c.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if isLink {
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := os.WriteFile(path, f.Data, 0o644); err != nil {
		t.Fatal(err)
	}
	c.files[f.Name] = f.Data
	if f.Name == c.specName {
		c.spec = f.Data
	}
}

// parsePackage reads "git 1:2.39.5 amd64", and the version that it replaces.
func parsePackage(s string) step.OSPackage {
	var p step.OSPackage
	if n, err := fmt.Sscan(s, &p.Name, &p.Version, &p.Arch, &p.Replaces); n < 3 {
		panic(err)
	}
	p.URL = fmt.Sprintf("http://debian.example/pool/%s_%s_%s.deb", p.Name, p.Version, p.Arch)
	p.Size, p.Checksum = int64(len(s)), fmt.Sprintf("sha256:%064x", len(s))
	p.PURL = fmt.Sprintf("pkg:deb/debian/%s@%s?arch=%s", p.Name, p.Version, p.Arch)
	return p
}

func parsePackages(names []string) []step.OSPackage {
	var all []step.OSPackage
	for _, name := range names {
		all = append(all, parsePackage(name+" 1.0 amd64"))
	}
	return all
}
