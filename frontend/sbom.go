package frontend

import (
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/internal/safe"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/frontend/attestations"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	gwpb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/result"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// predicateSPDX is what in-toto calls an SPDX document.
const predicateSPDX = "https://spdx.dev/Document"

// attests reports whether each image comes with an attestation of what it is
// made of, as the client asks. The daemon scans a result that has no such
// attestation, with an image that it pulls; so for a scanner that the client
// names itself, nothing is to be done here.
func (b *build) attests() bool {
	return b.ui.SBOM != nil && !namesScanner(b.ui.BuildOpts().Opts)
}

func (b *build) addSBOMs(ctx context.Context, rb *dockerui.ResultBuilder, p planned) error {
	if !b.attests() {
		return nil
	}
	// The library runs this in goroutines of its own.
	return rb.EachPlatform(ctx, func(ctx context.Context, id string, target ocispecs.Platform) error {
		return safe.Do(func() error { return b.addSBOM(ctx, rb, p, id, target) })
	})
}

// addSBOM adds the SBOM of the image for one platform.
func (b *build) addSBOM(ctx context.Context, rb *dockerui.ResultBuilder, p planned, id string, target ocispecs.Platform) error {
	i := slices.IndexFunc(p.plan.Images, func(img plan.Image) bool { return img.Platform == platform(target) })
	if i < 0 {
		return fmt.Errorf("no image for %s", id)
	}
	ref, err := b.evaluate(ctx, lower.SBOM(p.plan, p.plan.Images[i], p.inputs))
	if err != nil {
		return err
	}
	rb.AddAttestation(id, spdx(ref))
	return nil
}

// spdx is the attestation that a ref holds. The name of its core is that of
// the file: with it, exporters note for each file of the document which layer
// it is in.
func spdx(ref client.Reference) result.Attestation[client.Reference] {
	name, _, _ := strings.Cut(step.SBOMFile, ".")
	return result.Attestation[client.Reference]{
		Kind: gwpb.AttestationKind_InToto,
		Ref:  ref,
		Path: step.SBOMFile,
		Metadata: map[string][]byte{
			result.AttestationReasonKey: []byte(result.AttestationReasonSBOM),
			result.AttestationSBOMCore:  []byte(name),
		},
		InToto: result.InTotoAttestation{PredicateType: predicateSPDX},
	}
}

// checkSBOMs refuses an SBOM of several images, which come in one file system.
func (b *build) checkSBOMs(images int) error {
	if images < 2 || !b.attests() {
		return nil
	}
	return diag.Errors{{
		At:      diag.Range{File: "--sbom"},
		Message: "an SBOM is of one image, and this build is for " + strconv.Itoa(images),
		Hint:    "build each of them, as bake does; --target " + planner.SBOMTarget + " gives all SBOMs as files",
	}}
}

// checkSBOM refuses an SBOM of what is none of Go's, and what only a scanner
// could heed when there is none.
func (b *build) checkSBOM() error {
	if !b.attests() {
		return nil
	}
	var errs diag.List
	if b.ui.Target == planner.LockTarget {
		errs.Add(diag.Diagnostic{
			At:      diag.Range{File: "--target " + planner.LockTarget},
			Message: "a lock is a text, of which there is no SBOM",
			Hint:    "remove the flag --sbom",
		})
	}
	if planner.IsCheck(b.ui.Target) {
		errs.Add(diag.Diagnostic{
			At:      diag.Range{File: "--target " + b.ui.Target},
			Message: "a check makes no image, so there is no SBOM of one",
			Hint:    "remove the flag --sbom",
		})
	}
	for _, name := range slices.Sorted(maps.Keys(b.ui.SBOM.Parameters)) {
		if name == "type" {
			continue
		}
		errs.Add(diag.Diagnostic{
			At:      diag.Range{File: "--attest type=sbom"},
			Message: name + " is a setting of a scanner, and gohull reads the SBOM from the binaries",
			Hint:    "remove it, or name the scanner as well: generator=<image>",
		})
	}
	return errs.Err()
}

// namesScanner reports whether the client names the image that is to scan.
// BuildKit fills in a name of its own where there is none, so that the words
// of the request themselves have to be looked at.
func namesScanner(opts map[string]string) bool {
	for name, value := range attestations.Filter(opts) {
		kind := strings.TrimPrefix(strings.TrimPrefix(name, "attest:"), "build-arg:BUILDKIT_ATTEST_")
		if strings.EqualFold(kind, attestations.KeyTypeSbom) && hasField(value, "generator=") {
			return true
		}
	}
	return false
}

// hasField reports whether a line of comma-separated fields has one that
// begins so. BuildKit has read the line before, and reported what is wrong.
func hasField(line, prefix string) bool {
	fields, err := csv.NewReader(strings.NewReader(line)).Read()
	return err == nil && slices.ContainsFunc(fields, func(f string) bool { return strings.HasPrefix(f, prefix) })
}
