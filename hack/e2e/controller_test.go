package e2e

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/container"
	"go.yaml.in/yaml/v4"
)

// deployment is what the test reads of a Kubernetes manifest.
type deployment struct {
	Kind string
	Spec struct {
		Template struct {
			Spec struct {
				SecurityContext struct {
					RunAsNonRoot bool `yaml:"runAsNonRoot"`
				} `yaml:"securityContext"`
				Containers []podContainer
			}
		}
	}
}

type podContainer struct {
	Command, Args   []string
	SecurityContext struct {
		ReadOnly   bool  `yaml:"readOnlyRootFilesystem"`
		Escalation *bool `yaml:"allowPrivilegeEscalation"`
	} `yaml:"securityContext"`
	LivenessProbe  probe `yaml:"livenessProbe"`
	ReadinessProbe probe `yaml:"readinessProbe"`
}

type probe struct {
	HTTPGet struct{ Path string } `yaml:"httpGet"`
}

// TestExampleController starts the image as the Deployment of kubebuilder's
// template starts it, and asks its probes.
func TestExampleController(t *testing.T) {
	im := buildExample(t, "controller")
	d := readDeployment(t, "../../examples/controller/config/manager/manager.yaml")
	c := d.Spec.Template.Spec.Containers[0]
	if !d.Spec.Template.Spec.SecurityContext.RunAsNonRoot || !c.SecurityContext.ReadOnly || c.SecurityContext.Escalation == nil || *c.SecurityContext.Escalation {
		t.Fatalf("the manifest is not restricted: %+v", d)
	}
	if c.Command[0] != "/manager" {
		t.Errorf("the manifest starts %q, want /manager", c.Command)
	}
	port := freePort(t)
	args := strings.Split(strings.ReplaceAll(strings.Join(c.Args, "\n"), ":8081", ":"+port), "\n")
	started := start(t, container.Run{Image: im, Command: c.Command, Args: args, Restricted: true})
	for _, p := range []string{c.LivenessProbe.HTTPGet.Path, c.ReadinessProbe.HTTPGet.Path} {
		if got := get(t, started, "http://127.0.0.1:"+port+p, ""); got != "ok\n" {
			t.Errorf("%s answered %q, want ok", p, got)
		}
	}
}

func readDeployment(t *testing.T, name string) deployment {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var d deployment
		err := dec.Decode(&d)
		if errors.Is(err, io.EOF) {
			t.Fatalf("%s has no Deployment", name)
		}
		if err != nil {
			t.Fatal(err)
		}
		if d.Kind == "Deployment" {
			return d
		}
	}
}
