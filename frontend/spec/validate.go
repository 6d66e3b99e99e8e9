package spec

import (
	"github.com/gohull/gohull/frontend/diag"
)

// validate validates values that depend on others.
func (p *parser) validate(top *Spec) {
	p.validateStages(top)
	for _, image := range top.Each() {
		p.validateRace(image.Build)
		p.validateNames(image)
	}
}

func (p *parser) validateRace(b Build) {
	if b.Race.Value && !b.Cgo.Value {
		p.add(diag.Diagnostic{At: b.Race.At, Message: "build.race: the race detector needs cgo", Hint: "add cgo: true, or remove race"})
	}
}

// validateNames reports a name without tags, which would mean the tag latest,
// and tags without a name.
func (p *parser) validateNames(image *Spec) {
	of := ""
	if image.Name.IsSet() {
		of = "images." + image.Name.Value + ": "
	}
	switch i := image.Image; {
	case len(i.Names) > 0 && len(i.Tags) == 0:
		p.add(diag.Diagnostic{
			At:      i.Names[0].At,
			Message: of + "image.name: without image.tags nothing says which tags it gets",
			Hint:    `add them, as in tags: ["{{.Version}}", latest]`,
		})
	case len(i.Names) == 0 && len(i.Tags) > 0:
		p.add(diag.Diagnostic{
			At:      i.Tags[0].At,
			Message: of + "image.tags: without image.name nothing says which image gets them",
			Hint:    "add it, as in name: registry.example/acme/server",
		})
	}
}
