package frontend

import (
	"testing"

	"github.com/gohull/gohull/llb/step"
)

// TestSBOMRequests: which requests for an SBOM gohull answers itself, in the
// words that clients send.
func TestSBOMRequests(t *testing.T) {
	for _, c := range []struct {
		target        string
		option, value string
		path          string // of the attestation, empty for none
		err           string
	}{
		{"", "platform", "linux/amd64", "", ""},
		{"", "attest:sbom", "", step.SBOMFile, ""},
		{"", "attest:sbom", "type=sbom", step.SBOMFile, ""},
		{"", "build-arg:BUILDKIT_ATTEST_SBOM", "", step.SBOMFile, ""},
		{"", "attest:provenance", "mode=max", "", ""},
		{"", "attest:sbom", "type=sbom,generator=registry.example/scanner:1", "", ""},
		{"", "attest:sbom", `type=sbom,"generator=registry.example/scanner:1",SCANNERS=go`, "", ""},
		{"", "build-arg:BUILDKIT_ATTEST_SBOM", "generator=docker/buildkit-syft-scanner:stable-1", "", ""},
		{"", "attest:sbom", "type=sbom,SCANNERS=go", "",
			"--attest type=sbom: SCANNERS is a setting for a scanner, and none runs: gohull reads the SBOM from the binaries; remove it, or name a scanner too: generator=<image>"},
		{"lock", "attest:sbom", "", "", "--target lock: a lock has no SBOM; remove the flag --sbom"},
		{"vet", "attest:sbom", "", "", "--target vet: a check makes no image, so it has no SBOM; remove the flag --sbom"},
	} {
		g := &fakeGateway{files: mapFS(hello), opts: map[string]string{"target": c.target, c.option: c.value}}
		res, err := unreleased.Build(t.Context(), g)
		if c.err != "" {
			if err == nil || err.Error() != c.err {
				t.Errorf("%s=%s:\ngot  %v\nwant %s", c.option, c.value, err, c.err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		var path string
		if all := res.Attestations["linux/amd64"]; len(all) > 0 {
			path = all[0].Path
		}
		if path != c.path {
			t.Errorf("%s=%s: an attestation from %q, want %q", c.option, c.value, path, c.path)
		}
	}
}
