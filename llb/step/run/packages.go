package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/fetch/wire"
	"github.com/gohull/gohull/llb/step/image/packages"
)

// families are the kinds of package databases that a base may have.
var families packages.Families

// repositories is what a verb about packages works with.
type repositories struct {
	base   fs.FS
	family packages.Family
	fetch  packages.Fetch
	out    *os.Root
}

// withRepositories runs a function on the base, the network and the output.
func withRepositories(e Env, run func(context.Context, repositories) error) error {
	return e.within(step.Image, func(base fs.FS) error {
		family, err := families.Of(base)
		if err != nil {
			return err
		}
		transport, err := wire.New(e.secret(step.SecretCA), e.secret(step.SecretNetrc), e.Stderr)
		if err != nil {
			return err
		}
		out, err := os.OpenRoot(e.at(step.Out))
		if err != nil {
			return err
		}
		defer out.Close()
		ctx, stop := interrupted()
		defer stop()
		return run(ctx, repositories{base, family, packages.Over(transport, pause, e.Stderr), out})
	})
}

func (r repositories) request(platform string, wants []string) packages.Request {
	req := packages.Request{Base: r.base, Platform: platform}
	for _, w := range wants {
		req.Wants = append(req.Wants, packages.ParseWant(w))
	}
	return req
}

func lookUpIndexes(e Env, v step.PackageIndex) error {
	return withRepositories(e, func(ctx context.Context, r repositories) error {
		return packages.LookUp(ctx, r.family, r.request(v.Platform, nil), r.fetch, r.out)
	})
}

func resolvePackages(e Env, v step.Resolve) error {
	return withRepositories(e, func(ctx context.Context, r repositories) error {
		return e.within(step.Index, func(index fs.FS) error {
			found, err := packages.Resolve(ctx, r.family, r.request(v.Platform, v.Wants), index, r.fetch)
			if err != nil {
				return err
			}
			data, err := json.Marshal(found)
			return errors.Join(err, e.write(step.ResolvedFile, data))
		})
	})
}

func downloadPackages(e Env, _ step.PackageArchives) error {
	list, err := e.packageList()
	if err != nil {
		return err
	}
	return withRepositories(e, func(ctx context.Context, r repositories) error {
		return packages.Download(ctx, r.family, list, r.fetch, r.out)
	})
}

func addPackages(e Env, v step.Packages) error {
	list, err := e.packageList()
	if err != nil {
		return err
	}
	return withRepositories(e, func(ctx context.Context, r repositories) error {
		return e.within(step.Archives, func(archives fs.FS) error {
			return packages.Add(ctx, r.family, r.base, list, archives, r.out, v.Epoch)
		})
	})
}

// packageList reads step.PackageList.
func (e Env) packageList() (list []step.OSPackage, err error) {
	data, err := regular.ReadFile(e.at(step.PackageList), regular.Text)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", step.PackageList, err)
	}
	return list, nil
}
