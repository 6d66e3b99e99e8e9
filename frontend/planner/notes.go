package planner

import (
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/step"
)

// lacks lists what common base images lack. One that is not listed is taken to
// have everything.
var lacks = map[string][]string{
	"docker.io/library/alpine":  {step.NoteZones},
	"docker.io/library/busybox": {step.NoteCertificates, step.NoteZones},
	"docker.io/library/debian":  {step.NoteCertificates},
	"docker.io/library/ubuntu":  {step.NoteCertificates, step.NoteZones},
}

// places are where programs look for it.
var places = map[string][]string{
	step.NoteCertificates: {"/etc/ssl", "/etc/pki"},
	step.NoteZones:        {"/usr/share/zoneinfo", "/usr/lib/zoneinfo"},
}

// embedsZones is the build tag that puts the time zones into the program.
const embedsZones = "timetzdata"

// noteKinds returns the kinds of notes that are worth making for an image: what
// its base lacks and its spec does not bring.
func noteKinds(base string, s *spec.Spec) []string {
	named, err := reference.ParseNormalizedNamed(base)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(lacks[named.Name()]), func(kind string) bool { return brings(s, kind) })
}

func brings(s *spec.Spec, kind string) bool {
	if kind == step.NoteZones && slices.Contains(values(s.Build.Tags), embedsZones) {
		return true
	}
	for _, f := range s.Run.Files {
		for _, place := range places[kind] {
			if f.HasContent() && strings.HasPrefix(f.To.Value+"/", place+"/") {
				return true
			}
		}
	}
	return false
}
