package spec

import (
	"regexp"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"go.yaml.in/yaml/v4"
)

// Stage is a stage of a Dockerfile or, without a Dockerfile, a build context.
type Stage struct {
	Name       String
	Dockerfile String // path below the context: "web/Dockerfile"
	Target     String // stage of the Dockerfile; not set for its last one
	Args       []Pair // build args; values may name stamps
	Context    String // directory of the context, or an address; not set for the context itself
}

// FindStage returns the stage with a name; nil if there is none.
func (s *Spec) FindStage(name string) *Stage {
	i := slices.IndexFunc(s.Stages, func(st Stage) bool { return st.Name.Value == name })
	if i < 0 {
		return nil
	}
	return &s.Stages[i]
}

// Dockerfiles returns the Dockerfiles that stages name, sorted.
func (s *Spec) Dockerfiles() []string {
	var all []string
	for _, st := range s.Stages {
		if st.Dockerfile.IsSet() {
			all = append(all, st.Dockerfile.Value)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

const (
	someStages   = "a mapping of names to stages"
	stageExample = "write {dockerfile: web/Dockerfile, target: dist}"
)

// stages is a mapping of names to stages.
var stages = kind[[]Stage]{
	want: someStages,
	shape: shape{
		"type":                 "object",
		"minProperties":        1,
		"propertyNames":        matching(imageForm),
		"additionalProperties": mapping(stageFields).and(either(shape{"required": []string{"dockerfile"}}, shape{"required": []string{"context"}})),
	},
	sub: below(".*.", stageFields),
	read: func(v value) (all []Stage) {
		if v.node.Kind != yaml.MappingNode {
			v.mismatch(someStages)
			return nil
		}
		if len(v.node.Content) == 0 {
			v.wrong("remove the key or write a stage", "no stages")
		}
		v.each(func(name String, val value) {
			v.validate(name, stageName)
			val.path = v.path + "." + name.Value
			all = append(all, val.stage(name))
		})
		return all
	},
}

// stage reads one stage.
func (v value) stage(name String) Stage {
	s := Stage{Name: name}
	if v.node.Kind != yaml.MappingNode {
		v.wrong(stageExample, "wanted a mapping of its keys, found %s", v.found())
		return s
	}
	readFields(v, stageFields, &s)
	switch {
	case s.Dockerfile.IsSet():
	case v.has("target") || v.has("args"):
		v.report(name.At, stageExample, "the key dockerfile is missing")
	case !v.has("context") && !v.has("dockerfile"):
		v.report(name.At, stageExample, "wanted a stage of a Dockerfile, or a build context")
	}
	return s
}

// originFields are the keys of an origin that is no word.
var originFields = []field[Origin]{
	leaf("stage", text("a stage", stageName, matching(imageForm)), func(o *Origin) *String { return &o.Stage },
		"none",
		"Stage of `stages` instead of an image: `{stage: NAME}`."),
}

// origin is a word or a reference, or a stage.
func origin(words ...string) kind[Origin] {
	const want = "a string, or a mapping with stage"
	named := text(want, oneWord)
	return kind[Origin]{
		want:  want,
		shape: either(textShape.and(suggestions(words...)), mapping(originFields, "stage")),
		sub:   below(".", originFields),
		read: func(v value) Origin {
			if v.node.Kind != yaml.MappingNode {
				return Origin{String: named.read(v)}
			}
			o := Origin{String: String{At: v.at()}}
			readFields(v, originFields, &o)
			v.requireKeys("write {stage: NAME}, or the image itself", "stage")
			return o
		},
	}
}

// stageName is a name that --build-context and --no-cache-filter accept too.
func stageName(s string) *objection {
	if !imageForm.MatchString(s) {
		return object("a name has small letters, digits, - and _", "%s is not the name of a stage", quote(s))
	}
	return nil
}

// stageArgName is the name of a build arg of a Dockerfile. Those that BuildKit
// reads itself are not the project's to set: one of them says which caches a
// Dockerfile mounts, another one which program reads it.
func stageArgName(s string) *objection {
	if strings.HasPrefix(s, "BUILDKIT_") {
		return object("pass it with --build-arg", "%s is a setting of BuildKit, not a build arg of a Dockerfile", quote(s))
	}
	return argName(s)
}

// targetForm is a name of a stage of a Dockerfile, or its number.
var targetForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)

func stageTarget(s string) *objection {
	if !targetForm.MatchString(s) {
		return object("write the name that follows AS in the Dockerfile", "%s is not the name of a stage of a Dockerfile", quote(s))
	}
	return nil
}

// ImageContext begins the address of a build context that is an image.
const ImageContext = "docker-image://"

// IsAddress reports whether a build context of a stage is not a directory of the
// context.
func IsAddress(context string) bool {
	return strings.Contains(context, "://") || strings.HasPrefix(context, "git@")
}

var gitAddress = regexp.MustCompile(`^(git@|git://|ssh://|https?://.*\.git(#|$))`)

// buildContext is a directory of the context, or an address of an image or a git
// repository.
func buildContext(s string) *objection {
	switch {
	case !IsAddress(s):
		return inContext(s)
	case strings.HasPrefix(s, "http") && !gitAddress.MatchString(s):
		return object("download a file with url and sha256 in an entry of run.files, or with ADD in a Dockerfile; the address of a git repository ends in .git", "a download without a checksum: %s", quote(s))
	case !strings.HasPrefix(s, ImageContext) && !gitAddress.MatchString(s):
		return object("write a directory of the context, "+ImageContext+"NAME, or the address of a git repository", "%s is not a build context", quote(s))
	}
	return oneWord(s)
}

// validateStages reports references to stages that do not exist.
func (p *parser) validateStages(top *Spec) {
	var known []string
	for _, s := range top.Stages {
		known = append(known, s.Name.Value)
	}
	p.validateStage(top, "toolchain.stage", top.Toolchain.Stage, known)
	for _, g := range top.Generate {
		p.validateStage(top, "generate.stage", g.Stage, known)
	}
	for _, image := range top.Each() {
		p.validateStage(top, "base.stage", image.Base.Stage, known)
		for _, f := range image.Run.Files {
			p.validateStage(top, "run.files.stage", f.Stage, known)
		}
	}
}

func (p *parser) validateStage(top *Spec, key string, s String, known []string) {
	if s.Value == "" || top.FindStage(s.Value) != nil {
		return
	}
	hint := "add it to `stages`: stages: {" + cut(s.Value) + ": {dockerfile: web/Dockerfile}}"
	if near := nearest(s.Value, known); near != "" {
		hint = "did you mean " + near + "?"
	} else if len(known) > 0 {
		hint = "known are " + strings.Join(known, ", ")
	}
	p.add(diag.Diagnostic{At: s.At, Message: key + ": no stage is called " + quote(s.Value), Hint: hint})
}
