package planner

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
)

// buildArgs is what the command line overrides for one build.
type buildArgs struct {
	goVersion string
	proxyEnv  map[string]string // GOPROXY and kin, those that were given
	epoch     int64             // SOURCE_DATE_EPOCH, else 0
	stamps    map[string]string // VERSION and kin, those that were given
	releases  []string          // RELEASES, as "v1.2.3"; nil when it was not given
}

// RerunArg is the build arg that has all steps run again.
const RerunArg = "RERUN"

// releasesArg is the build arg that tells which tags may move.
const releasesArg = "RELEASES"

// goEnvArgs are the build args that steps with network get as they are; the
// go command's own documentation says what they mean.
var goEnvArgs = []string{"GONOPROXY", "GONOSUMDB", "GOPRIVATE", "GOPROXY", "GOSUMDB"}

// BuildArg is a build arg that gohull knows.
type BuildArg struct {
	Name, Meaning string
}

// BuildArgs lists the build args, by name. Those of BuildKit itself, and the
// proxy settings that Docker predefines, are accepted beside them.
func BuildArgs() []BuildArg {
	return []BuildArg{
		{"BRANCH", "the branch that is built; see Stamps"},
		{"COMMIT", "the commit that is built; see Stamps"},
		{"DATE", "its date, as `git log -1 --format=%cI` prints it; see Stamps"},
		{"DIRTY", "whether files differ from the commit, `true` or `false`; see Stamps"},
		{"GONOPROXY", "modules that are fetched without a proxy, as the go command means it"},
		{"GONOSUMDB", "modules that the checksum database does not know, as the go command means it"},
		{"GOPRIVATE", "both of these, as the go command means it; overrides `modules.private`"},
		{"GOPROXY", "where modules are fetched from; overrides `modules.proxy`"},
		{"GOSUMDB", "the checksum database; overrides `modules.sumdb`"},
		{"GO_VERSION", "the toolchain's version; overrides `go`"},
		{releasesArg, "the versions that are released, as `git tag` prints them; they decide which tags move"},
		{RerunArg, "any text; one that no build has had before runs every step again, and the caches of Go are kept, which `--no-cache` empties"},
		{"SOURCE_DATE_EPOCH", "time of all files and of the image, in seconds since 1970; default 0"},
		{"VERSION", "the version that is built, as in 1.2.3; see Stamps"},
	}
}

// predefined are the proxy settings that every Dockerfile accepts; BuildKit
// keeps them out of cache keys.
var predefined = []string{"ALL_PROXY", "FTP_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"}

func readBuildArgs(given map[string]string, errs *diag.List) buildArgs {
	args := buildArgs{proxyEnv: map[string]string{}, stamps: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value := given[name]
		switch {
		case name == "GO_VERSION":
			args.goVersion = strings.TrimPrefix(value, "go")
		case name == "SOURCE_DATE_EPOCH":
			args.epoch = readEpoch(value, errs)
		case name == releasesArg:
			args.releases = readReleases(value)
		case stampArgs[name].accept != nil:
			args.stamps[name] = readStampArg(name, value, errs)
		case slices.Contains(goEnvArgs, name):
			checkProxyArg(name, value, errs)
			args.proxyEnv[name] = value
		case !accepted(name):
			errs.Add(unknownArg(name))
		}
	}
	return args
}

// accepted reports whether a build arg is one that others than gohull read.
func accepted(name string) bool {
	return name == RerunArg || strings.HasPrefix(name, "BUILDKIT_") || slices.Contains(predefined, strings.ToUpper(name))
}

func unknownArg(name string) diag.Diagnostic {
	var known []string
	for _, a := range BuildArgs() {
		known = append(known, a.Name)
	}
	d := diag.Diagnostic{Message: "unknown build arg " + strconv.Quote(name), Hint: "known are " + strings.Join(known, ", ")}
	return withNearMiss(d, name, known)
}

func readEpoch(value string, errs *diag.List) int64 {
	epoch, err := strconv.ParseInt(value, 10, 64)
	if err != nil || epoch < 0 {
		errs.Add(diag.Diagnostic{
			Message: "build arg SOURCE_DATE_EPOCH is " + strconv.Quote(value) + ", wanted seconds since 1970",
			Hint:    "as `git log -1 --format=%ct` prints them",
		})
	}
	return epoch
}

// checkProxyArg keeps passwords out of cache keys and provenance.
func checkProxyArg(name, value string, errs *diag.List) {
	for part := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == '|' }) {
		u, err := url.Parse(part)
		if err != nil || u.User == nil {
			continue
		}
		errs.Add(diag.Diagnostic{
			Message: "build arg " + name + " holds credentials for " + u.Host + ", which would reach the cache and the provenance",
			Hint:    "pass them as the secret netrc: --secret id=netrc,src=$HOME/.netrc",
		})
	}
}
