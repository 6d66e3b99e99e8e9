package e2e

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/hack/internal/daemon"
)

// poolPage is the guide whose commands set up a pool.
const poolPage = "docs/many-machines.md"

// pool is two nodes with addresses of their own, which only clients with a
// certificate reach. Its builders are node-a, node-b, and pool, which has both.
type pool struct {
	dir     string // of the certificates
	env     []string
	names   *strings.Replacer // of the guide
	address string            // of node-a, with a port
	gateway string            // this machine's address, as node-a sees it
}

// newPool does what the guide says.
func newPool(t *testing.T) *pool {
	t.Helper()
	a, b := machine(t, "node-a", ""), machine(t, "node-b", "")
	p := &pool{dir: t.TempDir(), address: a["NODE_ADDRESS"] + ":1234", gateway: a["NODE_GATEWAY"]}
	p.env = append(guideEnv(t), "BUILDX_CONFIG="+t.TempDir())
	p.names = strings.NewReplacer(
		"DNS:node-a.example", "IP:"+a["NODE_ADDRESS"], "node-a.example", a["NODE_ADDRESS"],
		"DNS:node-b.example", "IP:"+b["NODE_ADDRESS"], "node-b.example", b["NODE_ADDRESS"],
		"/etc/buildkit/certs", filepath.Join(p.dir, "certs"),
	)
	p.follow(t)
	config := p.names.Replace(poolConfig(t))
	machine(t, "node-a", config)
	machine(t, "node-b", strings.ReplaceAll(config, "/node-a", "/node-b"))
	return p
}

// machine starts a node with an address and settings of its own, or starts it
// again. It returns what the lab prints about it.
func machine(t *testing.T, name, config string) map[string]string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "buildkitd.toml")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("../lab", "node", "--net", "--config", file, name)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("lab node %s: %v\n%s", name, err, &stderr)
	}
	t.Cleanup(func() { lab(t, "node", "--rm", "--later", name) })
	values := map[string]string{}
	for line := range strings.Lines(string(out)) {
		key, value, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		values[key] = strings.Trim(value, "'")
	}
	return values
}

// follow runs the commands of the guide.
func (p *pool) follow(t *testing.T) {
	t.Helper()
	script := "set -eu\n"
	for _, b := range guideBlocks(t, poolPage) {
		if b.NotRun == "TestPool runs it" {
			script += b.Commands()
		}
	}
	script += "certificate registry serverAuth IP:" + p.gateway + "\n" // for poolRegistries
	cmd := exec.Command("sh", "-c", p.names.Replace(script))
	cmd.Dir, cmd.Env = p.dir, p.env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", poolPage, err, out)
	}
}

// poolConfig is the buildkitd.toml of the guide.
func poolConfig(t *testing.T) string {
	t.Helper()
	for _, b := range guideBlocks(t, poolPage) {
		if b.File == "buildkitd.toml" {
			return b.Text
		}
	}
	t.Fatalf("%s has no buildkitd.toml", poolPage)
	return ""
}

// on is a build on a builder of the pool.
func (p *pool) on(builder string, b buildx.Build) buildx.Build {
	b.Builder, b.Env = builder, p.env
	return b
}

// TestPool uses several machines.
func TestPool(t *testing.T) {
	t.Parallel()
	p := newPool(t)
	t.Run("certificates", func(t *testing.T) { poolCertificates(t, p) })
	t.Run("platforms", func(t *testing.T) { poolPlatforms(t, p) })
	t.Run("clients", func(t *testing.T) { poolClients(t, p) })
	t.Run("same ref", func(t *testing.T) { poolSameRef(t, p) })
	t.Run("registries", func(t *testing.T) { poolRegistries(t, p) })
	t.Run("dies", func(t *testing.T) { poolDies(t, p) })
}

// poolCertificates connects without a certificate.
func poolCertificates(t *testing.T, p *pool) {
	conn, err := tls.Dial("tcp", p.address, &tls.Config{InsecureSkipVerify: true})
	if err == nil {
		defer conn.Close()
		_, err = conn.Read(make([]byte, 1))
	}
	if err == nil || !strings.Contains(err.Error(), "certificate required") {
		t.Errorf("the node answered a client without a certificate with %v, want that it is required", err)
	}
}

// pooled is a project that no builder knows.
func pooled(t *testing.T, name string, args ...string) buildx.Build {
	t.Helper()
	files := small(fmt.Sprintf("%s%d", name, time.Now().UnixNano()))
	files["Dockerfile"] = "main: .\ncache: mount\n"
	b := gohull(t, write(t, files), append(args, "--provenance=false")...)
	b.Push = env(t, "REGISTRY") + "/e2e/pool:" + name
	return b
}

// poolPlatforms builds for two platforms on one node, and on a node for each.
// The images are the same.
func poolPlatforms(t *testing.T, p *pool) {
	b := pooled(t, "platforms", "--platform=linux/amd64,linux/arm64")
	one := succeed(t, p.on("node-a", b))
	digests := map[string]string{}
	for _, platform := range []string{"linux/amd64", "linux/arm64"} {
		digests[platform] = digestFor(t, b.Push, platform)
		if v, ok := vertexFor(one, "compile", platform); !ok || !v.Ran() {
			t.Errorf("on one node, the compile for %s is %+v, want it to run", platform, v)
		}
	}
	b.Push = env(t, "REGISTRY") + "/e2e/pool:split"
	succeed(t, p.on("pool", b))
	for platform, want := range digests {
		if got := digestFor(t, b.Push, platform); got != want {
			t.Errorf("on two nodes, the image for %s is %s, want %s", platform, got, want)
		}
	}
}

func digestFor(t *testing.T, ref, platform string) string {
	t.Helper()
	hash, err := pullFor(t, ref, platform).Digest()
	if err != nil {
		t.Fatal(err)
	}
	return hash.String()
}

// vertexFor returns the step of a platform that has a text in its name.
func vertexFor(r buildx.Result, text, platform string) (buildx.Vertex, bool) {
	i := slices.IndexFunc(r.Vertices, func(v buildx.Vertex) bool {
		return strings.Contains(v.Name, text) && strings.HasSuffix(v.Name, platform)
	})
	if i < 0 {
		return buildx.Vertex{}, false
	}
	return r.Vertices[i], true
}

// poolClients has ten clients build on one node at once: five the same project,
// and five one of their own.
func poolClients(t *testing.T, p *pool) {
	same := pooled(t, "same")
	builds := []buildx.Build{same, same, same, same, same}
	for i := range 5 {
		builds = append(builds, pooled(t, fmt.Sprint("other", i)))
	}
	results := together(t, p.on, "node-b", builds)
	compiles := 0
	for i, r := range results {
		if r.Exit != 0 {
			t.Fatalf("client %d: exit code %d\n%s", i, r.Exit, r.Text)
		}
		if v, ok := vertexFor(r, "compile same", "linux/amd64"); ok && v.Ran() {
			compiles++
		}
		if i < 5 && r.Digest != results[0].Digest {
			t.Errorf("client %d made %s, and client 0 %s", i, r.Digest, results[0].Digest)
		}
	}
	if compiles != 1 {
		t.Errorf("the project of five clients was compiled %d times, want once", compiles)
	}
}

// together runs builds at the same time.
func together(t *testing.T, on func(string, buildx.Build) buildx.Build, builder string, builds []buildx.Build) []buildx.Result {
	t.Helper()
	results, errs := make([]buildx.Result, len(builds)), make([]error, len(builds))
	var all sync.WaitGroup
	for i, b := range builds {
		all.Go(func() { results[i], errs[i] = on(builder, b).Run(t.Context()) })
	}
	all.Wait()
	for i, err := range errs {
		if err != nil {
			t.Fatalf("build %d: %v", i, err)
		}
	}
	return results
}

// poolSameRef exports the caches of two projects under the same name at once.
// Both succeed, and another node can import what is there then.
func poolSameRef(t *testing.T, p *pool) {
	cache := "type=registry,ref=" + env(t, "REGISTRY") + "/e2e/pool:cache"
	one, two := pooled(t, "one"), pooled(t, "two")
	one.Args = append(one.Args, "--cache-from="+cache, "--cache-to="+cache+",mode=max")
	two.Args = one.Args
	for i, r := range together(t, p.on, "node-a", []buildx.Build{one, two}) {
		if r.Exit != 0 {
			t.Errorf("job %d: exit code %d\n%s", i, r.Exit, r.Text)
		}
	}
	for _, b := range []buildx.Build{one, two} {
		b.Args = b.Args[:len(b.Args)-1]
		succeed(t, p.on("node-b", b))
	}
}

// poolDies kills a node in the middle of a build. Its builder fails, another
// one works, and the node keeps what it had.
func poolDies(t *testing.T, p *pool) {
	before := pooled(t, "before")
	succeed(t, p.on("node-a", before))

	mark := fmt.Sprintf("dies%d", time.Now().UnixNano())
	files := small("dies")
	b := probed(t, "wait", files)
	edit(t, b, map[string]string{"Dockerfile": files["Dockerfile"] + "main: ./" + mark + "\n", mark + "/main.go": files["main.go"]})
	b.Args = append(b.Args, "--output=type=cacheonly")
	done := make(chan buildx.Result)
	go func() {
		r, _ := p.on("node-a", b).Run(t.Context())
		done <- r
	}()
	until(t.Context(), t, "the compile runs", func() bool { return len(running(mark)) > 0 })
	restart := stop(t, "node-a", syscall.SIGKILL)
	r := <-done
	for _, file := range running(mark) { // nothing ends what ran in a container
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		syscall.Kill(pid, syscall.SIGKILL)
	}
	if want := "error reading from server: EOF"; r.Exit == 0 || !strings.Contains(r.Text, want) {
		t.Errorf("exit code %d, printed\n%s\nwant an error with %q", r.Exit, r.Text, want)
	}

	other := before
	other.Args = append(slices.Clone(before.Args), "--platform=linux/arm64")
	for _, builder := range []string{"node-b", "pool"} { // the pool's node for this platform is node-b
		succeed(t, p.on(builder, other))
	}
	if r := run(t, p.on("pool", before)); r.Exit == 0 || !strings.Contains(r.Text, "context deadline exceeded") {
		t.Errorf("the pool without its node: exit code %d, printed\n%s\nwant that it waited in vain", r.Exit, r.Text)
	}

	restart()
	again := succeed(t, p.on("node-a", before))
	if ran := again.Steps(); len(ran) > 0 {
		t.Errorf("after the node came back, %q ran, want all CACHED", ran)
	}
}

// stop ends a node with a signal, and returns what starts it again on what it
// has kept.
func stop(t *testing.T, node string, signal syscall.Signal) (restart func()) {
	t.Helper()
	daemons := daemon.Dir(filepath.Join(env(t, "GOHULL_LAB"), "run"))
	p, ok := daemons.Find("buildkitd-" + node)
	if !ok {
		t.Fatalf("there is no node %s", node)
	}
	if err := syscall.Kill(p.Pid, signal); err != nil {
		t.Fatal(err)
	}
	until(t.Context(), t, "the node is gone", func() bool { return !p.Alive() })
	return func() {
		t.Helper()
		mark := "GOHULL_LAB_MARK=" + env(t, "GOHULL_LAB") // as the lab's own have it
		command := daemon.Command{Name: p.Name, Argv: p.Command, Env: append(os.Environ(), mark)}
		if _, err := daemons.Start(command); err != nil {
			t.Fatal(err)
		}
		until(t.Context(), t, "the node is up", func() bool {
			conn, err := net.Dial("unix", strings.TrimPrefix(socket(t, node), "unix://"))
			if err == nil {
				conn.Close()
			}
			return err == nil
		})
	}
}

// socket is the address of a node on this machine.
func socket(t *testing.T, node string) string {
	return "unix://" + filepath.Join(filepath.Dir(strings.TrimPrefix(env(t, "BUILDKIT_HOST"), "unix://")), node+".sock")
}
