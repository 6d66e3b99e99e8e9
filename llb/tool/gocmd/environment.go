package gocmd

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/tool/certs"
)

// environment is that of the go command: the step's own, and what a machine
// would have beside it. Nothing outside of Temp is made: the root of the step
// may be empty.
func (s Step) environment() ([]string, error) {
	home := filepath.Join(s.Temp, "home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	env := slices.Clone(s.Env)
	if lookup(env, "HOME") == "" {
		env = append(env, "HOME="+home)
	}
	env = append(env, "TMPDIR="+s.Temp, "GOTMPDIR="+s.Temp)
	if _, err := os.Stat(s.Netrc); err == nil {
		env = append(env, "NETRC="+s.Netrc)
	}
	bundle, err := s.bundle()
	if err != nil {
		return nil, err
	}
	if bundle != "" {
		env = append(env, "SSL_CERT_FILE="+bundle, "GIT_SSL_CAINFO="+bundle)
	}
	return env, nil
}

// lookup is a variable's value; the last one counts.
func lookup(env []string, key string) string {
	for _, e := range slices.Backward(env) {
		if value, ok := strings.CutPrefix(e, key+"="); ok {
			return value
		}
	}
	return ""
}

// bundle writes the authorities to trust to a file, unless the system's own
// will do, and gives its name.
func (s Step) bundle() (string, error) {
	extra, err := certs.Extra(s.CA)
	if err != nil {
		return "", err
	}
	system := certs.System()
	if extra == nil && system != nil {
		return "", nil
	}
	if system == nil {
		system = certs.Mozilla()
	}
	name := filepath.Join(s.Temp, "ca-certificates.crt")
	return name, os.WriteFile(name, certs.Join(system, extra), 0o600)
}
