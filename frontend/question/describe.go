package question

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/moby/buildkit/frontend/subrequests"
)

// answerDescribe lists the questions, and says which gohull answers.
func answerDescribe(k Known) (Answer, error) {
	var all []subrequests.Request
	for _, q := range All() {
		all = append(all, subrequests.Request{
			Name:        q.ID(),
			Version:     version,
			Type:        subrequests.TypeRPC,
			Description: q.Meaning,
			Opts:        q.known.Opts,
			Metadata:    []subrequests.Named{{Name: JSON}, {Name: Text}},
		})
	}
	data, err := json.Marshal(all)
	if err != nil {
		return Answer{}, err
	}
	var text strings.Builder
	if err := subrequests.PrintDescribe(data, &text); err != nil {
		return Answer{}, err
	}
	if k.Release == "" {
		text.WriteString("\ngohull, not a release\n")
	} else {
		fmt.Fprintf(&text, "\ngohull %s\n", k.Release)
	}
	return newAnswer(text.String(), all)
}

func answerSchema(Known) (Answer, error) {
	return newAnswer(string(spec.Schema()), json.RawMessage(spec.Schema()))
}
