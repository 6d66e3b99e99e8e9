package frontend

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/ignore"
	"github.com/gohull/gohull/frontend/project"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
)

// alwaysIgnored is hidden unless the ignore file includes it with "!.git". A
// build does not need it, and each git command changes it.
var alwaysIgnored = ignore.Always(".git")

// namedFile is a file that was read.
type namedFile struct {
	name string
	data []byte
}

// readOwnIgnore reads the ignore file of this spec, which is next to it; nil if
// there is none. BuildKit's own reader treats any failure as a missing file.
func (b *build) readOwnIgnore(ctx context.Context) (*namedFile, error) {
	res, err := b.c.Solve(ctx, client.SolveRequest{Definition: b.source.Definition.ToPB(), CacheImports: b.ui.CacheImports})
	if err != nil {
		return nil, err
	}
	ref, err := res.SingleRef()
	if err != nil {
		return nil, err
	}
	name := b.source.Filename + ".dockerignore"
	data, found, err := newTree(ref, "the spec's directory").read(ctx, name)
	var broken *unusable
	switch {
	case errors.As(err, &broken):
		return nil, diag.Errors{broken.diagnostic()}
	case !found:
		return nil, err
	}
	return &namedFile{name, data}, nil
}

// applyIgnore drops what the ignore file hides. The spec's own ignore file
// takes precedence over the project's.
func (b *build) applyIgnore(own *namedFile) error {
	file := own
	if data, ok := b.files[dockerui.DefaultDockerignoreName]; ok && own == nil {
		file = &namedFile{dockerui.DefaultDockerignoreName, data}
	}
	delete(b.files, dockerui.DefaultDockerignoreName)
	b.ignored = alwaysIgnored
	if file != nil {
		b.ignoreText = file.data
		ignored, err := alwaysIgnored.With(file.name, file.data)
		if err != nil {
			b.ignored.Name = file.name // for the excerpt
			return err
		}
		b.ignored = ignored
	}
	b.dropIgnored()
	return b.unusableError(own != nil)
}

// dropIgnored drops files that were read and that the ignore file hides. It
// keeps the lock: no step reads it, and without it a build would look up again
// what it pins.
func (b *build) dropIgnored() {
	hides := func(name string) bool {
		_, hidden := b.ignored.Hides(name)
		return hidden && name != project.LockFile && name != dockerui.DefaultDockerignoreName
	}
	b.hidden = project.Files{}
	for name, data := range b.files {
		if hides(name) {
			delete(b.files, name)
			b.hidden[name] = data
		}
	}
	b.unusable = slices.DeleteFunc(b.unusable, func(u unusable) bool { return hides(u.wanted) })
}

// unusableError reports files that decide about every build and cannot be read.
// Those of other modules are reported where they are needed.
func (b *build) unusableError(hasOwnIgnore bool) error {
	always := append(project.Describing("."), project.LockFile)
	always = append(always, project.WantedOf(b.mains())...)
	if !hasOwnIgnore {
		always = append(always, dockerui.DefaultDockerignoreName)
	}
	var errs diag.List
	for _, u := range b.unusable {
		if slices.Contains(always, u.wanted) {
			errs.Add(u.diagnostic())
		}
	}
	return errs.Err()
}

func (u *unusable) diagnostic() diag.Diagnostic {
	d := diag.Diagnostic{At: diag.Range{File: u.name}, Message: fmt.Sprintf("this is %s", u.reason)}
	if u.outside {
		d.Hint = "build with a directory that has both as the context, or copy the file here"
	}
	return d
}
