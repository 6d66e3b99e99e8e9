package frontend

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/moby/buildkit/frontend/gateway/client"
)

// called is what an image is called, for programs to read.
type called struct {
	Image   string    `json:"image,omitempty"` // its name in a file of several
	Names   []string  `json:"names"`           // with tags: "registry.example/acme/server:1.2.3"
	LeftOut []leftOut `json:"leftOut,omitempty"`
}

type leftOut struct {
	Tag    string `json:"tag"` // as the spec has it: "{{.Major}}"
	Reason string `json:"reason"`
}

func (b *build) answerTags(ctx context.Context) (*client.Result, error) {
	images, err := b.asked(ctx)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	var all []called
	for _, in := range images {
		n, err := b.called(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, name := range n.Names {
			fmt.Fprintln(&text, name)
		}
		all = append(all, n)
	}
	return answered(text.String(), all)
}

// called gives an image's names, and warns of tags that it does not get.
func (b *build) called(ctx context.Context, in planner.Input) (called, error) {
	names, left, err := planner.Names(in)
	if err != nil {
		return called{}, err
	}
	c := called{Image: in.Image, Names: append([]string{}, names...)}
	for _, l := range left {
		c.LeftOut = append(c.LeftOut, leftOut{l.Tag, l.Reason})
		b.warnLeftOut(ctx, l)
	}
	return c, nil
}

// warnUnsure warns of tags of a build's images that somebody has to decide
// about. That others do not apply to a build is as it should be.
func (b *build) warnUnsure(ctx context.Context, all []planned) error {
	for _, p := range all {
		_, left, err := planner.Names(p.in)
		if err != nil {
			return err
		}
		for _, l := range left {
			if l.Unsure {
				b.warnLeftOut(ctx, l)
			}
		}
	}
	return nil
}

// warnLeftOut warns once of a tag that several images inherit.
func (b *build) warnLeftOut(ctx context.Context, l planner.LeftOut) {
	if slices.Contains(b.leftOut, l) {
		return
	}
	b.leftOut = append(b.leftOut, l)
	opts := client.WarnOpts{SourceInfo: b.sourceInfo(l.At.File), Range: pbRanges([]diag.Range{l.At})}
	b.tell(ctx, fmt.Sprintf("image.tags: %s is left out: %s", l.Tag, l.Reason), opts)
}

// bakeFile is a file for `docker buildx bake`, in the words of its reference.
type bakeFile struct {
	Group  map[string]bakeGroup  `json:"group"`
	Target map[string]bakeTarget `json:"target"`
}

type bakeGroup struct {
	Targets []string `json:"targets"`
}

type bakeTarget struct {
	Context    string            `json:"context"`
	Dockerfile string            `json:"dockerfile"`
	Target     string            `json:"target,omitempty"`
	Tags       []string          `json:"tags,omitempty"`
	Args       map[string]string `json:"args,omitempty"`
	Platforms  []string          `json:"platforms,omitempty"`
}

func (b *build) answerBake(ctx context.Context) (*client.Result, error) {
	images, err := b.asked(ctx)
	if err != nil {
		return nil, err
	}
	file := bakeFile{Group: map[string]bakeGroup{}, Target: map[string]bakeTarget{}}
	var names []string
	for _, in := range images {
		n, err := b.called(ctx, in)
		if err != nil {
			return nil, err
		}
		name := in.Image
		if name == "" {
			name = planner.ImageTarget
		}
		names = append(names, name)
		file.Target[name] = b.bakeTarget(n)
	}
	file.Group["default"] = bakeGroup{names}
	data, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return nil, err
	}
	return answered(string(data)+"\n", file)
}

// bakeTarget is the target of an image. Which folder the context is, only the
// client knows; bake takes it relative to where it is run.
func (b *build) bakeTarget(n called) bakeTarget {
	t := bakeTarget{Context: ".", Dockerfile: b.source.Filename, Target: n.Image, Tags: n.Names, Args: planner.PassedOn(b.ui.BuildArgs)}
	if b.ui.MultiPlatformRequested {
		for _, p := range b.ui.TargetPlatforms {
			t.Platforms = append(t.Platforms, platform(p).String())
		}
	}
	return t
}
