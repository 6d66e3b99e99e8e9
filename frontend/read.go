package frontend

import (
	"context"
	"errors"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/safe"
	"github.com/moby/buildkit/frontend/dockerui"
)

// readSource reads the spec, the ignore file and the project's files, as far as
// possible at the same time.
func (b *build) readSource(ctx context.Context) error {
	var ownIgnore *namedFile
	eg, egCtx := safe.WithContext(ctx)
	eg.Go(func() (err error) {
		if b.source, err = b.ui.ReadEntrypoint(egCtx, "YAML"); err != nil || !b.isPlainLocal() {
			return err
		}
		ownIgnore, err = b.readOwnIgnore(egCtx)
		return err
	})
	if b.isPlainLocal() {
		eg.Go(func() error { return b.readProject(egCtx) })
	}
	if err := eg.Wait(); err != nil {
		return err
	}
	if b.files == nil {
		return b.readOther(ctx)
	}
	return b.applyIgnore(ownIgnore)
}

// readOther reads the files of a context that is not a plain directory of the
// client.
func (b *build) readOther(ctx context.Context) error {
	own, err := b.readOwnIgnore(ctx)
	if err != nil {
		return err
	}
	if err := b.readProject(ctx); err != nil {
		return err
	}
	return b.applyIgnore(own)
}

// readProject reads the files that describe the project, and the ignore file
// next to them.
func (b *build) readProject(ctx context.Context) error {
	b.files = project.Files{}
	names := []string{project.ModFile, project.WorkFile, project.VendorFile, project.LockFile, dockerui.DefaultDockerignoreName}
	if err := b.readFiles(ctx, "go.mod", names); err != nil {
		return err
	}
	if work, ok := b.files[project.WorkFile]; ok {
		if err := b.readFiles(ctx, "go.work", project.ModFiles(work)); err != nil {
			return err
		}
	}
	if others := project.ReplacedFiles(b.files); len(others) > 0 {
		return b.readFiles(ctx, "replaced go.mod", others)
	}
	return nil
}

// readFiles reads named files of the context. A missing file is not an error.
func (b *build) readFiles(ctx context.Context, kind string, names []string) error {
	t, err := b.transfer(ctx, kind, names)
	if err != nil {
		return err
	}
	for _, name := range names {
		data, found, err := t.read(ctx, name)
		var broken *unusable
		switch {
		case errors.As(err, &broken):
			broken.wanted = name
			b.unusable = append(b.unusable, *broken)
		case err != nil:
			return err
		case found:
			b.files[name] = data
		}
	}
	return nil
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
	in, err := parse(b.source.Filename, b.source.Data, b.files, req)
	if err == nil {
		in.Project.Hidden, in.Project.Below = b.hidden, b.below()
	}
	return in, err
}

// parse parses the spec and the project's files, and reports all errors at
// once.
func parse(name string, data []byte, files project.Files, req planner.Request) (planner.Input, error) {
	s, specErr := spec.Parse(name, data)
	p, projectErr := project.Parse(files)
	lock, lockErr := parseLock(files, req)
	if err := joinErrors(specErr, projectErr, lockErr); err != nil {
		return planner.Input{}, err
	}
	return planner.Input{Spec: s, Project: p, Lock: lock, Request: req}, nil
}

// parseLock parses the lock, if there is one and this build does not write it.
func parseLock(files project.Files, req planner.Request) (*spec.Lock, error) {
	data, ok := files[project.LockFile]
	if !ok || req.Target == planner.LockTarget {
		return nil, nil
	}
	return spec.ParseLock(project.LockFile, data)
}
