package llb

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
	digest "github.com/opencontainers/go-digest"
)

// file returns the layer of an entry of run.files: files that are copied from
// elsewhere, or directories and symbolic links alone.
// A checkout's modes depend on the umask of the user who made it, so they are
// set if the daemon can.
func (l lowering) file(layer plan.Layer) llb.State {
	if len(layer.Copies) == 0 {
		return l.dirs(layer)
	}
	var mode *llb.ChmodOpt
	if layer.Mode != nil {
		mode = &llb.ChmodOpt{Mode: os.FileMode(*layer.Mode)}
	} else if l.in.Features.SymbolModes && !layer.KeepModes {
		mode = &llb.ChmodOpt{ModeStr: "u=rwX,go=rX"}
	}
	return l.lay(layer, l.content(layer), mode)
}

// content returns the file system that a layer is copied from.
func (l lowering) content(layer plan.Layer) llb.State {
	switch {
	case layer.Image != nil:
		return l.image(*layer.Image)
	case layer.Download != nil:
		return l.download(layer.Step, *layer.Download)
	}
	return l.merged()
}

// download returns the file system that has a file that the daemon downloads, or
// what is in it.
func (l lowering) download(s plan.Step, d plan.Download) llb.State {
	s.Name = "download " + d.URL
	opts := []llb.HTTPOption{llb.Filename(d.Name), llb.Chmod(0o644), llb.Checksum(digest.NewDigestFromEncoded(digest.SHA256, d.Sum))}
	for _, o := range l.step(s) {
		opts = append(opts, o)
	}
	file := llb.HTTP(d.URL, opts...)
	if !d.Unpack {
		return file
	}
	s.Name = "unpack " + d.URL
	return llb.Scratch().File(llb.Copy(file, "/"+d.Name, "/", &llb.CopyInfo{AttemptUnpack: true}), l.step(s)...)
}

// placed puts what a step made where it belongs in the image. Without a layer
// it is there already.
func (l lowering) placed(layer *plan.Layer, made llb.State) llb.State {
	if layer == nil {
		return made
	}
	return l.lay(*layer, made, nil)
}

// lay makes a layer by itself, without waiting for the base: the copies first,
// and then the directories over them, which sets their owners, modes and
// times once nothing is put into them any more.
func (l lowering) lay(layer plan.Layer, content llb.State, mode *llb.ChmodOpt) llb.State {
	created := llb.WithCreatedTime(time.Unix(layer.Epoch, 0).UTC())
	opts := []llb.CopyOption{created}
	if !layer.KeepOwners {
		opts = append(opts, llb.WithUser(fmt.Sprintf("%d:%d", layer.UID, layer.GID)))
	}
	var action *llb.FileAction
	for _, c := range layer.Copies {
		info := &llb.CopyInfo{FollowSymlinks: true, CopyDirContentsOnly: true, CreateDestPath: true, Mode: mode, ExcludePatterns: slices.Concat(c.Exclude, patterns(c.Without))}
		action = copied(action, content, c.From, c.To, append([]llb.CopyOption{info}, opts...)...)
	}
	if layer.Special() || !l.in.Features.ParentTimes && len(layer.Dirs) > 0 {
		info := &llb.CopyInfo{CopyDirContentsOnly: true}
		action = copied(action, l.dirs(layer), "/", "/", info, created)
	}
	return llb.Scratch().File(action, l.step(layer.Step)...)
}

// copied adds a copy to an action; nil is an action without any.
func copied(action *llb.FileAction, from llb.State, src, dest string, opts ...llb.CopyOption) *llb.FileAction {
	if action == nil {
		return llb.Copy(from, src, dest, opts...)
	}
	return action.Copy(from, src, dest, opts...)
}

// patterns returns patterns that match these paths and no others.
func patterns(names []string) []string {
	var all []string
	for _, name := range names {
		all = append(all, special.Replace(name))
	}
	return all
}

var special = strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`, `!`, `\!`)

// accounts returns the files of users and groups of a file system, with lines
// added.
func (l lowering) accounts(a plan.Accounts, to llb.RunOption) llb.State {
	verb := &step.Accounts{
		Epoch: a.Epoch, Dirs: dirWords(a.Dirs),
		Passwd: a.Passwd, Group: a.Group, Shadow: a.Shadow, Gshadow: a.Gshadow,
		Users: a.Users, Groups: a.Groups,
	}
	return l.run(llb.Scratch(), a.Step, verb, to)
}

func dirWords(dirs []plan.Dir) []string {
	var words []string
	for _, d := range dirs {
		words = append(words, step.DirWord(d.Path, d.Mode, d.UID, d.GID))
	}
	return words
}

// dirs returns the directories and symbolic links of a layer alone. The daemon's
// own mkdir cannot set a sticky bit, its umask clears permissions, and older ones
// make no links.
func (l lowering) dirs(layer plan.Layer) llb.State {
	verb := &step.Dirs{Epoch: layer.Epoch, Inodes: dirWords(layer.Dirs)}
	for _, link := range layer.Links {
		verb.Inodes = append(verb.Inodes, step.LinkWords(link.Path, link.Target, layer.UID, layer.GID)...)
	}
	s := layer.Step
	if len(layer.Copies) > 0 {
		s.Name += ": directories"
	}
	return l.run(llb.Scratch(), s, verb)
}
