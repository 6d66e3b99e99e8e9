package planner

import (
	"fmt"

	"github.com/gohull/gohull/llb/plan"
)

func (d draft) sbom(img plan.Image) plan.SBOM {
	return plan.SBOM{
		Step: plan.Step{
			ID:   "sbom",
			Name: fmt.Sprintf("list what %s for %s is made of", d.called(), img.Platform),
			At:   spans(d.image, d.mainLines()...),
		},
		Epoch: d.args.epoch.Seconds(),
		Image: binaryTitle(img.Compile),
		Base:  d.baseName(img.Platform),
	}
}

// baseName is the base with its digest; a build context that replaces it may
// have none.
func (d draft) baseName(p plan.Platform) string {
	base, ok := d.found.Images[d.base.key(p)]
	if !ok || base.Digest == "" || hasDigest(base.Name) {
		return base.Name
	}
	return base.Name + "@" + base.Digest
}
