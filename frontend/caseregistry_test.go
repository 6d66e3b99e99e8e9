package frontend

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/step"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	digest "github.com/opencontainers/go-digest"
)

// fakeToolchain is the fake module proxy: its newest releases end in .9.
func fakeToolchain(version, platform string) step.Fetched {
	if version == gomod.Language(version) {
		version += ".9"
	}
	sum := sha256.Sum256([]byte(version + platform))
	return step.Fetched{Version: version, Sum: "h1:" + base64.StdEncoding.EncodeToString(sum[:])}
}

// image is the fake registry: it has official Go images of any version, and
// what the case lists.
func (c testCase) image(key planner.ImageKey) (planner.Image, error) {
	if isStage(key) {
		return c.configured(planner.Image{Name: key.Ref, Context: key.Ref + "::" + key.Platform.String(), Stage: true})
	}
	platforms := c.listed(key.Ref)
	if strings.Contains(key.Ref, "golang:1.9") {
		return planner.Image{}, fmt.Errorf("%s: not found", key.Ref) // the whole error, as the gateway has it
	}
	if platforms == nil && strings.HasPrefix(key.Ref, "docker.io/library/golang:") {
		platforms = []string{"linux/amd64"}
	}
	for _, p := range platforms {
		if p == key.Platform.String() {
			return c.configured(fakeImage(key))
		}
	}
	if platforms == nil {
		return planner.Image{}, fmt.Errorf("not found")
	}
	return planner.Image{}, fmt.Errorf("no match for platform in manifest")
}

// configured returns an image with the config that the case gives to bases.
func (c testCase) configured(img planner.Image) (planner.Image, error) {
	if c.baseConfig == "" || strings.HasPrefix(img.Name, "docker.io/library/golang:") {
		return img, nil
	}
	return img, json.Unmarshal([]byte(c.baseConfig), &img.Config.Config)
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
	if strings.HasPrefix(key.Ref, "gcr.io/distroless/") && strings.HasSuffix(key.Ref, ":nonroot") {
		img.Config.User, img.Config.WorkingDir = "65532", "/home/nonroot"
		img.Config.Env = append(img.Config.Env, "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt")
	}
	if _, tag, ok := strings.Cut(key.Ref, "golang:"); ok {
		version, _, _ := strings.Cut(tag, "-")
		img.Config.Env = []string{"PATH=/go/bin:/usr/local/go/bin:/usr/bin:/bin", "GOLANG_VERSION=" + version, "GOTOOLCHAIN=local", "GOPATH=/go",
			"GO111MODULE=off", "GOAMD64=v4", "GOWORK=off", "GOARCH=arm"} // which no step is to see
		if strings.HasSuffix(tag, "-password") {
			img.Config.Env = append(img.Config.Env, "GOPROXY=me:secret@proxy.example,direct", "GOSUMDB=off")
		}
	}
	if _, pinned, ok := strings.Cut(key.Ref, "@"); ok {
		return planner.Image{Name: key.Ref, Digest: pinned, Config: img}
	}
	return planner.Image{Name: key.Ref + "@" + dgst.String(), Digest: dgst.String(), Config: img}
}
