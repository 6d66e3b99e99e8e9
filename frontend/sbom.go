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

// predicateSPDX is in-toto's name for an SPDX document.
const predicateSPDX = "https://spdx.dev/Document"

// attests reports whether gohull adds an SBOM to each image. Without one, the
// daemon would pull a scanner and run it. If the client names a scanner, the
// daemon runs that, and gohull adds nothing.
func (b *build) attests() bool {
	return b.ui.SBOM != nil && !namesScanner(b.ui.BuildOpts().Opts)
}

func (b *build) addSBOMs(ctx context.Context, rb *dockerui.ResultBuilder, p planned) error {
	if !b.attests() {
		return nil
	}
	// The library runs this in its own goroutines, where a panic would end the program.
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

// spdx returns the attestation in a ref. The name of its core is the name of
// the file. It makes exporters note in which layer each file of the document
// is.
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

// validateOneSBOM refuses an SBOM for several images, which share one file
// system.
func (b *build) validateOneSBOM(images int) error {
	if images < 2 || !b.attests() {
		return nil
	}
	return diag.Errors{{
		At:      diag.Range{File: "--sbom"},
		Message: "an SBOM describes one image, and this build makes " + strconv.Itoa(images),
		Hint:    "build the images one by one, as bake does; --target " + planner.SBOMTarget + " gives all SBOMs as files",
	}}
}

// validateSBOM refuses an SBOM of a target that has no binaries, and settings
// for a scanner if none runs.
func (b *build) validateSBOM() error {
	if !b.attests() {
		return nil
	}
	var errs diag.List
	if b.ui.Target == planner.LockTarget {
		errs.Add(diag.Diagnostic{
			At:      diag.Range{File: "--target " + planner.LockTarget},
			Message: "a lock has no SBOM",
			Hint:    "remove the flag --sbom",
		})
	}
	if planner.IsCheck(b.ui.Target) {
		errs.Add(diag.Diagnostic{
			At:      diag.Range{File: "--target " + b.ui.Target},
			Message: "a check makes no image, so it has no SBOM",
			Hint:    "remove the flag --sbom",
		})
	}
	for _, name := range slices.Sorted(maps.Keys(b.ui.SBOM.Parameters)) {
		if name == "type" {
			continue
		}
		errs.Add(diag.Diagnostic{
			At:      diag.Range{File: "--attest type=sbom"},
			Message: name + " is a setting for a scanner, and none runs: gohull reads the SBOM from the binaries",
			Hint:    "remove it, or name a scanner too: generator=<image>",
		})
	}
	return errs.Err()
}

// namesScanner reports whether the client names the scanner's image. BuildKit
// fills in a default name, so this reads the options of the request itself.
func namesScanner(opts map[string]string) bool {
	for name, value := range attestations.Filter(opts) {
		kind := strings.TrimPrefix(strings.TrimPrefix(name, "attest:"), "build-arg:BUILDKIT_ATTEST_")
		if strings.EqualFold(kind, attestations.KeyTypeSbom) && hasField(value, "generator=") {
			return true
		}
	}
	return false
}

// hasField reports whether a line of comma-separated fields has one with a
// prefix. BuildKit has already validated the line.
func hasField(line, prefix string) bool {
	fields, err := csv.NewReader(strings.NewReader(line)).Read()
	return err == nil && slices.ContainsFunc(fields, func(f string) bool { return strings.HasPrefix(f, prefix) })
}
