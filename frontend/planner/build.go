package planner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/netenv"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// binDir is where binaries are in the image; it is on the PATH of all bases.
const binDir = "/usr/local/bin"

// defaultLdflags leave out the symbol table and the debug information.
const defaultLdflags = "-s -w"

// ownEnv are the variables of the compile step that gohull sets itself, and
// what to write instead of them.
var ownEnv = map[string]string{
	"CGO_ENABLED": "write `build: {cgo: true}`",
	"GO111MODULE": "gohull builds modules; run `go mod init` in a project that is none",
	"GOAMD64":     "ask for the platform linux/amd64/v3",
	"GOARCH":      "ask for the platform with --platform",
	"GOARM":       "ask for the platform linux/arm/v7",
	"GOCACHE":     "gohull keeps it in a cache mount",
	"GOCACHEPROG": "gohull runs Go's cache; the key `cache` says what travels",
	"GOENV":       "gohull reads no go env file",
	"GOMODCACHE":  "gohull keeps it in a cache mount",
	"GONOPROXY":   "pass it as a build arg",
	"GONOSUMDB":   "pass it as a build arg",
	"GOOS":        "ask for the platform with --platform",
	"GOPATH":      "gohull keeps it in the step",
	"GOPRIVATE":   "write `modules: {private: […]}`",
	"GOPROXY":     "write `modules: {proxy: …}`",
	"GOROOT":      "write the key `toolchain`",
	"GOSUMDB":     "write `modules: {sumdb: …}`",
	"GOTELEMETRY": "gohull turns it off",
	"GOTMPDIR":    "gohull keeps it in the step",
	"GOTOOLCHAIN": "write the key `go`",
	"HOME":        "gohull keeps it in the step",
	"TMPDIR":      "gohull keeps it in the step",
	"GOWORK":      "the go.work of the build context holds; to build without it, take the module's folder as the context, or hide go.work by the ignore file",
}

// fetchVariables matter only where something is fetched, by their
// prefixes, and what to use instead of them. Some of them have Go run a program
// or read a file, next to the secrets that such a step has.
var fetchVariables = map[string]string{
	"ALL_PROXY":   "pass it as a build arg",
	"CURL_":       "pass certificates as the secret ca",
	"GIT_":        "pass git's settings as the secret gitconfig",
	"GOAUTH":      "pass credentials as the secret netrc or git-credentials",
	"GOINSECURE":  "serve modules over https, with a company's certificates as the secret ca",
	"GOVCS":       "modules are fetched by git, or through a proxy",
	"HTTPS_PROXY": "pass it as a build arg",
	"HTTP_PROXY":  "pass it as a build arg",
	"NETRC":       "pass credentials as the secret netrc",
	"NO_PROXY":    "pass it as a build arg",
	"SSH_":        "pass keys with --ssh default",
	"SSL_CERT_":   "pass certificates as the secret ca",
}

// validateBuild checks the variables of build.env.
func validateBuild(c Decision, errs *diag.List) {
	for _, e := range c.image.Build.Env {
		name := e.Key.Value
		if name == "GOFLAGS" {
			errs.Add(diag.Diagnostic{At: e.Key.At, Message: "build.env: gohull sets GOFLAGS itself", Hint: insteadOfFlags(e.Value.Value)})
		}
		if instead, ok := ownEnv[name]; ok {
			errs.Add(diag.Diagnostic{At: e.Key.At, Message: fmt.Sprintf("build.env: gohull sets %s itself", name), Hint: instead})
		}
		for prefix, instead := range fetchVariables {
			if strings.HasPrefix(strings.ToUpper(name), prefix) {
				errs.Add(diag.Diagnostic{At: e.Key.At, Message: fmt.Sprintf("build.env: %s is for fetching, and no step that fetches gets it", name), Hint: instead})
			}
		}
	}
}

// compile is the step that makes the binaries of one platform.
func (d draft) compile(binaries []plan.Binary, p plan.Platform) plan.Compile {
	start := d.start(binaries, p)
	return plan.Compile{
		Step: plan.Step{
			ID:     "compile",
			Name:   fmt.Sprintf("compile %s for %s", packageList(binaries), p),
			At:     spans(d.image, d.mainLines()...),
			Env:    d.compileEnv(p),
			Caches: d.compileCaches(start),
		},
		Epoch:    d.args.epoch.Seconds(),
		Start:    start,
		Args:     d.buildCommand(binaries),
		Binaries: binaries,
	}
}

// mainLines are the lines of the spec that name what is compiled.
func (c Decision) mainLines() []diag.Range {
	var lines []diag.Range
	for _, m := range c.image.Main {
		lines = append(lines, m.At)
	}
	return lines
}

func packageList(binaries []plan.Binary) string {
	var names []string
	for _, b := range binaries {
		names = append(names, packageName(b))
	}
	return strings.Join(names, " ")
}

// packageName is what people call a package: "." says nothing to them.
func packageName(b plan.Binary) string {
	if b.Package == "." {
		return path.Base(b.Path)
	}
	return b.Package
}

// binaries names the executables; two of one name are an error.
func (d draft) binaries(mains []step.Package) []plan.Binary {
	var out []plan.Binary
	byPath := map[string]string{}
	for _, pkg := range mains {
		b := plan.Binary{Package: dot(pkg.Dir), Path: path.Join(binDir, binaryName(importPath(d.Project, pkg)))}
		if other, ok := byPath[b.Path]; ok {
			d.errs.Add(diag.Diagnostic{
				At:      d.image.Main[0].At,
				Message: fmt.Sprintf("main: %s and %s would both be %s", other, b.Package, b.Path),
				Hint:    "build them into two images",
			})
		}
		byPath[b.Path] = b.Package
		out = append(out, b)
	}
	return out
}

// buildCommand is the command line of the go command. Flags that are newer
// than the toolchain are left out.
func (d draft) buildCommand(binaries []plan.Binary) []string {
	b := d.image.Build
	ldflags := defaultLdflags
	if b.Ldflags.IsSet() {
		ldflags = b.Ldflags.Value
	}
	if d.debugs() {
		ldflags += " " + debugLdflags
	}
	args := append([]string{"build"}, d.compileFlags()...)
	args = appendFlag(args, "ldflags", ldflags)
	args = append(args, "-o", step.Out+binDir+"/")
	for _, bin := range binaries {
		args = append(args, bin.Package)
	}
	return args
}

// compileFlags are the flags that decide what a package is compiled to for
// the programs of the image.
func (d draft) compileFlags() []string {
	return appendFlag(d.packageFlags(), "pgo", pgoFile(d.image.Build.Pgo.Value))
}

// packageFlags are those of them that do not depend on the program.
func (d draft) packageFlags() []string {
	b := d.image.Build
	args := []string{"-trimpath"}
	gcflags := b.Gcflags.Value
	if d.debugs() {
		args, gcflags = nil, debugGcflags
	}
	if d.atLeast("1.18") {
		args = append(args, "-buildvcs=false")
	}
	args = appendFlag(args, "gcflags", gcflags)
	args = appendFlag(args, "asmflags", b.Asmflags.Value)
	return append(args, d.fileFlags()...)
}

// fileFlags are the flags that decide which files a package has.
func (d draft) fileFlags() []string {
	args := d.tagFlags()
	if d.image.Build.Race.Value {
		args = append(args, "-race")
	}
	return args
}

func (d draft) tagFlags() []string {
	return appendFlag(nil, "tags", strings.Join(values(d.image.Build.Tags), ","))
}

func appendFlag(args []string, name, value string) []string {
	if value == "" {
		return args
	}
	return append(args, "-"+name+"="+value)
}

// pgoFile makes a profile's path one of the step.
func pgoFile(value string) string {
	if !isProfile(value) {
		return value
	}
	return path.Join(step.Source, value)
}

// isProfile reports whether the value of `build.pgo` is a path, and none of
// the go command's words.
func isProfile(value string) bool {
	return value != "" && value != "auto" && value != "off"
}

// atLeast reports whether the toolchain is a version or newer; one that only
// its image knows is taken for new.
func (c Decision) atLeast(v string) bool {
	return !c.version.IsSet() || project.Compare(c.version.Value, v) >= 0
}

// compileEnv is the environment of a compile: modules come from the step
// before, or from the vendor folder, and from nowhere else.
func (d draft) compileEnv(p plan.Platform) []string {
	env := append(d.goEnv(), "GOPROXY=off")
	if d.debugs() {
		env = step.WithoutIndex(env)
	}
	return d.onToolchain(slices.Concat(env, platformEnv(p), d.compilers(p)))
}

// testEnv is that of what is compiled with its paths. Tests look for files by
// them, and objects have the name of the module tree in them: with a name by
// its content, another module would have all of them compiled again.
func (d draft) testEnv() []string {
	return step.WithoutIndex(d.compileEnv(d.Request.BuildPlatform))
}

// goEnv are the go command's settings, all ours or the spec's, so that
// nothing of a builder's leaks in.
func (d draft) goEnv() []string {
	env := d.settingsEnv()
	for _, e := range d.image.Build.Env {
		env = append(env, e.Key.Value+"="+e.Value.Value)
	}
	return env
}

// fetchEnv is goEnv for steps that fetch. They have secrets and share a module
// cache, so they get no variable that could have them run or read something.
func (d draft) fetchEnv() []string {
	env := d.settingsEnv()
	for _, e := range d.image.Build.Env {
		if isHarmlessVariable(e.Key.Value, e.Value.Value) {
			env = append(env, e.Key.Value+"="+e.Value.Value)
		}
	}
	return env
}

func (d draft) settingsEnv() []string {
	cgo := "0"
	if d.image.Build.Cgo.Value {
		cgo = "1"
	}
	return ownGoEnv(cgo, d.modFlag())
}

// modFlag says where the go command finds modules, as it would decide itself.
func (c Decision) modFlag() string {
	if c.vendored {
		return "-mod=vendor"
	}
	return "-mod=readonly"
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

// onToolchain is the environment of a step on the toolchain's root: that of
// its image, with env on top.
func (d draft) onToolchain(env []string) []string {
	img := d.found.Images[d.toolchain.key(d.Request.BuildPlatform)]
	merged := slices.DeleteFunc(slices.Clone(img.Config.Config.Env), isGoSetting)
	if _, ok := lookupEnv(merged, "PATH"); !ok {
		merged = append(merged, "PATH="+step.Goroot+"/bin:"+strings.TrimPrefix(defaultPath, "PATH="))
	}
	for _, e := range env {
		key, value, _ := strings.Cut(e, "=")
		merged = setEnv(merged, key, value)
	}
	slices.Sort(merged)
	return merged
}

// proxyEnv is what the user said of proxies; the rest is Go's own default.
func (c Decision) proxyEnv() netenv.Env {
	m := c.image.Modules
	var env netenv.Env
	for _, s := range []struct{ name, value string }{
		{"GOPROXY", m.Proxy.Value},
		{"GOPRIVATE", strings.Join(values(m.Private), ",")},
		{"GOSUMDB", m.Sumdb.Value},
	} {
		env, _ = env.With(s.name, s.value) // which the spec has checked
	}
	for _, name := range netenv.Names() {
		env, _ = env.With(name, c.args.modules.Get(name))
	}
	return env
}
