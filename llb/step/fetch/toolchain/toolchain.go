// Package toolchain fetches Go itself the way the go command does: as a
// version of the module golang.org/toolchain, through GOPROXY, verified
// against the checksum database.
package toolchain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/fetch/wire"
	"github.com/goproxy/goproxy"
)

const (
	modulePath    = "golang.org/toolchain"
	versionPrefix = "v0.0.1-go"
	firstRelease  = "go1.21.0" // before, Go was not published as a module
)

// Request is a toolchain to fetch and the places that have to do with it.
type Request struct {
	step.Toolchain
	Out   string    // becomes its GOROOT
	Temp  string    // where the download is kept meanwhile
	CA    string    // file of further certificates, need not exist
	Netrc string    // file of credentials, need not exist
	Env   []string  // GOPROXY and similar variables
	Log   io.Writer // takes lines of progress
}

// Fetch makes the toolchain's GOROOT.
func Fetch(ctx context.Context, r Request) error {
	platform, err := platformName(r.Platform)
	if err != nil {
		return err
	}
	if err := checkVersion(r.Version); err != nil {
		return err
	}
	f, err := newFetch(r)
	if err != nil {
		return err
	}
	if isLanguage(r.Version) {
		if f.req.Version, err = f.latest(ctx, platform); err != nil {
			return err
		}
	}
	return f.install(ctx, versionPrefix+f.req.Version+"."+platform)
}

// platformName returns how module versions write "linux/arm/v7": linux-arm.
func platformName(p string) (string, error) {
	parts := strings.Split(p, "/")
	if len(parts) < 2 || parts[0] == "" || parts[1] == "" {
		return "", fmt.Errorf("platform %q: want an operating system and an architecture, as in linux/amd64", p)
	}
	return parts[0] + "-" + parts[1], nil
}

func checkVersion(v string) error {
	switch {
	case !version.IsValid("go" + v):
		return fmt.Errorf("unknown Go version %q; want one such as 1.26.8 or 1.26", v)
	case version.Compare(version.Lang("go"+v), version.Lang(firstRelease)) < 0:
		return fmt.Errorf("go%s: Go is published as a module from %s on; use an image that has this version, with `toolchain: image`", v, firstRelease)
	}
	return nil
}

// isLanguage reports whether v names a family of releases, as "1.26" does.
func isLanguage(v string) bool { return version.Lang("go"+v) == "go"+v }

// fetch is a request on its way.
type fetch struct {
	req     Request
	env     settings
	wire    *wire.Wire
	fetcher *goproxy.GoFetcher
}

func newFetch(r Request) (*fetch, error) {
	if r.Sum != "" {
		r.Env = append(slices.Clip(r.Env), "GOSUMDB=off")
	}
	env := readSettings(r.Env)
	if err := env.check(); err != nil {
		return nil, err
	}
	w, err := wire.New(r.CA, r.Netrc, r.Log)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(r.Temp, 0o700); err != nil {
		return nil, err
	}
	return &fetch{req: r, env: env, wire: w, fetcher: &goproxy.GoFetcher{
		Env:       r.Env,
		GoBin:     "go-is-not-here-yet", // never found: fetching "direct" needs what is to be fetched
		TempDir:   r.Temp,
		Transport: w,
	}}, nil
}

// latest returns the highest release of the language version asked for.
func (f *fetch) latest(ctx context.Context, platform string) (string, error) {
	f.wire.Fetching("the list of releases")
	all, err := f.fetcher.List(ctx, modulePath)
	if err != nil {
		return "", f.explain(err)
	}
	releases := releasesOf(all, f.req.Version, platform)
	if len(releases) == 0 {
		return "", fmt.Errorf("go%s for %s: GOPROXY lists no release of it; name one in full, as in %s.0", f.req.Version, f.req.Platform, f.req.Version)
	}
	latest := slices.MaxFunc(releases, func(a, b string) int { return version.Compare("go"+a, "go"+b) })
	fmt.Fprintf(f.req.Log, "go%s: the latest release is go%s\n", f.req.Version, latest)
	return latest, nil
}

// releasesOf picks the releases of a language version, without candidates.
func releasesOf(all []string, lang, platform string) []string {
	var found []string
	for _, v := range all {
		v, ok := strings.CutPrefix(v, versionPrefix)
		if !ok {
			continue
		}
		v, ok = strings.CutSuffix(v, "."+platform)
		if ok && strings.HasPrefix(v, lang+".") && version.IsValid("go"+v) {
			found = append(found, v)
		}
	}
	return found
}

// install downloads, verifies and unpacks a version of the module.
func (f *fetch) install(ctx context.Context, moduleVersion string) error {
	f.wire.Fetching(f.name())
	hash, err := f.download(ctx, moduleVersion)
	for try := 1; err != nil && try < attempts && f.mayPass(err); try++ {
		fmt.Fprintf(f.req.Log, "fetching %s again: %v\n", f.name(), err)
		if err := empty(f.req.Out); err != nil {
			return err
		}
		hash, err = f.download(ctx, moduleVersion)
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(f.req.Out, "bin/go")); err != nil {
		return fmt.Errorf("%s: the module has no bin/go; want a Go toolchain", f.name())
	}
	if err := f.leave(hash); err != nil {
		return err
	}
	if err := mtime.SetAll(f.req.Out, 0); err != nil {
		return err
	}
	fmt.Fprintf(f.req.Log, "%s: %s\n", f.name(), f.verdict(hash))
	return nil
}

// attempts is how often a toolchain is fetched when what comes is broken.
const attempts = 3

// mayPass reports whether another attempt may go better: an answer was cut
// short, or what came is not what it has to be. The library repeats requests
// that were not answered.
func (f *fetch) mayPass(err error) bool {
	last := f.wire.Last()
	var stalled *wire.Stalled
	switch {
	case last != nil:
		return last.Cut || errors.As(last.Err, &stalled)
	case errors.Is(err, exec.ErrNotFound):
		return false
	}
	return f.wire.Sent() != nil
}

// download fetches and verifies a version of the module once, and unpacks it.
func (f *fetch) download(ctx context.Context, moduleVersion string) (hash string, err error) {
	info, mod, zip, err := f.fetcher.Download(ctx, modulePath, moduleVersion)
	if err != nil {
		return "", f.explain(err)
	}
	defer func() { _ = errors.Join(info.Close(), mod.Close(), zip.Close()) }()
	hash, err = unpack(zip, modulePath+"@"+moduleVersion+"/", f.req.Out)
	if err != nil {
		return "", f.explain(err)
	}
	if f.req.Sum != "" && hash != f.req.Sum {
		return "", fmt.Errorf("%s: what the proxy sent has the checksum %s, and the lock says %s; do not use it, and ask who runs the proxy", f.name(), hash, f.req.Sum)
	}
	return hash, nil
}

// empty removes what is in a directory, which need not exist.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// leave says in the toolchain's own directory what was fetched.
func (f *fetch) leave(hash string) error {
	data, err := json.Marshal(step.Fetched{Version: f.req.Version, Sum: hash})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(f.req.Out, step.GoFile), data, 0o644)
}

func (f *fetch) name() string { return fmt.Sprintf("go%s for %s", f.req.Version, f.req.Platform) }
