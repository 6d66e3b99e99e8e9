package rules

import (
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
)

// floatingInStages finds images in Dockerfiles of stages, and addresses, that name
// no version. Unlike a spec, a Dockerfile may leave out the tag. A lock does not
// have these images.
func floatingInStages(s Subject) []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, image := range s.StageImages {
		ref := image.Value
		if named, err := reference.ParseNormalizedNamed(ref); err == nil && reference.IsNameOnly(named) {
			ref += ":latest"
		}
		if tag, floats := floating(ref); floats {
			out = append(out, diag.Diagnostic{
				At:      image.At,
				Message: fmt.Sprintf("the tag %s of %s names no version, so two builds may use different images", tag, image.Value),
				Hint:    fmt.Sprintf("name a version, or pin the digest: %s@sha256:…", image.Value),
			})
		}
	}
	for _, st := range s.Spec.Stages {
		address := st.Context.Value
		if spec.IsAddress(address) && !strings.HasPrefix(address, spec.ImageContext) && !strings.Contains(address, "#") {
			out = append(out, diag.Diagnostic{
				At:      st.Context.At,
				Message: fmt.Sprintf("stages.%s.context: %s names no commit or tag, so two builds may use different files", st.Name.Value, address),
				Hint:    "add one: " + address + "#v1.2.3",
			})
		}
	}
	return out
}
