package llb

import (
	"time"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// Toolchain is the GOROOT of a toolchain that comes through the module proxy.
// It holds step.GoFile as well.
func Toolchain(t plan.ModuleToolchain, in Inputs) llb.State {
	l := lowering{in: in}
	verb := &step.Toolchain{Version: t.Version, Platform: t.Platform, Sum: t.Sum}
	return l.run(llb.Scratch(), t.Step, verb)
}

// File is the file system that holds one file.
func File(f plan.File) llb.State {
	created := llb.WithCreatedTime(time.Unix(f.Epoch, 0).UTC())
	return llb.Scratch().File(llb.Mkfile("/"+f.Name, 0o644, f.Data, created), named("write "+f.Name))
}
