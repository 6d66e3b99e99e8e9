package frontend

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/safe"
	"github.com/moby/buildkit/frontend/dockerui"
)

// readSource reads the spec, the ignore file and the project's files, as far as
// possible at the same time.
func (b *build) readSource(ctx context.Context) error {
	if !b.isPlainLocal() {
		return b.readOther(ctx)
	}
	var ownIgnore *namedFile
	var ofMains transferred
	eg, egCtx := safe.WithContext(ctx)
	eg.Go(func() (err error) {
		if b.source, err = b.ui.ReadEntrypoint(egCtx, "YAML"); err != nil {
			return err
		}
		if ofMains, err = b.readFiles(egCtx, "go.mod of main packages", project.WantedOf(b.mains())); err != nil {
			return err
		}
		ownIgnore, err = b.readOwnIgnore(egCtx)
		return err
	})
	eg.Go(func() error { return b.readProject(egCtx, nil) })
	if err := eg.Wait(); err != nil {
		return err
	}
	b.keep(ofMains)
	return b.readMains(ctx, ownIgnore)
}

// readOther reads the files of a context that is not a plain directory of the
// client.
func (b *build) readOther(ctx context.Context) (err error) {
	if b.source, err = b.ui.ReadEntrypoint(ctx, "YAML"); err != nil {
		return err
	}
	own, err := b.readOwnIgnore(ctx)
	if err != nil {
		return err
	}
	return b.readMains(ctx, own)
}

// readMains reads what is not read yet of the projects of main packages, and drops
// what the ignore file hides.
func (b *build) readMains(ctx context.Context, ownIgnore *namedFile) error {
	if err := b.readProject(ctx, b.mains()); err != nil {
		return err
	}
	return b.applyIgnore(ownIgnore)
}

// mains returns the main packages that the spec names for each image; nil if the
// spec has errors.
func (b *build) mains() [][]string {
	s, err := spec.Parse(b.source.Filename, b.source.Data)
	if err != nil {
		return nil
	}
	return s.Mains()
}

// readProject reads the files that describe the projects of main packages, and
// the ignore file and the lock at the root of the context. One file names
// others. What was read before is not read again.
func (b *build) readProject(ctx context.Context, images [][]string) error {
	names := []string{project.LockFile, dockerui.DefaultDockerignoreName}
	for round := 1; ; round++ {
		names = append(names, project.Wanted(b.files, images)...)
		names = slices.DeleteFunc(names, func(name string) bool { return b.asked[name] })
		if len(names) == 0 {
			return nil
		}
		read, err := b.readFiles(ctx, fmt.Sprintf("go.mod, round %d", round), names)
		if err != nil {
			return err
		}
		b.keep(read)
	}
}

// transferred are files of the context that were asked for.
type transferred struct {
	names    []string
	files    project.Files
	linked   []string // those of files that symbolic links lead to
	unusable []unusable
}

func (b *build) keep(t transferred) {
	if b.files == nil {
		b.files, b.asked = project.Files{}, map[string]bool{}
	}
	for _, name := range t.names {
		b.asked[name] = true
	}
	maps.Copy(b.files, t.files)
	b.linked = append(b.linked, t.linked...)
	b.unusable = append(b.unusable, t.unusable...)
}

// readFiles reads named files of the context. A missing file is not an error.
func (b *build) readFiles(ctx context.Context, kind string, names []string) (transferred, error) {
	out := transferred{names: names, files: project.Files{}}
	if len(names) == 0 {
		return out, nil
	}
	t, err := b.transfer(ctx, kind, names)
	if err != nil {
		return out, err
	}
	for _, name := range names {
		data, found, err := t.read(ctx, name)
		var broken *unusable
		switch {
		case errors.As(err, &broken):
			broken.wanted = name
			out.unusable = append(out.unusable, *broken)
		case err != nil:
			return out, err
		case found:
			out.files[name] = data
			if t.links > 0 {
				out.linked = append(out.linked, name)
			}
		}
	}
	return out, nil
}

// read reads the spec, the project's files and the options of the request.
func (b *build) read(ctx context.Context) (planner.Input, error) {
	var in planner.Input
	if err := b.readSource(ctx); err != nil {
		return in, err
	}
	if err := b.readEpoch(ctx); err != nil {
		return in, err
	}
	req := b.request()
	if err := b.readCheckout(ctx, &req); err != nil {
		return in, err
	}
	if err := b.readCommit(ctx, &req); err != nil {
		return in, err
	}
	if err := b.readDockerfiles(ctx); err != nil {
		return in, err
	}
	in, err := parse(b.source.Filename, b.source.Data, b.files, b.ofStages, req)
	if err == nil {
		in.Context, in.Linked = in.Context.With(b.hidden, b.below()), b.linked
	}
	return in, err
}

// parse parses the spec, the project's files and the Dockerfiles of stages, and
// reports all errors at once.
func parse(name string, data []byte, files, ofStages project.Files, req planner.Request) (planner.Input, error) {
	s, specErr := spec.Parse(name, data)
	var mains [][]string
	if specErr == nil {
		mains = s.Mains()
	}
	c, projectErr := project.ParseContext(files, mains)
	lock, lockErr := parseLock(files, req)
	if err := joinErrors(specErr, projectErr, lockErr); err != nil {
		return planner.Input{}, err
	}
	return planner.Input{Spec: s, Context: c, Lock: lock, Request: req, Dockerfiles: parseDockerfiles(s.Dockerfiles(), ofStages)}, nil
}

// parseLock parses the lock, if there is one and this build does not write it.
func parseLock(files project.Files, req planner.Request) (*spec.Lock, error) {
	data, ok := files[project.LockFile]
	if !ok || req.Target == planner.LockTarget {
		return nil, nil
	}
	return spec.ParseLock(project.LockFile, data)
}
