package question

import (
	"fmt"
	"strings"
)

func answerPlan(k Known) (Answer, error) {
	var plans []fmt.Stringer
	for _, img := range k.Images {
		plans = append(plans, img.Plan)
	}
	for _, c := range k.Checks {
		plans = append(plans, c)
	}
	var texts []string
	for _, p := range plans {
		texts = append(texts, p.String())
	}
	text := strings.Join(texts, "\n")
	if len(plans) == 1 {
		return newAnswer(text, plans[0])
	}
	return newAnswer(text, plans)
}
