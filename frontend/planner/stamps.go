package planner

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/frontend/stamp"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// chooseStamped is choose, with the stamps in the places of the spec that may
// name them.
func chooseStamped(in Input) (choices, diag.List) {
	c, errs := choose(in)
	if !c.ofImage() {
		return c, errs
	}
	c.stamps = knownStamps(c.Request, c.args).With("Image", c.Image)
	c.Spec = stamped(c.Spec, c.stamps, &errs)
	return c.named(&errs), errs
}

// dirtySuffix is what buildx puts behind the commit of a changed checkout.
const dirtySuffix = "-dirty"

// stampArgs are the build args that stamps come from. Their values end up in
// command lines and tags, so they hold nothing that would need quotes there.
var stampArgs = map[string]struct {
	accept func(string) bool
	wanted string
}{
	"VERSION": {versionForm.MatchString, "a version like 1.2.3, without spaces and slashes"},
	"BRANCH":  {branchForm.MatchString, "the name of a branch, as `git branch --show-current` prints it"},
	"COMMIT":  {commitForm.MatchString, "a commit in hexadecimal, as `git rev-parse HEAD` prints it"},
	"DATE":    {isDate, "a date like 2026-01-31T12:00:00Z, as `git log -1 --format=%cI` prints it"},
	"DIRTY":   {func(s string) bool { return s == "true" || s == "false" }, "true or false"},
}

var (
	versionForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+_-]{0,127}$`)
	branchForm  = regexp.MustCompile(`^[0-9A-Za-z_][0-9A-Za-z./_-]{0,127}$`)
	commitForm  = regexp.MustCompile(`^[0-9a-f]{7,64}(-dirty)?$`)
)

func isDate(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}

// readStampArg checks a build arg. An empty one is as good as none: scripts
// pass on what they do not know.
func readStampArg(name, value string, errs *diag.List) string {
	arg := stampArgs[name]
	if value != "" && !arg.accept(value) {
		errs.Add(diag.Diagnostic{Message: "build arg " + name + " is " + strconv.Quote(value) + ", wanted " + arg.wanted})
		return ""
	}
	return value
}

// knownStamps are the stamps of this build: what the build args say, else
// what the client found.
func knownStamps(req Request, args buildArgs) stamp.Values {
	commit := args.stamps["COMMIT"]
	if commit == "" && commitForm.MatchString(req.Revision) {
		commit = req.Revision
	}
	dirty := args.stamps["DIRTY"]
	commit, changed := strings.CutSuffix(commit, dirtySuffix)
	if changed && dirty == "" {
		dirty = "true"
	}
	version := first(args.stamps["VERSION"], req.Version)
	known := stamp.Known(strings.TrimPrefix(version, "v"), commit, stampDate(args), dirty)
	return known.With("Branch", first(args.stamps["BRANCH"], req.Branch))
}

// stampDate is the date in UTC, so that it does not tell where it was asked
// for.
func stampDate(args buildArgs) string {
	date, err := time.Parse(time.RFC3339, args.stamps["DATE"])
	switch {
	case err == nil:
	case args.epoch > 0:
		date = time.Unix(args.epoch, 0)
	default:
		return ""
	}
	return date.UTC().Format(time.RFC3339)
}

// stamped is a spec with the stamps in the places that may name them.
func stamped(s *spec.Spec, values stamp.Values, errs *diag.List) *spec.Spec {
	f := filler{values, errs}
	out := *s
	out.Build.Ldflags = f.text("build.ldflags", s.Build.Ldflags)
	out.Run.Env = f.pairs("run.env", s.Run.Env)
	out.Run.Labels = f.pairs("run.labels", s.Run.Labels)
	out.Image.Annotations = f.pairs("image.annotations", s.Image.Annotations)
	return &out
}

// filler fills stamps into the values of keys.
type filler struct {
	values stamp.Values
	errs   *diag.List
}

func (f filler) text(key string, s spec.String) spec.String {
	filled, wrong := f.values.Fill(s.Value)
	for _, d := range wrong {
		d.At, d.Message = s.At, key+": "+d.Message
		f.errs.Add(d)
	}
	return spec.String{Value: filled, At: s.At}
}

func (f filler) pairs(key string, pairs []spec.Pair) []spec.Pair {
	var all []spec.Pair
	for _, p := range pairs {
		all = append(all, spec.Pair{Key: p.Key, Value: f.text(key+"."+p.Key.Value, p.Value)})
	}
	return all
}

// originLabels are the labels that OCI defines for where an image comes from,
// as far as that is known.
func (c choices) originLabels() map[string]string {
	revision := c.stamps["Commit"]
	if revision != "" && c.stamps["Dirty"] == "true" {
		revision += dirtySuffix
	}
	labels := map[string]string{}
	for name, value := range map[string]string{
		ocispecs.AnnotationVersion:  c.stamps["Version"],
		ocispecs.AnnotationRevision: revision,
		ocispecs.AnnotationSource:   repositoryURL(c.Request.Source),
		ocispecs.AnnotationCreated:  c.stamps["Date"],
	} {
		if value != "" {
			labels[name] = value
		}
	}
	return labels
}

// scpForm is an address as ssh has it: "git@host:path". A host has more than
// one letter: that is a Windows drive.
var scpForm = regexp.MustCompile(`^(?:[^@/:]+@)?([^@/:]{2,}):([^/].*)$`)

// repositoryURL is the address of a repository as people read it, the same
// for a checkout over ssh and one over https, and without credentials. It is
// empty for what is no place on the network.
func repositoryURL(remote string) string {
	if m := scpForm.FindStringSubmatch(remote); m != nil {
		remote = "https://" + m[1] + "/" + m[2]
	}
	u, err := url.Parse(remote)
	if err != nil || u.Host == "" {
		return ""
	}
	switch u.Scheme {
	case "ssh", "git", "git+ssh":
		u.Scheme, u.Host = "https", u.Hostname()
	case "http", "https":
	default:
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return strings.TrimSuffix(u.String(), ".git")
}
