package e2e

import (
	"context"
	"fmt"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/hack/internal/cluster"
	"go.yaml.in/yaml/v4"
)

// kubernetes is a cluster that has the guide's namespace. Its client has the rights
// that the guide gives, and no others.
type kubernetes struct {
	*cluster.Client
	env      []string
	registry string // the lab's, as this machine and the pods see it
	dir      string // has buildkitd.toml
}

const podsPath = "/api/v1/namespaces/builds/pods"

// object is an object of Kubernetes.
type object = map[string]any

// TestKubernetes builds in the pods of a cluster.
func TestKubernetes(t *testing.T) {
	if os.Getenv("CLUSTER_REGISTRY") == "" {
		t.Skip("the lab has no Kubernetes; run: hack/kubernetes")
	}
	k := newKubernetes(t)
	t.Run("deployment", func(t *testing.T) {
		k.create(t)
		t.Run("builds", func(t *testing.T) { kubernetesBuilds(t, k) })
		t.Run("example", func(t *testing.T) { kubernetesExample(t, k) })
		t.Run("deleted", func(t *testing.T) { kubernetesDeleted(t, k) })
	})
	t.Run("volume", func(t *testing.T) { kubernetesVolume(t, k) })
	t.Run("ignored", func(t *testing.T) { kubernetesIgnored(t, k) })
}

func newKubernetes(t *testing.T) *kubernetes {
	t.Helper()
	c, err := cluster.Read(filepath.Join(env(t, "GOHULL_LAB"), "cluster"))
	if err != nil {
		t.Fatal(err)
	}
	client, err := c.Client()
	if err != nil {
		t.Fatal(err)
	}
	k := &kubernetes{Client: client, registry: env(t, "CLUSTER_REGISTRY")}
	k.env = append(guideEnv(t), "BUILDX_CONFIG="+t.TempDir(), "KUBECONFIG="+c.UserKubeconfig())
	k.dir = write(t, map[string]string{"buildkitd.toml": k.config(t)})
	k.prepare(t)
	return k
}

// config is the guide's buildkitd.toml without a port, with the lab's registry.
func (k *kubernetes) config(t *testing.T) string {
	t.Helper()
	_, worker, ok := strings.Cut(poolConfig(t), "[worker.oci]")
	if !ok {
		t.Fatalf("buildkitd.toml of %s has no [worker.oci]", poolPage)
	}
	mirror := "[registry.%q]\n  mirrors = [%q]\n"
	return fmt.Sprintf(mirror, "docker.io", k.registry) + fmt.Sprintf(mirror, "gcr.io", k.registry) +
		fmt.Sprintf("[registry.%q]\n  http = true\n[worker.oci]%s", k.registry, worker)
}

// prepare creates what an administrator does: the namespace, the guide's role, and
// disks.
func (k *kubernetes) prepare(t *testing.T) {
	t.Helper()
	k.add(t, "/api/v1/namespaces", object{"metadata": object{"name": "builds"}})
	const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/builds/"
	k.add(t, rbac+"roles", guideRole(t))
	k.add(t, rbac+"rolebindings", object{
		"metadata": object{"name": "buildx"},
		"roleRef":  object{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "buildx"},
		"subjects": []object{{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": cluster.User}},
	})
	for _, name := range []string{"disk-a", "disk-b"} {
		k.add(t, "/api/v1/persistentvolumes", object{"metadata": object{"name": name}, "spec": object{
			"capacity": object{"storage": "50Gi"}, "accessModes": []string{"ReadWriteOnce"}, "hostPath": object{"path": "/var/lib/" + name},
		}})
	}
}

// add adds an object, which has to be new.
func (k *kubernetes) add(t *testing.T, path string, o object) {
	t.Helper()
	if err := k.Create(t.Context(), path, o); err != nil {
		t.Fatal(err)
	}
}

// guideRole is the role of the guide.
func guideRole(t *testing.T) object {
	t.Helper()
	for _, b := range guideBlocks(t, poolPage) {
		if b.File == "role.yaml" {
			var role object
			if err := yaml.Unmarshal([]byte(b.Text), &role); err != nil {
				t.Fatal(err)
			}
			return role
		}
	}
	t.Fatalf("%s has no role.yaml", poolPage)
	return nil
}

// create creates the builder "pods", whose pods have no disks, and waits for two pods.
func (k *kubernetes) create(t *testing.T) {
	t.Helper()
	k.buildx(t, "create", "--name=pods", "--driver=kubernetes", "--bootstrap",
		"--buildkitd-config="+filepath.Join(k.dir, "buildkitd.toml"),
		"--driver-opt=namespace=builds,replicas=2,image="+env(t, "CLUSTER_IMAGE"))
	t.Cleanup(func() { k.buildx(t, "rm", "pods") })
}

func (k *kubernetes) buildx(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.Command("docker-buildx", args...)
	cmd.Env = k.env
	start := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	t.Logf("buildx %s: %.1f s", args[0], time.Since(start).Seconds())
}

// on is a build in the pods of a builder.
func (k *kubernetes) on(builder string, b buildx.Build) buildx.Build {
	b.Builder, b.Env = builder, k.env
	b.Syntax, b.Push = k.seen(b.Syntax), k.seen(b.Push)
	return b
}

// seen replaces the address of the lab's registry with the one that pods reach.
func (k *kubernetes) seen(text string) string {
	return strings.ReplaceAll(text, os.Getenv("REGISTRY"), k.registry)
}

// kubernetesBuilds builds a project, builds it again, and after an edit. The images
// are those that the lab's own builder makes.
func kubernetesBuilds(t *testing.T, k *kubernetes) {
	b := pooled(t, "kubernetes")
	b.Syntax = "" // the line decides
	edit(t, b, map[string]string{"Dockerfile": "# syntax=" + k.registry + "/gohull:1\nmain: .\ncache: mount\n"})
	first := succeed(t, k.on("pods", b))
	k.same(t, first, b)
	again := succeed(t, k.on("pods", b))
	if ran := again.Steps(); len(ran) > 0 || again.Digest != first.Digest {
		t.Errorf("the second build made %s after %s, and %q ran, want all CACHED", again.Digest, first.Digest, ran)
	}
	edit(t, b, map[string]string{"main.go": "package main\n\nfunc main() { println(`edited`) }\n"})
	edited := succeed(t, k.on("pods", b))
	k.same(t, edited, b)
	t.Logf("first build %.1f s, again %.1f s, after an edit %.1f s", first.Took.Seconds(), again.Took.Seconds(), edited.Took.Seconds())
}

// same compares an image with that of the lab's own builder.
func (k *kubernetes) same(t *testing.T, r buildx.Result, b buildx.Build) {
	t.Helper()
	b.Syntax = env(t, "GOHULL_SYNTAX")
	if want := succeed(t, b).Digest; r.Digest != want {
		t.Errorf("in the cluster, the image is %s, want %s, as outside", r.Digest, want)
	}
}

// kubernetesExample builds an example, with modules and Go from a module proxy that
// pods reach.
func kubernetesExample(t *testing.T, k *kubernetes) {
	out, err := exec.Command("go", "env", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), ",")
	upstream, err := url.Parse(first)
	if err != nil {
		t.Fatal(err)
	}
	proxy := serverAt(t, env(t, "CLUSTER_GATEWAY"), &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(upstream) }})
	proxy.Start()
	b := gohull(t, filepath.Join(guideRepo(t), "examples/hello"), "--provenance=false", "--build-arg=GOPROXY="+proxy.URL)
	b.Push = env(t, "REGISTRY") + "/e2e/kubernetes:hello"
	r := succeed(t, k.on("pods", b))
	k.same(t, r, b)
}

// kubernetesDeleted deletes a pod in the middle of a build. The build fails, and the
// next one finds another pod.
func kubernetesDeleted(t *testing.T, k *kubernetes) {
	mark := fmt.Sprintf("deleted%d", time.Now().UnixNano())
	files := small("deleted")
	b := probed(t, "wait", files)
	edit(t, b, map[string]string{"Dockerfile": k.seen(files["Dockerfile"]) + "main: ./" + mark + "\n", mark + "/main.go": files["main.go"]})
	b.Args = append(b.Args, "--output=type=cacheonly")
	done := make(chan buildx.Result)
	go func() {
		r, _ := k.on("pods", b).Run(t.Context())
		done <- r
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	until(ctx, t, "the compile runs", func() bool { return len(running(mark)) > 0 })
	pod := k.podOf(t, running(mark)[0])
	start := time.Now()
	if err := k.Delete(ctx, podsPath+"/"+pod); err != nil {
		t.Fatal(err)
	}
	r := <-done
	t.Logf("the build ended %.1f s after its pod was deleted, and printed\n%s", time.Since(start).Seconds(), r.Text)
	if want := "error reading from server: EOF"; r.Exit == 0 || !strings.Contains(r.Text, want) {
		t.Errorf("exit code %d, printed\n%s\nwant an error with %q", r.Exit, r.Text, want)
	}
	files = small("next")
	files["Dockerfile"] = "main: .\n"
	next := gohull(t, write(t, files))
	next.Push = ref(t)
	start = time.Now()
	succeed(t, k.on("pods", next))
	t.Logf("the next build took %.1f s", time.Since(start).Seconds())
}

// podOf returns the pod that a process is in, by the name of its control group.
func (k *kubernetes) podOf(t *testing.T, cmdline string) string {
	t.Helper()
	groups := read(t, filepath.Join(filepath.Dir(cmdline), "cgroup"))
	for _, p := range k.pods(t) {
		if strings.Contains(groups, p.Metadata.UID) {
			return p.Metadata.Name
		}
	}
	t.Fatalf("no pod has a process with the control groups\n%s", groups)
	return ""
}

// pod is a pod of the namespace.
type pod struct {
	Metadata struct{ Name, UID string } `json:"metadata"`
	Status   struct {
		Conditions []struct{ Type, Status string } `json:"conditions"`
	} `json:"status"`
}

func (p pod) ready() bool {
	return slices.Contains(p.Status.Conditions, struct{ Type, Status string }{"Ready", "True"})
}

func (k *kubernetes) pods(t *testing.T) []pod {
	t.Helper()
	var list struct {
		Items []pod `json:"items"`
	}
	if err := k.Get(t.Context(), podsPath, &list); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// kubernetesVolume does what the guide says: the pods have disks, and an image that has
// buildkitd.toml. A pod that is deleted comes back with its cache.
func kubernetesVolume(t *testing.T, k *kubernetes) {
	k.follow(t)
	b := pooled(t, "volume")
	k.same(t, succeed(t, k.on("cluster", b)), b)
	old := k.pods(t)
	for _, p := range old {
		if err := k.Delete(t.Context(), podsPath+"/"+p.Metadata.Name); err != nil {
			t.Fatal(err)
		}
	}
	start := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	until(ctx, t, "the pods are back", func() bool {
		back := slices.DeleteFunc(k.pods(t), func(p pod) bool { return !p.ready() || slices.ContainsFunc(old, p.is) })
		return len(back) == len(old)
	})
	t.Logf("the pods were back after %.1f s", time.Since(start).Seconds())
	if ran := succeed(t, k.on("cluster", b)).Steps(); len(ran) > 0 {
		t.Errorf("after the pods came back, %q ran, want all CACHED", ran)
	}
}

// kubernetesIgnored asks for a disk and for settings. The pods then have the disk alone,
// which is why the guide puts the settings into an image.
func kubernetesIgnored(t *testing.T, k *kubernetes) {
	k.buildx(t, "create", "--name=ignored", "--driver=kubernetes", "--buildkitd-config="+filepath.Join(k.dir, "buildkitd.toml"),
		"--driver-opt=namespace=builds,timeout=1s,persistent-volume-claim.requests.storage=1Gi")
	t.Cleanup(func() { k.buildx(t, "rm", "ignored") })
	cmd := exec.Command("docker-buildx", "inspect", "--bootstrap", "ignored")
	cmd.Env = k.env
	if out, err := cmd.CombinedOutput(); err == nil {
		t.Fatalf("%s: the pods are ready after a second\n%s", cmd, out)
	}
	var set struct {
		Spec struct {
			Template struct {
				Spec struct {
					Containers []struct {
						VolumeMounts []struct{ MountPath string } `json:"volumeMounts"`
					} `json:"containers"`
				} `json:"spec"`
			} `json:"template"`
		} `json:"spec"`
	}
	if err := k.Get(t.Context(), "/apis/apps/v1/namespaces/builds/statefulsets/ignored0", &set); err != nil {
		t.Fatal(err)
	}
	if mounts := set.Spec.Template.Spec.Containers[0].VolumeMounts; len(mounts) != 1 || mounts[0].MountPath != "/var/lib/buildkit" {
		t.Errorf("the pods have the mounts %v, want the disk alone; if buildx mounts the settings now, simplify %s", mounts, poolPage)
	}
}

// is reports whether two answers are about the same pod. A pod of a stateful set has
// the name of the one that it replaces.
func (p pod) is(other pod) bool { return p.Metadata.UID == other.Metadata.UID }

// follow makes the image of the guide, and runs the guide's commands, with requests that
// a small machine meets.
func (k *kubernetes) follow(t *testing.T) {
	t.Helper()
	image := buildx.Build{Dir: k.dir, Push: env(t, "REGISTRY") + "/e2e/buildkit:1"}
	var script string
	for _, b := range guideBlocks(t, poolPage) {
		switch {
		case b.File == "buildkit/Dockerfile":
			edit(t, image, map[string]string{"Dockerfile": strings.ReplaceAll(b.Text, ":v0.33.1", ":lab")})
		case b.NotRun == "TestKubernetes runs it":
			script += b.Commands()
		}
	}
	succeed(t, image)
	names := strings.NewReplacer("registry.example/buildkit:1", image.Push, "cpu=2", "cpu=100m", "memory=4Gi", "memory=256Mi")
	cmd := exec.Command("sh", "-euc", names.Replace(script))
	cmd.Env = k.env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", poolPage, err, out)
	}
	t.Cleanup(func() { k.buildx(t, "rm", "cluster") })
}
