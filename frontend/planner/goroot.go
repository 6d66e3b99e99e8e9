package planner

import (
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/netenv"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// goroot is a toolchain and the image that was found for it.
type goroot struct {
	toolchain
	image Image // its zero value if Go comes through the module proxy
}

// goSettings are variables that change what the go command compiles, for which
// platform, or where it leaves it. The toolchain's image has no say in them.
var goSettings = []string{
	"GO111MODULE", "GO386", "GOAMD64", "GOARCH", "GOARM", "GOARM64", "GOBIN", "GOCACHEPROG", "GOMIPS", "GOMIPS64",
	"GOOS", "GOPPC64", "GORISCV64", "GOTMPDIR", "GOWASM", "GOWORK", "GO_EXTLINK_ENABLED",
}

func isGoSetting(variable string) bool {
	key, _, _ := strings.Cut(variable, "=")
	return slices.Contains(goSettings, key)
}

// env returns the environment of a step that runs on this root: that of the
// image, with own variables over it.
func (r goroot) env(own ...string) []string {
	merged := slices.DeleteFunc(slices.Clone(r.image.Config.Config.Env), isGoSetting)
	if _, ok := lookupEnv(merged, "PATH"); !ok {
		merged = append(merged, "PATH="+step.Goroot+"/bin:"+strings.TrimPrefix(defaultPath, "PATH="))
	}
	for _, e := range own {
		key, value, _ := strings.Cut(e, "=")
		merged = setEnv(merged, key, value)
	}
	slices.Sort(merged)
	return merged
}

// goVersion returns the version of Go that the image says it has.
func (img Image) goVersion() (string, bool) {
	v, ok := lookupEnv(img.Config.Config.Env, "GOLANG_VERSION")
	return v, ok && gomod.IsGo(v)
}

// runs returns the version of Go that runs. It is not set if the image is the
// user's own and does not say.
func (r goroot) runs() project.Version {
	if !r.own {
		return r.version
	}
	v, ok := r.image.goVersion()
	if !ok {
		return project.Version{}
	}
	return project.Version{Value: v, At: r.at}
}

// plan returns the toolchain of a plan.
func (r goroot) plan(s *spec.Spec, m modules) plan.Toolchain {
	t := plan.Toolchain{Version: r.version.Value}
	if r.ref == "" {
		t.Module = r.module(r.runsOn, m, spans(s.File, r.at, s.Go.At))
		return t
	}
	t.Image = imageRef(s.File, r.key(r.runsOn), r.image)
	return t
}

// imageRef returns the image to pull for a key.
func imageRef(file string, key ImageKey, img Image) *plan.ImageRef {
	return &plan.ImageRef{Name: img.Name, Platform: key.Platform, Context: img.Context, Stage: img.Stage, At: spans(file, key.At)}
}

// validateEnv reports passwords in what the image says of where modules come
// from, if nothing else says it: steps get it as they get a build arg.
func (r goroot) validateEnv(m modules, errs *diag.List) {
	own := m.env()
	for _, name := range netenv.Names() {
		value, ok := lookupEnv(r.image.Config.Config.Env, name)
		if !ok || own.Get(name) != "" {
			continue
		}
		if wrong := netenv.Credentials(value); wrong != nil {
			errs.Add(diag.Diagnostic{
				At:      r.at,
				Message: "toolchain: " + name + " of the image " + r.ref + ": " + wrong.Message,
				Hint:    "pass the build arg " + name + " without them, and the secret netrc: --secret id=netrc,src=$HOME/.netrc",
			})
		}
	}
}

// validateGo compares the Go of an image of the user's own with the project;
// official images have the version that they are named for.
func (r goroot) validateGo(s *spec.Spec, p *project.Project, errs *diag.List) {
	have, ok := r.image.goVersion()
	if !r.own || !ok {
		return
	}
	if want := s.Go; want.IsSet() && !gomod.Satisfies(want.Value, have) {
		errs.Errorf(r.at, "toolchain: %s has go %s, and %s asks for %s", s.Toolchain.Shown(), have, want.At, want.Value)
	}
	validateVersion(p, project.Version{Value: have, At: r.at}, errs)
}
