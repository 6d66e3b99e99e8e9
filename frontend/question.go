package frontend

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/visible"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/frontend/subrequests"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/moby/buildkit/frontend/subrequests/outline"
	"github.com/moby/buildkit/frontend/subrequests/targets"
	"github.com/moby/buildkit/util/suggest"
)

// requestKey is the option by which a client asks a question instead of
// building; its value is "frontend." and the question's name.
const requestKey = "requestid"

const requestPrefix = "frontend."

// Results of a question, by the keys that clients know.
const (
	resultText = "result.txt"
	resultJSON = "result.json"
)

// Question is what `docker buildx build --call=NAME` asks instead of
// building.
type Question struct {
	Name    string // as --call takes it
	Meaning string // what the answer is
	answer  func(*build, context.Context) (*client.Result, error)
	request subrequests.Request // as describe lists it; its zero value for questions of our own
}

// Questions lists the questions: first those that every frontend may be
// asked, then our own.
func Questions() []Question {
	return []Question{
		{"check", "what the rules find in the spec and the project", (*build).answerLint, lint.SubrequestLintDefinition},
		{"outline", "build args with their values, and secrets", (*build).answerOutline, outline.SubrequestsOutlineDefinition},
		{"targets", "what `--target` can select", (*build).answerTargets, targets.SubrequestsTargetsDefinition},
		{"describe", "this list", (*build).answerDescribe, subrequests.SubrequestsDescribeDefinition},
		{Name: "schema", Meaning: "the JSON Schema of the spec, for editors", answer: (*build).answerSchema},
		{Name: "spec", Meaning: "the spec with every default filled in, and where each value comes from", answer: (*build).answerSpec},
		{Name: "tags", Meaning: "names of the images in a registry: a name with a tag on each line", answer: (*build).answerTags},
		{Name: "bake", Meaning: "a bake file (JSON) with a target for each image, its tags, and the build args of this call", answer: (*build).answerBake},
		{Name: "plan", Meaning: "what the build does: its steps, inputs and commands", answer: (*build).answerPlan},
		{Name: "graph", Meaning: "a picture (SVG) of the steps and of what is in the cache key of each one", answer: (*build).answerGraph},
		{Name: "llb", Meaning: "the LLB definition that BuildKit gets, as text", answer: (*build).answerLLB},
	}
}

// id is what a client sends to ask it.
func (q Question) id() string {
	if q.request.Name != "" {
		return q.request.Name
	}
	return requestPrefix + q.Name
}

// reply answers the question of a request.
func (b *build) reply(ctx context.Context, id string) (*client.Result, error) {
	var names []string
	for _, q := range Questions() {
		if id == q.id() || id == requestPrefix+q.Name {
			return q.answer(b, ctx)
		}
		names = append(names, q.Name)
	}
	name := strings.TrimPrefix(id, requestPrefix)
	hint := "known are " + strings.Join(names, ", ")
	if near, ok := suggest.Search(name, names, true); ok {
		hint = "did you mean --call=" + near + "?"
	}
	return nil, fmt.Errorf("gohull has no answer to --call=%s; %s", name, hint)
}

// legible has the answer to a question printed as what it is.
func legible(res *client.Result) *client.Result {
	if res == nil {
		return nil
	}
	if text, ok := res.Metadata[resultText]; ok {
		res.Metadata[resultText] = visible.Bytes(text)
	}
	if data, ok := res.Metadata[resultJSON]; ok {
		res.Metadata[resultJSON] = visible.JSON(data)
	}
	return res
}

// answered is an answer in both of its forms.
func answered(text string, value any) (*client.Result, error) {
	var data bytes.Buffer
	enc := json.NewEncoder(&data)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	res := client.NewResult()
	res.AddMeta(resultText, []byte(text))
	res.AddMeta(resultJSON, bytes.TrimSuffix(data.Bytes(), []byte("\n")))
	res.AddMeta("version", []byte(questionVersion))
	return res, nil
}

// questionVersion is that of our own questions' answers.
const questionVersion = "1.0.0"

func (b *build) answerDescribe(context.Context) (*client.Result, error) {
	var all []subrequests.Request
	for _, q := range Questions() {
		all = append(all, subrequests.Request{
			Name:        q.id(),
			Version:     questionVersion,
			Type:        subrequests.TypeRPC,
			Description: q.Meaning,
			Opts:        q.request.Opts,
			Metadata:    []subrequests.Named{{Name: resultJSON}, {Name: resultText}},
		})
	}
	data, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	if err := subrequests.PrintDescribe(data, &text); err != nil {
		return nil, err
	}
	return answered(text.String(), all)
}

func (b *build) answerSchema(context.Context) (*client.Result, error) {
	return answered(string(spec.Schema()), json.RawMessage(spec.Schema()))
}

func (b *build) answerPlan(ctx context.Context) (*client.Result, error) {
	all, err := b.planAsked(ctx)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	var plans []fmt.Stringer
	for i, p := range all {
		if i > 0 {
			text.WriteString("\n")
		}
		text.WriteString(p.plan.String())
		plans = append(plans, p.plan)
	}
	if len(plans) == 1 {
		return answered(text.String(), plans[0])
	}
	return answered(text.String(), plans)
}

// asked are the images that a question is about: those of the target, and
// without one all there are.
func (b *build) asked(ctx context.Context) ([]*planner.Decision, error) {
	in, err := b.read(ctx)
	if err != nil {
		return nil, err
	}
	decided, err := b.decide(in)
	return decided.All(), err
}
