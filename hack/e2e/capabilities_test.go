package e2e

import (
	"bytes"
	"context"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/hack/internal/container"
)

// capableProject has a program that listens on a port below 1024, and another.
var capableProject = map[string]string{
	"Dockerfile": "main: {./cmd/dns: /opt/dns/dns, ./cmd/ctl: ctl}\nbase: alpine\nrun:\n  capabilities: [cap_net_bind_service]\n",
	"go.mod":     goMod("example.com/dns"),
	"cmd/dns/main.go": `package main

import (
	"fmt"
	"net"
)

func main() {
	_, err := net.Listen("tcp", "127.0.0.1:997")
	fmt.Println(err)
}
`,
	"cmd/ctl/main.go": "package main\n\nfunc main() { println(\"ctl\") }\n",
}

func capableBuild(t *testing.T, project map[string]string) buildx.Build {
	return plain(t, write(t, project), "--platform=linux/amd64,linux/arm64", "--provenance=false",
		"--output=type=image,name="+ref(t)+",push=true,oci-mediatypes=true")
}

// netBindService is what `setcap cap_net_bind_service=+ep` sets.
const netBindService = "0100000200040000000000000000000000000000"

// TestCapabilities builds for two platforms, and starts the program as
// Kubernetes does with its defaults and with less.
func TestCapabilities(t *testing.T) {
	t.Parallel()
	succeed(t, capableBuild(t, capableProject))
	for _, platform := range []string{"linux/amd64", "linux/arm64"} {
		all := files(t, pullFor(t, ref(t), platform))
		if got := hex.EncodeToString([]byte(all["opt/dns/dns"].Capability)); got != netBindService {
			t.Errorf("%s: dns has the capabilities %q, want %s", platform, got, netBindService)
		}
		if f := all["usr/local/bin/ctl"]; f.Capability != "" || f.Perm() != 0o755 {
			t.Errorf("%s: ctl has the capabilities %q and the mode %o", platform, f.Capability, f.Mode)
		}
	}
	im := pull(t, ref(t))
	for _, c := range []struct {
		run  container.Run
		want string
	}{
		{container.Run{}, "<nil>"},
		{container.Run{NoNewPrivileges: true}, "permission denied"},
		{container.Run{Restricted: true}, "operation not permitted"},
		{container.Run{Restricted: true, Capabilities: []string{"CAP_NET_BIND_SERVICE"}}, "<nil>"},
	} {
		c.run.Image = im
		if got := ended(t, c.run); !strings.Contains(got, c.want) {
			t.Errorf("%+v: printed\n%s\nwant %s", c.run, got, c.want)
		}
	}
	again := succeed(t, capableBuild(t, capableElsewhere()))
	for _, name := range []string{"compile ./cmd/dns ./cmd/ctl for linux/amd64", "compile ./cmd/dns ./cmd/ctl for linux/arm64"} {
		if v, ok := again.Vertex(name); !ok || v.Ran() {
			t.Errorf("another place and another capability had the step %+v, want %s CACHED", v, name)
		}
	}
	if f := files(t, pull(t, ref(t)))["dns"]; f.Capability == "" || hex.EncodeToString([]byte(f.Capability)) == netBindService {
		t.Errorf("/dns has the capabilities %x", f.Capability)
	}
}

// capableElsewhere returns the project with another place and another
// capability.
func capableElsewhere() map[string]string {
	project := map[string]string{}
	for name, text := range capableProject {
		project[name] = text
	}
	project["Dockerfile"] = "main: {./cmd/dns: /dns, ./cmd/ctl: ctl}\nbase: alpine\nrun:\n  capabilities: [NET_BIND_SERVICE, NET_RAW]\n"
	return project
}

// ended runs a container to its end, and returns what it or runc printed.
func ended(t *testing.T, r container.Run) string {
	t.Helper()
	var out bytes.Buffer
	r.Output = &out
	c, err := container.Start(r)
	if err != nil {
		return err.Error()
	}
	defer c.Stop(time.Second)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := c.Wait(ctx); err != nil {
		return err.Error() + "\n" + out.String()
	}
	return out.String()
}

// sameCapabilities builds on two daemons.
func sameCapabilities(t *testing.T, builder string) {
	b := capableBuild(t, capableProject)
	agree(t, b, builder)
	if got := hex.EncodeToString([]byte(files(t, pull(t, ref(t)))["opt/dns/dns"].Capability)); got != netBindService {
		t.Errorf("dns has the capabilities %q, want %s", got, netBindService)
	}
}
