package planner

import (
	"cmp"
	"slices"
	"time"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/frontend/stamp"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// stampArgs are the build args that give stamps their values.
var stampArgs = map[string]string{"VERSION": "Version", "BRANCH": "Branch", "COMMIT": "Commit", "DATE": "Date", "DIRTY": "Dirty", "DESCRIBE": "Describe"}

// knownStamps returns the stamps of this build: what the build args say, else
// what was found, else the spec's default. All are validated in the same way. A
// wrong value is an error if it was given, and otherwise only if a text names
// it.
func knownStamps(in Input, args buildArgs, errs *diag.List) stamp.Values {
	r := in.Request
	values := stamp.Values{}.WithArgs(args.own)
	if r.Asks {
		values = values.AsWritten()
	}
	for _, s := range []struct{ arg, found, from string }{
		{"VERSION", r.Version, "the highest version that the commit is tagged with is "},
		{"BRANCH", r.Branch, ".git/HEAD names "},
		{"COMMIT", r.Revision, "the client names "},
		{"DATE", epochDate(args.epoch), ""},
		{"DIRTY", "", ""},
		{"DESCRIBE", r.Describe, ".git describes the commit as "},
	} {
		name, given, written := stampArgs[s.arg], args.stamps[s.arg], defaultOf(in.Spec, s.arg)
		if s.arg == "DESCRIBE" && s.found != "" && values.Get("Dirty") == "true" {
			s.found += stamp.DirtySuffix
		}
		with, err := values.With(name, cmp.Or(given, s.found, written.Value))
		switch {
		case err == nil:
			values = with
		case given != "":
			errs.Add(diag.Diagnostic{Message: "build arg " + s.arg + " is " + err.Error()})
			values = values.Refused(name)
		case s.found != "":
			values = values.Unfit(name, s.from+err.Error())
		default:
			errs.Errorf(written.At, "args.%s is %v", s.arg, err)
			values = values.Refused(name)
		}
	}
	for name, reason := range map[string]string{"Describe": r.NoDescribe, "Commit": r.NoRevision} {
		if reason != "" && values.Get(name) == "" {
			values = values.Unfit(name, reason)
		}
	}
	return values
}

// defaultOf returns what the spec has as the default of a build arg.
func defaultOf(s *spec.Spec, arg string) spec.String {
	for _, p := range s.Args {
		if p.Key.Value == arg {
			return p.Value
		}
	}
	return spec.String{}
}

// epochDate returns the time of all files as a date; empty for the default.
func epochDate(e epoch) string {
	if e.IsZero() {
		return ""
	}
	return time.Unix(e.Seconds(), 0).UTC().Format(time.RFC3339)
}

// stamped returns a spec with values instead of stamps, for the keys that may
// name them.
func stamped(s *spec.Spec, values stamp.Values, errs *diag.List) *spec.Spec {
	f := filler{values, errs}
	out := *s
	out.Build.Ldflags = f.flags("build.ldflags", out.Build.Ldflags)
	out.Main, out.Programs = slices.Clone(out.Main), slices.Clone(out.Programs)
	for i := range out.Main {
		out.Main[i].Ldflags = f.flags("main."+out.Main[i].Package.Value+".ldflags", out.Main[i].Ldflags)
	}
	for i := range out.Programs {
		out.Programs[i].Ldflags = f.flags("main."+out.Programs[i].Key()+".ldflags", out.Programs[i].Ldflags)
	}
	out.Run.Env = f.pairs("run.env", out.Run.Env)
	out.Run.Labels = f.pairs("run.labels", out.Run.Labels)
	out.Image.Annotations = f.pairs("image.annotations", out.Image.Annotations)
	return &out
}

// filler fills stamps into the values of keys.
type filler struct {
	values stamp.Values
	errs   *diag.List
}

func (f filler) text(key string, s spec.String) spec.String {
	text, wrong := f.values.Fill(s.Value)
	f.report(key, s.At, wrong)
	return spec.String{Value: text, At: s.At}
}

func (f filler) report(key string, at diag.Range, wrong []diag.Diagnostic) {
	for _, d := range wrong {
		d.At, d.Message = at, key+": "+d.Message
		f.errs.Add(d)
	}
}

func (f filler) pairs(key string, pairs []spec.Pair) []spec.Pair {
	var all []spec.Pair
	for _, p := range pairs {
		all = append(all, spec.Pair{Key: p.Key, Value: f.text(key+"."+p.Key.Value, p.Value)})
	}
	return all
}

// sourceLabels returns the labels that OCI defines for where an image comes
// from, if that is known.
func sourceLabels(stamps stamp.Values, source string) map[string]string {
	revision := stamps.Get("Commit")
	if revision != "" && stamps.Get("Dirty") == "true" {
		revision += stamp.DirtySuffix
	}
	labels := map[string]string{}
	for name, value := range map[string]string{
		ocispecs.AnnotationVersion:  stamps.Get("Version"),
		ocispecs.AnnotationRevision: revision,
		ocispecs.AnnotationSource:   repositoryURL(source),
		ocispecs.AnnotationCreated:  stamps.Get("Date"),
	} {
		if value != "" {
			labels[name] = value
		}
	}
	return labels
}

// DropCommit deletes the labels and annotations that gohull adds to say which commit
// an image is of. Those that the spec or the command line sets stay.
func (d *Decision) DropCommit(labels, annotations map[string]string) {
	written := func(pairs []spec.Pair, name string) bool {
		return slices.ContainsFunc(pairs, func(p spec.Pair) bool { return p.Key.Value == name })
	}
	for name := range sourceLabels(d.stamps, d.Request.Source) {
		if _, given := d.Request.Labels[name]; !given && !written(d.image.Run.Labels, name) {
			delete(labels, name)
		}
		if !written(d.image.Image.Annotations, name) {
			delete(annotations, name)
		}
	}
}
