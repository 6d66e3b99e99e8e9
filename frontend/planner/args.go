package planner

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/netenv"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/frontend/stamp"
)

// buildArgs is what the command line overrides for one build.
type buildArgs struct {
	goVersion  string
	modules    netenv.Env        // GOPROXY and similar, those that were given
	epoch      epoch             // SOURCE_DATE_EPOCH
	epochGiven bool              // whether that was given
	stamps     map[string]string // VERSION and similar, those that were given; knownStamps checks them
	own        map[string]string // the build args of the spec
	releases   []string          // RELEASES, as "v1.2.3"; nil when it was not given
}

// RerunArg is the build arg that has all steps run again.
const RerunArg = "RERUN"

// releasesArg is the build arg that tells which tags may move.
const releasesArg = "RELEASES"

// BuildArg is a build arg that gohull knows.
type BuildArg struct {
	Name, Meaning string
}

// BuildArgs lists the build args, by name. Those of BuildKit itself, and the
// proxy settings that Docker predefines, are accepted as well.
func BuildArgs() []BuildArg {
	return []BuildArg{
		{"BRANCH", "branch of the build; see Stamps"},
		{"COMMIT", "commit of the build; see Stamps"},
		{"DATE", "date of the commit, in the format of `git log -1 --format=%cI`; see Stamps"},
		{"DESCRIBE", "what `git describe` prints of the commit; see Stamps"},
		{"DIRTY", "`true` if files differ from the commit, else `false`; see Stamps"},
		{"GONOPROXY", "modules that are fetched without a proxy, as for the go command"},
		{"GONOSUMDB", "modules that are not looked up in the checksum database, as for the go command"},
		{"GOPRIVATE", "sets GONOPROXY and GONOSUMDB; overrides `modules.private`"},
		{"GOPROXY", "module proxies; overrides `modules.proxy`"},
		{"GOSUMDB", "checksum database; overrides `modules.sumdb`"},
		{"GO_VERSION", "Go version; overrides `go`"},
		{releasesArg, "released versions, as `git tag` prints them; they decide which image tags move"},
		{RerunArg, "any text. A new text runs every step again and, unlike `--no-cache`, keeps Go's caches"},
		{EpochArg, "time of all files and of the image, in seconds since 1970; default 0. `context` means the time of the build context, if that is the address of a git repository or of an archive. Generators find it in their environment"},
		{"VERSION", "version of the build, such as 1.2.3; see Stamps"},
	}
}

// predefined are the proxy settings that every Dockerfile accepts; BuildKit
// keeps them out of cache keys.
var predefined = []string{"ALL_PROXY", "FTP_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"}

// IsProxy reports whether a build arg is a proxy setting, in either case.
func IsProxy(name string) bool { return slices.Contains(predefined, strings.ToUpper(name)) }

// notForStages are build args that say how this spec is read, and not the
// Dockerfile of a stage.
var notForStages = []string{"BUILDKIT_DOCKERFILE_CHECK", "BUILDKIT_MULTI_PLATFORM", "BUILDKIT_SYNTAX"}

// IsForStages reports whether a build arg of the client is passed on to the
// Dockerfiles of stages: it says how steps run.
func IsForStages(name string) bool {
	return (IsProxy(name) || name == EpochArg || strings.HasPrefix(name, "BUILDKIT_")) && !slices.Contains(notForStages, name)
}

// readBuildArgs reads what was given. An empty value counts as none, as an
// empty variable does for the go command: scripts pass on what they do not
// know. declared are the build args of the spec.
func readBuildArgs(given map[string]string, declared []spec.Pair, errs *diag.List) buildArgs {
	args := buildArgs{stamps: map[string]string{}, own: defaults(declared, errs)}
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value := given[name]
		_, own := args.own[name]
		switch {
		case !own && !isKnown(name):
			unknown = append(unknown, name)
		case value == "":
		case own:
			if err := stamp.ValidateArg(value); err != nil {
				errs.Add(diag.Diagnostic{Message: "build arg " + name + " is " + err.Error()})
			}
			args.own[name] = value
		case name == "GO_VERSION":
			args.goVersion = strings.TrimPrefix(value, "go")
		case name == releasesArg:
			args.releases = readReleases(value)
		case name == EpochArg:
			var d *diag.Diagnostic
			args.epochGiven = true
			args.epoch, d = parseEpoch(value)
			refuse(name+" is ", d, errs)
		case stampArgs[name] != "":
			args.stamps[name] = value
		case slices.Contains(netenv.Names(), name):
			var d *diag.Diagnostic
			args.modules, d = args.modules.With(name, value)
			refuse(name+": ", d, errs)
		}
	}
	reportUnknown(unknown, slices.Concat(argNames(), slices.Sorted(maps.Keys(args.own))), errs)
	return args
}

// defaults returns the build args of the spec with their defaults. Those of
// gohull's own that give stamps their values are no part of them: knownStamps
// reads their defaults.
func defaults(declared []spec.Pair, errs *diag.List) map[string]string {
	own := map[string]string{}
	for _, p := range declared {
		name := p.Key.Value
		switch err := stamp.ValidateArg(p.Value.Value); {
		case stampArgs[name] != "":
		case isKnown(name):
			errs.Add(diag.Diagnostic{
				At:      p.Key.At,
				Message: fmt.Sprintf("args: the build arg %s has a meaning of its own", name),
				Hint:    "choose another name; `--call=outline` lists the build args",
			})
		case err != nil:
			errs.Errorf(p.Value.At, "args.%s is %v", name, err)
		default:
			own[name] = p.Value.Value
		}
	}
	return own
}

// refuse reports what is wrong with the value of a build arg, if anything is.
func refuse(arg string, d *diag.Diagnostic, errs *diag.List) {
	if d != nil {
		errs.Add(diag.Diagnostic{Message: "build arg " + arg + d.Message, Hint: d.Hint})
	}
}

// isKnown reports whether a build arg is one that gohull or BuildKit reads.
func isKnown(name string) bool {
	return IsProxy(name) || strings.HasPrefix(name, "BUILDKIT_") || slices.Contains(argNames(), name)
}

func argNames() []string {
	var names []string
	for _, a := range BuildArgs() {
		names = append(names, a.Name)
	}
	return names
}

// reportUnknown reports the build args that nothing reads: those that are
// probably misspelt one by one, and the others together.
func reportUnknown(unknown, known []string, errs *diag.List) {
	var others []string
	for _, name := range unknown {
		d := withClosest(diag.Diagnostic{Message: "unknown build arg " + strconv.Quote(name)}, name, known)
		if d.Hint != "" {
			errs.Add(d)
			continue
		}
		others = append(others, strconv.Quote(name))
	}
	if others == nil {
		return
	}
	message := "unknown build arg " + others[0]
	if len(others) > 1 {
		message = "unknown build args " + strings.Join(others, ", ")
	}
	errs.Add(diag.Diagnostic{
		Message: message,
		Hint:    "remove what is unknown from the command, or from the settings of the platform that adds it; known are " + strings.Join(known, ", "),
	})
}

// PassedOn returns the build args that another build of the same images needs.
// Those of the machine that this build was started on are left out, as are
// passwords, which only proxy settings may have.
func PassedOn(given map[string]string, s *spec.Spec) map[string]string {
	names := argNames()
	for _, p := range s.Args {
		names = append(names, p.Key.Value)
	}
	args := map[string]string{}
	for name, value := range given {
		if value != "" && name != RerunArg && slices.Contains(names, name) {
			args[name] = value
		}
	}
	return args
}
