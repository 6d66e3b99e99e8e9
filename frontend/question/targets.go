package question

import (
	"github.com/gohull/gohull/frontend/planner"
	"github.com/moby/buildkit/frontend/subrequests/targets"
)

func answerTargets(k Known) (Answer, error) {
	var list targets.List
	for _, t := range planner.TargetsOf(k.Input.Spec) {
		list.Targets = append(list.Targets, targets.Target{Name: t.Name, Description: t.Description, Default: t.Default})
	}
	res, err := list.ToResult()
	if err != nil {
		return Answer{}, err
	}
	return Answer{Metadata: res.Metadata}, nil
}
