package llb

import (
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/visible"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
)

// withName sets what a step is called where its progress is shown.
func withName(name string) llb.ConstraintsOpt { return llb.WithCustomName(visible.Line(name)) }

// run returns the output of a step that runs a verb.
func (l lowering) run(root llb.State, s plan.Step, v step.Verb, extra ...llb.RunOption) llb.State {
	return l.exec(root, s, v, extra...).AddMount(step.Out, llb.Scratch())
}

// exec runs a verb. The caller mounts the outputs.
func (l lowering) exec(root llb.State, s plan.Step, v step.Verb, extra ...llb.RunOption) llb.ExecState {
	opts := options{
		llb.Args(step.Command(v)),
		llb.AddMount(step.Binary, l.in.Tool, llb.SourcePath(l.in.ToolPath), llb.Readonly),
		llb.AddMount(step.Report, llb.Scratch()),
		options(l.in.Limits),
		l.network(s),
		options(extra),
	}
	for _, c := range l.step(s) {
		opts = append(opts, c)
	}
	if l.in.Rerun != "" {
		opts = append(opts, llb.AddEnv("GOHULL_RERUN", l.in.Rerun))
	}
	for _, e := range s.Env {
		key, value, _ := strings.Cut(e, "=")
		opts = append(opts, llb.AddEnv(key, value))
	}
	return l.addedTo(root, s).Run(opts...)
}

// options is several options as one.
type options []llb.RunOption

func (o options) SetRunOption(ei *llb.ExecInfo) {
	for _, opt := range o {
		opt.SetRunOption(ei)
	}
}

// git mounts what git needs to fetch from private hosts, if the client has it.
var git = options{
	llb.AddSSHSocket(llb.SSHID("default"), llb.SSHSocketTarget(step.SSHAgent), llb.SSHOptional),
	secretAt(step.KnownHosts, step.SecretKnownHosts),
	secret(step.SecretGitConfig),
	secret(step.SecretGitCredentials),
}

// network mounts the secrets of a step that fetches, and takes the network away
// from any other.
func (l lowering) network(s plan.Step) llb.RunOption {
	if !s.Network {
		return llb.Network(pb.NetMode_NONE)
	}
	return options{secret(step.SecretCA), secret(step.SecretNetrc)}
}

func secret(id string) llb.RunOption { return secretAt(step.SecretPath(id), id) }

func secretAt(path, id string) llb.RunOption {
	return llb.AddSecret(path, llb.SecretID(id), llb.SecretOptional, llb.SecretFileOpt(0, 0, 0o400))
}

// step returns what every vertex says of itself.
func (l lowering) step(s plan.Step) []llb.ConstraintsOpt {
	opts := []llb.ConstraintsOpt{
		withName(s.Name),
		llb.Platform(l.in.BuildPlatform),
		l.at(s.At),
	}
	if l.in.NoCache != nil && slices.ContainsFunc(append([]string{s.ID}, s.Also...), l.in.NoCache) {
		opts = append(opts, llb.IgnoreCache)
	}
	return opts
}

// at returns the lines of the spec that a vertex comes from.
func (l lowering) at(spans []plan.Span) llb.ConstraintsOpt {
	var ranges []*pb.Range
	for _, s := range spans {
		ranges = append(ranges, &pb.Range{
			Start: &pb.Position{Line: int32(s.First)},
			End:   &pb.Position{Line: int32(s.Last)},
		})
	}
	return l.in.SourceMap.Location(ranges)
}
