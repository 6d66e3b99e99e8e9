package planner

import (
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/gohull/gohull/llb/tool"
)

// lacking is what images lack that programs are often put on. One that is not
// listed is taken to have everything.
var lacking = map[string][]string{
	"docker.io/library/alpine":  {tool.NoteZones},
	"docker.io/library/busybox": {tool.NoteCertificates, tool.NoteZones},
	"docker.io/library/debian":  {tool.NoteCertificates},
	"docker.io/library/ubuntu":  {tool.NoteCertificates, tool.NoteZones},
}

// places are where programs look for it.
var places = map[string][]string{
	tool.NoteCertificates: {"/etc/ssl", "/etc/pki"},
	tool.NoteZones:        {"/usr/share/zoneinfo", "/usr/lib/zoneinfo"},
}

// embedsZones is the build tag that puts the time zones into the program.
const embedsZones = "timetzdata"

// needs are the kinds of notes that are worth making: what the base lacks and
// the spec does not bring.
func (c choices) needs() []string {
	named, err := reference.ParseNormalizedNamed(c.base.ref)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(lacking[named.Name()]), c.brings)
}

func (c choices) brings(kind string) bool {
	if kind == tool.NoteZones && slices.Contains(values(c.Spec.Build.Tags), embedsZones) {
		return true
	}
	for _, f := range c.Spec.Run.Files {
		for _, place := range places[kind] {
			if strings.HasPrefix(f.To.Value+"/", place+"/") {
				return true
			}
		}
	}
	return false
}
