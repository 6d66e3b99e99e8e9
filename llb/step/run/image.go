package run

import (
	"errors"
	"io/fs"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/check/compare"
	"github.com/gohull/gohull/llb/step/image/binaries"
	"github.com/gohull/gohull/llb/step/image/executable"
	"github.com/gohull/gohull/llb/step/image/inodes"
	"github.com/gohull/gohull/llb/step/image/libraries"
	"github.com/gohull/gohull/llb/step/image/rootfs"
	"github.com/gohull/gohull/llb/step/image/sbom"
)

func makeRootfs(e Env, v step.Rootfs) error {
	goroot, err := rootfs.Goroot(e.at(step.Goroot))
	if err != nil {
		return err
	}
	return rootfs.Write(e.at(step.Out), goroot, v)
}

func makeDirs(e Env, v step.Dirs) error { return inodes.Make(e.at(step.Out), v) }

func addAccounts(e Env, v step.Accounts) error {
	return e.within(step.Image, func(image fs.FS) error { return inodes.AddAccounts(e.at(step.Out), image, v) })
}

func copyBinaries(e Env, v step.Binaries) error {
	return e.within(step.Built, func(built fs.FS) error { return binaries.Write(e.at(step.Out), built, v) })
}

func giveCapabilities(e Env, v step.Capabilities) error {
	return e.within(step.Built, func(built fs.FS) error { return binaries.GiveCapabilities(e.at(step.Out), built, v) })
}

func writeSBOM(e Env, v step.SBOM) error {
	list, err := e.packageList()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return e.within(step.Built, func(built fs.FS) error {
		data, err := sbom.Document(built, v, list)
		if err != nil {
			return err
		}
		return e.write(step.SBOMFile, data)
	})
}

func compareBuilds(e Env, _ step.Compare) error {
	return e.within(step.Built, func(built fs.FS) error {
		return e.within(step.BuiltAgain, func(again fs.FS) error {
			sums, err := compare.Sums(built, again)
			if err != nil {
				return err
			}
			return e.write(step.SumsFile, sums)
		})
	})
}

func checkLibraries(e Env, v step.Libraries) (code int, err error) {
	importers, err := executable.ReadImporters(e.at(step.Static))
	if err != nil {
		return 0, err
	}
	var problems []string
	err = e.within(step.Built, func(built fs.FS) error {
		return e.within(step.Image, func(image fs.FS) (err error) {
			problems, err = libraries.Check(built, image, v, importers)
			return err
		})
	})
	if err != nil || len(problems) == 0 {
		return 0, err
	}
	return e.reject("libraries", problems), nil
}

func findLinker(image fs.FS, v step.Linker) ([]byte, error) {
	return []byte(libraries.Linker(image, v.Arch)), nil
}
