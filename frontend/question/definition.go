package question

import (
	"fmt"
	"strings"

	"github.com/gohull/gohull/frontend/graph"
	"github.com/gohull/gohull/frontend/netenv"
	"github.com/gohull/gohull/llb/llbtext"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/subrequests/convertllb"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
)

func answerGraph(k Known) (Answer, error) {
	var defs []*llb.Definition
	for _, def := range k.Definitions {
		defs = append(defs, def.Definition)
	}
	g, err := graph.Of(defs...)
	if err != nil {
		return Answer{}, err
	}
	return newAnswer(g.SVG(), g)
}

// jsonDefinition is a definition for programs to read.
type jsonDefinition struct {
	Image      string             `json:"image"` // its platform, after the name of one of several; a check's name
	Definition *convertllb.Result `json:"definition"`
}

func answerLLB(k Known) (Answer, error) {
	var text strings.Builder
	var all []jsonDefinition
	for _, def := range k.Definitions {
		one, err := llbtext.Format(def.Definition)
		if err != nil {
			return Answer{}, err
		}
		fmt.Fprintf(&text, "%s\n%s", def.Name, one)
		ops, err := convert(def.Definition)
		if err != nil {
			return Answer{}, err
		}
		all = append(all, jsonDefinition{strings.TrimPrefix(def.Name, "image "), ops})
	}
	return newAnswer(text.String(), all)
}

// convert decodes the operations of a definition.
func convert(def *llb.Definition) (*convertllb.Result, error) {
	res := &convertllb.Result{Def: map[digest.Digest]*pb.Op{}, Metadata: def.Metadata, Source: def.Source}
	for _, data := range def.Def {
		var op pb.Op
		if err := op.UnmarshalVT(data); err != nil {
			return nil, err
		}
		res.Def[digest.FromBytes(data)] = withoutPasswords(&op)
	}
	return res, nil
}

// withoutPasswords returns an operation without the passwords of its proxy
// settings.
func withoutPasswords(op *pb.Op) *pb.Op {
	if op.GetExec().GetMeta().GetProxyEnv() == nil {
		return op
	}
	shown := op.CloneVT()
	env := shown.GetExec().GetMeta().GetProxyEnv()
	for _, value := range []*string{&env.HttpProxy, &env.HttpsProxy, &env.FtpProxy, &env.AllProxy} {
		*value = netenv.Redact(*value)
	}
	return shown
}
