package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/fetch/wire"
	"github.com/gohull/gohull/llb/step/image/packages"
	"github.com/gohull/gohull/llb/step/image/packages/alpine"
	"github.com/gohull/gohull/llb/step/image/packages/debian"
)

// families are the kinds of package databases that a base may have.
var families = packages.Families{
	alpine.New(),
	debian.New(),
}

// repositories is what a verb about packages works with.
type repositories struct {
	base   fs.FS
	family packages.Family
	more   []packages.Repository
	fetch  packages.Fetch
	out    *os.Root
}

// withRepositories runs a function on the base, the network and the output.
func withRepositories(e Env, words []string, run func(context.Context, repositories) error) error {
	return onBase(e, step.Image, words, run)
}

// onBase does the same with a base that is mounted elsewhere.
func onBase(e Env, at string, words []string, run func(context.Context, repositories) error) error {
	return e.within(at, func(base fs.FS) error {
		more, mirrors, err := e.repositories(words)
		if err != nil {
			return err
		}
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
		fetch := packages.Over(transport, pause, e.Stderr)
		return run(ctx, repositories{base, family, more, packages.Mirrored(fetch, mirrors), out})
	})
}

// largestKey is how much a file of public keys may have.
const largestKey = 4 << 20

// repositories reads the repositories of a command line: those to add, and
// mirrors by the address that they are for.
func (e Env) repositories(words []string) (more []packages.Repository, mirrors map[string]string, err error) {
	mirrors = map[string]string{}
	for i, word := range words {
		r, err := step.ParseRepository(word)
		if err != nil {
			return nil, nil, err
		}
		if r.Mirrors != "" {
			mirrors[r.Mirrors] = r.URL
			continue
		}
		add := packages.Repository{URL: r.URL, Suite: r.Suite, Components: r.Components}
		if r.Key != "" {
			add.KeyName = path.Base(r.Key)
			if add.Key, err = regular.ReadFile(e.at(step.KeyPath(i)), largestKey); err != nil {
				return nil, nil, err
			}
		}
		more = append(more, add)
	}
	return more, mirrors, nil
}

func (r repositories) request(platform string, wants []string) packages.Request {
	req := packages.Request{Base: r.base, Platform: platform, Repositories: r.more}
	for _, w := range wants {
		req.Wants = append(req.Wants, packages.ParseWant(w))
	}
	return req
}

func lookUpIndexes(e Env, v step.PackageIndex) error {
	return withRepositories(e, v.Repositories, func(ctx context.Context, r repositories) error {
		return packages.LookUp(ctx, r.family, r.request(v.Platform, nil), r.fetch, r.out)
	})
}

func resolvePackages(e Env, v step.Resolve) error {
	return withRepositories(e, v.Repositories, func(ctx context.Context, r repositories) error {
		return e.within(step.Index, func(index fs.FS) error {
			request := r.request(v.Platform, v.Wants)
			request.Fresh = v.Fresh
			found, err := packages.Resolve(ctx, r.family, request, index, r.fetch)
			if err != nil {
				return err
			}
			data, err := json.Marshal(found)
			return errors.Join(err, e.write(step.ResolvedFile, data))
		})
	})
}

func downloadPackages(e Env, v step.PackageArchives) error {
	list, err := e.packageList()
	if err != nil {
		return err
	}
	return withRepositories(e, v.Repositories, func(ctx context.Context, r repositories) error {
		return packages.Download(ctx, r.family, list, r.fetch, r.out)
	})
}

func addPackages(e Env, v step.Packages) error {
	list, err := e.packageList()
	if err != nil {
		return err
	}
	at := step.Image
	if v.InPlace {
		at = step.Out
	}
	return onBase(e, at, nil, func(ctx context.Context, r repositories) error {
		return e.within(step.Archives, func(archives fs.FS) error {
			switch {
			case v.InPlace:
				return packages.AddInPlace(ctx, r.family, r.out, list, archives, v.Epoch)
			case v.For != "":
				return packages.AddFiles(ctx, r.family, r.base, list, archives, v.For == step.ForTarget, r.out, v.Epoch)
			}
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
