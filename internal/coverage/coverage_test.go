package coverage

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/tools/txtar"
)

func TestImage(t *testing.T) {
	im := Image{
		Config: dockerspec.DockerOCIImageConfig{
			ImageConfig: ocispecs.ImageConfig{
				User: "0:0", WorkingDir: "/srv", Env: []string{usualPath, "A=b"},
				ExposedPorts: map[string]struct{}{"80/tcp": {}, "53/udp": {}}, Volumes: map[string]struct{}{"/data": {}},
				Labels:     map[string]string{"team": "core"},
				StopSignal: "SIGINT", Cmd: []string{"run", "-x"},
			},
			DockerOCIImageConfigExt: dockerspec.DockerOCIImageConfigExt{
				Healthcheck: &dockerspec.HealthcheckConfig{Test: []string{"CMD", "/x"}, Interval: 30 * time.Second, Retries: 3},
			},
		},
		Packages: []string{"tini", "git"},
		Users:    []string{"git:x:1000:1001::/data/git:/bin/sh"},
		Groups:   []string{"git:x:1001:", "docker:x:998:git,root"},
		Entries: []Entry{
			{Path: "/usr/bin/x", Mode: 0o755, Capabilities: []string{"NET_BIND_SERVICE", "NET_RAW"}},
			{Path: "/usr/bin", Mode: fs.ModeDir | 0o755},
			{Path: "/data", Mode: fs.ModeDir | 0o700},
			{Path: "/data", Mode: fs.ModeDir | 0o755},
			{Path: "/tmp", Mode: fs.ModeDir | fs.ModeSticky | 0o777},
			{Path: "/tmp/k", Mode: 0o640, GID: 7},
			{Path: "/etc/l", Mode: fs.ModeSymlink | 0o777, Link: "../x"},
		},
	}
	want := `USER 0:0
WORKDIR /srv
ENV A=b
EXPOSE 53/udp
EXPOSE 80/tcp
VOLUME /data
LABEL team=core
STOPSIGNAL SIGINT
HEALTHCHECK --interval=30s --retries=3 ["CMD","/x"]
CMD ["run","-x"]
package git
package tini
user git 1000:1001 /data/git /bin/sh
group git 1001
group docker 998 git,root
drwxr-xr-x 0:0 /data
Lrwxrwxrwx 0:0 /etc/l -> ../x
dtrwxrwxrwx 0:0 /tmp
-rw-r----- 0:7 /tmp/k
-rwxr-xr-x 0:0 /usr/bin/x cap_net_bind_service,cap_net_raw=ep
`
	if diff := cmp.Diff(want, im.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestParse(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a case":        {"project: a/b\ndockerfile: Dockerfile@1\nbase: scratch\n-- Dockerfile --\nmain: .\n", ""},
		"only a row":    {"project: a/b\ndockerfile: Dockerfile@1\nbase: scratch\nlost: C++\n", ""},
		"neither":       {"project: a/b\ndockerfile: Dockerfile@1\nbase: scratch\n", "neither a spec nor"},
		"no base":       {"project: a/b\ndockerfile: Dockerfile@1\nlost: C++\n", "base:"},
		"unknown line":  {"projekt: a/b\n", `unknown line "projekt: a/b"`},
		"flags and all": {"--image x linux/amd64\nproject: a/b\ndockerfile: D@1\nbase: x\nnote: n\nexecutable: e.sh\nlost: C\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(txtar.Parse([]byte(c.text)))
			switch {
			case err == nil && c.want != "":
				t.Errorf("no error, want %q", c.want)
			case err != nil && (c.want == "" || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %q, want %q", err, c.want)
			}
		})
	}
}

func TestPage(t *testing.T) {
	cases := []Case{
		{Name: "a", Project: "x/a", Dockerfile: "Dockerfile@1", Base: "scratch", Files: []txtar.File{{Name: SpecFile, Data: []byte("main: .\n")}}},
		{Name: "b", Project: "x/b", Dockerfile: "Dockerfile@2", Base: "alpine", Lost: []string{"git"}, Files: []txtar.File{{Name: SpecFile, Data: []byte("main: ./b\n")}}},
		{Name: "d", Project: "x/d", Dockerfile: "Dockerfile@4", Base: "alpine", Files: []txtar.File{
			{Name: SpecFile, Data: []byte("main: ./d\n")}, {Name: "web/Dockerfile", Data: []byte("FROM node\n")},
		}},
		{Name: "c", Project: "x/c", Dockerfile: "Dockerfile@3", Base: "ubuntu", Lost: []string{"C++", "npm"}},
	}
	for _, want := range []string{"and command | 2 |", "is not Go | 1 |", "are lost | 1 |", "useful image | 1 |", "| all | 4 |"} {
		if got := Totals(cases); !strings.Contains(got, want) {
			t.Errorf("totals\n%swant %q", got, want)
		}
	}
	for _, want := range []string{"| [x/a](#a) | scratch | yes |  |", "| [x/b](#b) | alpine | in part | git |", "| [x/d](#d) | alpine | yes, with a stage |  |", "| x/c | ubuntu | no | C++; npm |"} {
		if got := Table(cases); !strings.Contains(got, want) {
			t.Errorf("table\n%swant %q", got, want)
		}
	}
	got := Specs(cases)
	if want := "```\n\n`web/Dockerfile`:\n\n```dockerfile\nFROM node\n```\n"; !strings.Contains(got, want) {
		t.Errorf("specs\n%swant %q", got, want)
	}
	if !strings.Contains(got, "- Lost: git\n\n```yaml\n# syntax=<registry>/gohull:1\nmain: ./b\n```\n") || strings.Contains(got, "### c") {
		t.Errorf("specs\n%s", got)
	}
}
