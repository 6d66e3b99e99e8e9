package frontend

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/excerpt"
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
	for _, d := range images {
		n, err := b.called(ctx, d)
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
func (b *build) called(ctx context.Context, d *planner.Decision) (called, error) {
	names, left, err := d.Names()
	if err != nil {
		return called{}, err
	}
	c := called{Image: d.Image, Names: append([]string{}, names...)}
	for _, l := range left {
		c.LeftOut = append(c.LeftOut, leftOut{l.Tag, l.Reason})
		b.warnLeftOut(ctx, l)
	}
	return c, nil
}

// warnLeftOut warns once of a tag that several images inherit.
func (b *build) warnLeftOut(ctx context.Context, l planner.LeftOut) {
	if slices.Contains(b.leftOut, l) {
		return
	}
	b.leftOut = append(b.leftOut, l)
	opts := client.WarnOpts{SourceInfo: b.sourceInfo(l.At.File), Range: excerpt.Ranges(l.At)}
	b.tell(ctx, fmt.Sprintf("image.tags: %s is left out: %s", l.Tag, l.Reason), opts)
}
