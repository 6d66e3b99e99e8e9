package frontend

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/client/llb"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/tools/txtar"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/internal/gomod"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/llbtext"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/source/scan"
)

// TestGolden runs the whole pipeline without a daemon. A case is a txtar
// archive: the lines before the first file are flags of the build, the files
// are the build context, and files below want/ are what has to come out:
//
//	want/errors  the exact errors, and nothing else
//	want/plan    the plan
//	want/llb     the build definition
//	want/config  the image config of the first platform
//	want/objects the build definition of `--target gocache`
//	want/sbom    the build definition of its SBOM
//	want/check   the build definition of a target that is a check
//	want/binary  the build definition of `--target binary`
//	want/lock    the lock, with `--target lock`
//
// `go test ./frontend -run Golden -update` rewrites those that a case has.
func TestGolden(t *testing.T) {
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		got := outcome(t, ar)
		golden.Fill(ar, func(name string) string { return got[name] })
		if got["errors"] != "" && !has(ar, "want/errors") {
			t.Errorf("errors:\n%s", got["errors"])
		}
	})
}

// TestExamples plans every example; what comes out stands in
// testdata/examples.
func TestExamples(t *testing.T) {
	for _, dir := range exampleDirs(t) {
		name := filepath.Base(dir)
		t.Run(name, func(t *testing.T) {
			got := outcome(t, archive(t, dir))
			if got["errors"] != "" {
				t.Fatal(got["errors"])
			}
			golden.File(t, filepath.Join("testdata", "examples", name+".txt"), got["plan"]+"\n"+got["config"])
		})
	}
}

// exampleDirs returns the directories of the examples.
func exampleDirs(t *testing.T) []string {
	t.Helper()
	dirs, err := filepath.Glob("../examples/*/Dockerfile")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for i := range dirs {
		dirs[i] = filepath.Dir(dirs[i])
	}
	return dirs
}

// archive reads a directory as the files of a case, which builds all its images.
func archive(t *testing.T, dir string) *txtar.Archive {
	t.Helper()
	ar := &txtar.Archive{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		ar.Files = append(ar.Files, txtar.File{Name: filepath.ToSlash(name), Data: data})
		if name == "Dockerfile" && bytes.Contains(data, []byte("\nimages:")) {
			ar.Comment = []byte("--target all\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ar
}

func has(ar *txtar.Archive, name string) bool {
	for _, f := range ar.Files {
		if f.Name == name {
			return true
		}
	}
	return false
}

// outcome is what a case produces, by the names of the files below want/.
func outcome(t *testing.T, ar *txtar.Archive) map[string]string {
	c := readCase(t, ar)
	if c.request.Target == planner.LockTarget {
		lock, err := c.lock()
		if err != nil {
			return map[string]string{"errors": err.Error() + "\n"}
		}
		return map[string]string{"lock": lock}
	}
	if planner.IsCheck(c.request.Target) {
		p, err := c.check(t)
		if err != nil {
			return map[string]string{"errors": err.Error() + "\n"}
		}
		return map[string]string{"plan": p.String(), "check": stateText(t, lower.CheckAlone(p, c.inputs()))}
	}
	plans, err := c.plans(t)
	if err != nil {
		return map[string]string{"errors": err.Error() + "\n"}
	}
	p := plans[0]
	output := func(o plan.Output) string {
		other := *p
		other.Output = o
		return stateText(t, lower.Lower(&other, p.Images[0], c.inputs()))
	}
	root := *p
	root.Output = plan.OutputImage
	var text strings.Builder
	for _, p := range plans {
		text.WriteString(p.String())
	}
	return map[string]string{
		"plan":      text.String(),
		"llb":       stateText(t, lower.Lower(&root, p.Images[0], c.overlaid(t))),
		"objects":   output(plan.OutputObjects),
		"sbom":      output(plan.OutputSBOM),
		"reproduce": output(plan.OutputChecksums),
		"binary":    output(plan.OutputBinaries),
		"config":    configText(t, p.Images[0]),
	}
}

// testCase is what a client would send.
type testCase struct {
	dir      string // the build context on disk
	specName string
	spec     []byte
	files    project.Files
	request  planner.Request
	images   []string     // "REF PLATFORM…": what the registry has
	base     []step.Inode // what bases have where files go
	old      bool         // whether the daemon lacks all that not every daemon has
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
		c.base = alpineDirs
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
		case "--base-has":
			c.base = append(c.base, parseInode(t, value))
		case "--image":
			c.images = append(c.images, value)
		default:
			if strings.HasPrefix(flag, "--") {
				t.Fatalf("unknown flag %s", flag)
			}
		}
	}
}

// alpineDirs are what bases have unless a case says otherwise.
var alpineDirs = []step.Inode{
	{Path: "etc", Kind: step.KindDir, Mode: 0o755},
	{Path: "etc/passwd", Users: []step.User{{Name: "root"}, {Name: "bin", UID: 1, GID: 1}}},
	{Path: "srv", Kind: step.KindDir, Mode: 0o755},
	{Path: "tmp", Kind: step.KindDir, Mode: 0o1777},
}

// parseInode reads "usr/bin", "bin -> usr/bin", "1777:0:0:/tmp" for a directory,
// or "etc/passwd app:100:101".
func parseInode(t *testing.T, s string) step.Inode {
	if strings.Contains(s, ":/") {
		inode, err := step.ParseDirWord(s)
		if err != nil {
			t.Fatal(err)
		}
		return inode
	}
	if path, target, ok := strings.Cut(s, " -> "); ok {
		return step.Inode{Path: path, Kind: step.KindLink, Target: target}
	}
	path, users, _ := strings.Cut(s, " ")
	inode := step.Inode{Path: path}
	for _, u := range strings.Fields(users) {
		user := step.User{}
		if _, err := fmt.Sscanf(strings.ReplaceAll(u, ":", " "), "%s %d %d", &user.Name, &user.UID, &user.GID); err != nil {
			t.Fatal(err)
		}
		inode.Users = append(inode.Users, user)
	}
	return inode
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

// plan is that of the first image.
func (c testCase) plan(t *testing.T) (*plan.Plan, error) {
	plans, err := c.plans(t)
	if err != nil {
		return nil, err
	}
	if len(plans) == 0 {
		return nil, errors.New("neither a lock nor a check has a plan of images")
	}
	return plans[0], nil
}

// plans are those of all images that the case asks for.
func (c testCase) plans(t *testing.T) ([]*plan.Plan, error) {
	in, err := parse(c.specName, c.spec, c.files, c.request)
	if err != nil {
		return nil, err
	}
	decided, err := planner.Decide(in)
	if err != nil {
		return nil, err
	}
	var plans []*plan.Plan
	var failed []error
	for _, d := range decided.Images {
		p, err := c.planOne(t, d)
		plans, failed = append(plans, p), append(failed, err)
	}
	return plans, joinErrors(failed...)
}

func (c testCase) planOne(t *testing.T, d *planner.Decision) (*plan.Plan, error) {
	lookups, err := d.Lookups()
	if err != nil {
		return nil, err
	}
	found, err := c.found(t, lookups)
	if err != nil {
		return nil, err
	}
	return d.Plan(found)
}

// check is the plan of the check that the case asks for.
func (c testCase) check(t *testing.T) (*plan.CheckPlan, error) {
	in, err := parse(c.specName, c.spec, c.files, c.request)
	if err != nil {
		return nil, err
	}
	decided, err := planner.Decide(in)
	if err != nil {
		return nil, err
	}
	lookups, err := decided.Check.Lookups()
	if err != nil {
		return nil, err
	}
	found, err := c.found(t, lookups)
	if err != nil {
		return nil, err
	}
	return decided.Check.PlanCheck(found)
}

// before is the plan of generators that run before the build; nil when none
// do.
func (c testCase) before(t *testing.T) *plan.CheckPlan {
	in, err := parse(c.specName, c.spec, c.files, c.request)
	if err != nil {
		return nil
	}
	decided, err := planner.Decide(in)
	if err != nil || decided.All()[0].Generators() == nil {
		return nil
	}
	generators := decided.All()[0].Generators()
	lookups, err := generators.Lookups()
	if err != nil {
		t.Fatal(err)
	}
	images, err := c.resolveImages(lookups.Images)
	if err != nil {
		t.Fatal(err)
	}
	p, err := generators.PlanGenerators(images)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// overlaid are the inputs with what generators make.
func (c testCase) overlaid(t *testing.T) lower.Inputs {
	if p := c.before(t); p != nil {
		return lower.Generate(p, c.inputs())
	}
	return c.inputs()
}

func (c testCase) found(t *testing.T, q planner.Lookups) (planner.Found, error) {
	root, err := os.OpenRoot(c.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	facts, err := scan.Scan(root.FS(), step.Scan{Tags: q.Scan.Tags, Platforms: q.Scan.Platforms, Go: q.Scan.Go, Cgo: q.Scan.Cgo, Needs: q.Scan.Needs, Files: q.Scan.Files})
	if err != nil {
		t.Fatal(err)
	}
	images, err := c.resolveImages(q.Images)
	return planner.Found{Facts: facts, Images: images, Bases: c.bases(q), Seeds: c.seeds(q.Platforms)}, err
}

// bases is what the case says of bases, if anybody asks.
func (c testCase) bases(q planner.Lookups) map[plan.Platform][]step.Inode {
	found := map[plan.Platform][]step.Inode{}
	if q.Look != nil {
		for _, p := range q.Platforms {
			found[p] = c.base
		}
	}
	return found
}

func (c testCase) seeds(targets []plan.Platform) map[plan.Platform]string {
	seeds := map[plan.Platform]string{}
	if slices.Contains(c.request.Contexts, planner.SeedContext) {
		for _, p := range targets {
			seeds[p] = planner.SeedContext + "::" + p.String()
		}
	}
	return seeds
}

func (c testCase) resolveImages(keys []planner.ImageKey) (map[planner.ImageKey]planner.Image, error) {
	found := map[planner.ImageKey]planner.Image{}
	var failed diag.List
	for _, key := range keys {
		img, err := c.image(key)
		switch {
		case err == nil:
			found[key] = img
		case !key.Optional:
			failed.Add(imageError(key, err))
		}
	}
	return found, failed.Err()
}

// lock is what `--target lock` writes.
func (c testCase) lock() (string, error) {
	in, err := parse(c.specName, c.spec, c.files, c.request)
	if err != nil {
		return "", err
	}
	decided, err := planner.Decide(in)
	if err != nil {
		return "", err
	}
	q, err := decided.Lock.Lookups()
	if err != nil {
		return "", err
	}
	images, err := c.resolveImages(q.Images)
	if err != nil {
		return "", err
	}
	found := planner.LockFound{Images: images, Toolchains: map[string]step.Fetched{}}
	for _, t := range q.Toolchains {
		found.Toolchains[t.Platform] = fakeToolchain(t.Version, t.Platform)
	}
	file, err := decided.Lock.File(found)
	return string(file.Data), err
}

// fakeToolchain is the fake module proxy: its newest releases end in .9.
func fakeToolchain(version, platform string) step.Fetched {
	if version == gomod.Language(version) {
		version += ".9"
	}
	sum := sha256.Sum256([]byte(version + platform))
	return step.Fetched{Version: version, Sum: "h1:" + base64.StdEncoding.EncodeToString(sum[:])}
}

// image is the fake registry: official Go images of any version, and what the
// case lists.
func (c testCase) image(key planner.ImageKey) (planner.Image, error) {
	platforms := []string{"linux/amd64"}
	if strings.Contains(key.Ref, "golang:1.99") {
		return planner.Image{}, fmt.Errorf("%s: not found", key.Ref) // the whole error, as the gateway has it
	}
	if !strings.HasPrefix(key.Ref, "docker.io/library/golang:") {
		platforms = c.listed(key.Ref)
	}
	for _, p := range platforms {
		if p == key.Platform.String() {
			return fakeImage(key), nil
		}
	}
	if platforms == nil {
		return planner.Image{}, fmt.Errorf("not found")
	}
	return planner.Image{}, fmt.Errorf("no match for platform in manifest")
}

func (c testCase) listed(ref string) []string {
	for _, line := range c.images {
		if fields := strings.Fields(line); fields[0] == ref {
			return fields[1:]
		}
	}
	return nil
}

func fakeImage(key planner.ImageKey) planner.Image {
	dgst := digest.FromString(key.Ref + key.Platform.String())
	if key.Digest != "" {
		dgst = digest.Digest(key.Digest)
	}
	img := dockerspec.DockerOCIImage{}
	img.Config.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	if _, tag, ok := strings.Cut(key.Ref, "golang:"); ok {
		version, _, _ := strings.Cut(tag, "-")
		img.Config.Env = []string{"PATH=/go/bin:/usr/local/go/bin:/usr/bin:/bin", "GOLANG_VERSION=" + version, "GOTOOLCHAIN=local", "GOPATH=/go",
			"GO111MODULE=off", "GOAMD64=v4", "GOWORK=off", "GOARCH=arm"} // which no step is to see
		if strings.HasSuffix(tag, "-password") {
			img.Config.Env = append(img.Config.Env, "GOPROXY=me:secret@proxy.example,direct", "GOSUMDB=off")
		}
	}
	return planner.Image{Name: key.Ref + "@" + dgst.String(), Digest: dgst.String(), Config: img}
}

// inputs returns the inputs of a daemon that no case depends on.
func (c testCase) inputs() lower.Inputs {
	src := llb.Scratch()
	contexts := map[string]llb.State{}
	for _, name := range c.seeds(c.request.Platforms) {
		contexts[name] = llb.Local(planner.SeedContext, llb.LocalUniqueID("fixed"))
	}
	if slices.Contains(c.request.Contexts, step.VulnContext) {
		contexts[step.VulnContext] = llb.Local(step.VulnContext, llb.LocalUniqueID("fixed"))
	}
	return lower.Inputs{
		Context:       llb.Local("context", llb.LocalUniqueID("fixed")),
		Tool:          llb.Image("registry.example/gohull:1", llb.LinuxAmd64),
		ToolPath:      "/bin/gohull-frontend",
		BuildPlatform: ocispecs.Platform{OS: "linux", Architecture: "amd64"},
		SourceMap:     llb.NewSourceMap(&src, c.specName, "YAML", c.spec),
		Contexts:      contexts,
		Features:      lower.Features{Merge: !c.old, SymbolModes: !c.old, ParentTimes: !c.old, ContentCache: !c.old},
	}
}

// stateText is the definition of a state.
func stateText(t *testing.T, st llb.State) string {
	def, err := st.Marshal(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	text, err := llbtext.Format(def)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func configText(t *testing.T, img plan.Image) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(lower.Config(&plan.Plan{}, img)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
