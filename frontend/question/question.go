// Package question answers the questions that a client may ask instead of
// building: `docker buildx build --call=NAME`. All lists them.
//
// An answer is a function of what is known about the build. Question.From says
// what a question needs; the caller reads, looks up and lowers that much.
package question

import (
	"fmt"
	"strings"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/moby/buildkit/frontend/subrequests"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/moby/buildkit/frontend/subrequests/outline"
	"github.com/moby/buildkit/frontend/subrequests/targets"
	"github.com/moby/buildkit/util/suggest"
)

// Key is the option with which a client asks a question. Its value is the
// question's ID, or Prefix and the question's name.
const Key = "requestid"

// Prefix begins the IDs of questions.
const Prefix = "frontend."

// Question is what `--call=NAME` asks.
type Question struct {
	Name    string // as --call takes it
	Meaning string // what the answer is
	Format  string // of the answer as text: "YAML"; each answer also has a JSON form
	From    From

	answer func(Known) (Answer, error)
	about  func(planner.Input) planner.Input // changes the target that is asked about; nil keeps it
	known  subrequests.Request               // as BuildKit knows it; the zero value for a question of our own
}

// All returns the questions: first those that every frontend may be asked, then
// our own. A new question is a row here and a file with its answer.
func All() []Question {
	return []Question{
		{Name: "check", From: Findings, answer: answerCheck, known: lint.SubrequestLintDefinition,
			Meaning: "what the rules find in the spec and the project", Format: "text"},
		{Name: "outline", From: Decisions, answer: answerOutline, known: outline.SubrequestsOutlineDefinition,
			Meaning: "build args with their values, and secrets", Format: "text"},
		{Name: "targets", From: Spec, answer: answerTargets, known: targets.SubrequestsTargetsDefinition,
			Meaning: "what `--target` can select", Format: "text"},
		{Name: "describe", From: Nothing, answer: answerDescribe, known: subrequests.SubrequestsDescribeDefinition,
			Meaning: "this list", Format: "text"},
		{Name: "schema", From: Nothing, answer: answerSchema,
			Meaning: "the JSON Schema of the spec, for editors", Format: "JSON"},
		{Name: "spec", From: Plans, answer: answerSpec, about: wholeSpec,
			Meaning: "the spec with every default filled in, and where each value comes from", Format: "YAML"},
		{Name: "tags", From: Decisions, answer: answerTags,
			Meaning: "names of the images in a registry: a name with a tag on each line", Format: "text"},
		{Name: "inputs", From: Contents, answer: answerInputs, about: wholeSpec,
			Meaning: "for each image, a hash of all that it is made of, and the files of the context that it reads", Format: "text"},
		{Name: "bake", From: Call, answer: answerBake,
			Meaning: "a bake file with a target for each image, its tags, and the build args of this call", Format: "JSON"},
		{Name: "plan", From: Plans, answer: answerPlan,
			Meaning: "what the build does: its steps, inputs and commands", Format: "text"},
		{Name: "graph", From: Definitions, answer: answerGraph,
			Meaning: "a picture of the steps and of what is in the cache key of each one", Format: "SVG"},
		{Name: "llb", From: Definitions, answer: answerLLB,
			Meaning: "the LLB definition that BuildKit gets", Format: "text"},
	}
}

// Find returns the question with an ID, as the option Key has it.
func Find(id string) (Question, error) {
	var names []string
	for _, q := range All() {
		if id == q.ID() || id == Prefix+q.Name {
			return q, nil
		}
		names = append(names, q.Name)
	}
	name := strings.TrimPrefix(id, Prefix)
	hint := "known are " + strings.Join(names, ", ")
	if near, ok := suggest.Search(name, names, true); ok {
		hint = "did you mean --call=" + near + "?"
	}
	return Question{}, fmt.Errorf("gohull has no answer to --call=%s; %s", name, hint)
}

// ID is what a client sends to ask the question.
func (q Question) ID() string {
	if q.known.Name != "" {
		return q.known.Name
	}
	return Prefix + q.Name
}

// About returns the input that the question is about.
func (q Question) About(in planner.Input) planner.Input {
	if q.about == nil {
		return in
	}
	return q.about(in)
}

// Answer answers the question. The answer has warnings also if there is an
// error.
func (q Question) Answer(k Known) (Answer, error) {
	a, err := q.answer(k)
	a.makeVisible()
	return a, err
}
