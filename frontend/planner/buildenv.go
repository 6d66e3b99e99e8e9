package planner

import (
	"fmt"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
)

// ownEnv are the variables that gohull sets itself, and what to write instead
// of them.
var ownEnv = map[string]string{
	"CGO_ENABLED": "write `build: {cgo: true}`",
	"GO111MODULE": "gohull builds modules; run `go mod init` in a project without modules",
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
	"GOWORK":      "the go.work of the build context holds; to build without it, take the module's directory as the context, or hide go.work by the ignore file",
}

// fetchVariables are the prefixes of variables that matter only to steps that
// fetch, and what to use instead of them. Some make Go run a program or read a
// file, and such a step has secrets.
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

// validateBuildEnv checks the variables of build.env.
func validateBuildEnv(env []spec.Pair, errs *diag.List) {
	for _, e := range env {
		name := e.Key.Value
		if name == "GOFLAGS" {
			errs.Add(diag.Diagnostic{At: e.Key.At, Message: "build.env: gohull sets GOFLAGS itself", Hint: insteadOfFlags(e.Value.Value)})
		}
		if instead, ok := ownEnv[name]; ok {
			errs.Add(diag.Diagnostic{At: e.Key.At, Message: fmt.Sprintf("build.env: gohull sets %s itself", name), Hint: instead})
		}
		for prefix, instead := range fetchVariables {
			if strings.HasPrefix(strings.ToUpper(name), prefix) {
				errs.Add(diag.Diagnostic{At: e.Key.At, Message: fmt.Sprintf("build.env: %s matters only to steps that fetch, and they do not get it", name), Hint: instead})
			}
		}
	}
}
