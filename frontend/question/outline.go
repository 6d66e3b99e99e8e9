package question

import (
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/dockerfile"
	"github.com/gohull/gohull/frontend/excerpt"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/frontend/subrequests/outline"
	"github.com/moby/buildkit/solver/pb"
)

func answerOutline(k Known) (Answer, error) {
	args, err := k.Decisions.All()[0].BuildArgs() // which are the same for all images
	if err != nil {
		return Answer{}, err
	}
	target := planner.TargetOf(k.Input.Spec, k.Input.Request.Target)
	o := outlined{Outline: outline.Outline{Name: target.Name, Description: target.Description}}
	for _, arg := range args {
		o.Args = append(o.Args, outline.Arg{
			Name:        arg.Name,
			Description: arg.Meaning,
			Value:       arg.Value,
			Location:    o.location(arg.At, k.Files),
		})
	}
	for _, secret := range step.Secrets() {
		o.Secrets = append(o.Secrets, outline.Secret{Name: secret.ID})
	}
	for _, secret := range stageSecrets(k.Decisions.All()) {
		o.Secrets = append(o.Secrets, outline.Secret{Name: secret.ID, Required: secret.Required, Location: o.location(secret.At, k.Files)})
	}
	res, err := o.ToResult()
	if err != nil {
		return Answer{}, err
	}
	return Answer{Metadata: res.Metadata}, nil
}

// stageSecrets returns the secrets that stages of Dockerfiles mount, and no step of
// gohull, each once.
func stageSecrets(all []*planner.Decision) []dockerfile.Secret {
	var secrets []dockerfile.Secret
	isSame := func(secret dockerfile.Secret) func(dockerfile.Secret) bool {
		return func(o dockerfile.Secret) bool { return o.ID == secret.ID }
	}
	for _, d := range all {
		for _, secret := range d.StageSecrets() {
			isOwn := slices.ContainsFunc(step.Secrets(), func(s step.Secret) bool { return s.ID == secret.ID })
			if !isOwn && !slices.ContainsFunc(secrets, isSame(secret)) {
				secrets = append(secrets, secret)
			}
		}
	}
	return secrets
}

// outlined is an outline and the names of its sources.
type outlined struct {
	outline.Outline
	names []string
}

// location returns a place in one of the sources. It adds the file if it is
// not one of them yet. The result is nil if the file was not read.
func (o *outlined) location(at diag.Range, files map[string][]byte) *pb.Location {
	data, ok := files[at.File]
	if !ok {
		return nil
	}
	i := slices.Index(o.names, at.File)
	if i < 0 {
		i = len(o.names)
		o.names = append(o.names, at.File)
		o.Sources = append(o.Sources, data)
	}
	return &pb.Location{SourceIndex: int32(i), Ranges: excerpt.Ranges(at)}
}
