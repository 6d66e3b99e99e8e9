package modules

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// TestMending breaks a zip in GOMODCACHE. Each command that downloads fetches
// the module again. If the proxy's is broken, too, it fails.
func TestMending(t *testing.T) {
	for name, run := range map[string]func(gocmd.Step) (int, error){
		"tidy":   captured("mod", "tidy"),
		"vendor": captured("mod", "vendor"),
		"install": func(s gocmd.Step) (int, error) {
			return gocmd.Run(s, step.Go{Args: []string{"build", "./gohull-imports"}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			j, proxy := fetching(t)
			j.Step.Env = append(j.Step.Env, "GOMODCACHE="+j.ModCache)
			collects(t, j, "file://"+proxy)
			spoil(t, j.ModCache)
			s := Mending(j.Step.Online(), j.ModCache)
			if code, err := run(s); code != 0 || err != nil {
				t.Errorf("exit code %d, %v\n%s", code, err, s.Stderr)
			}
			if log := fmt.Sprint(s.Stderr); !strings.Contains(log, "fetching modules again: ") {
				t.Errorf("the log does not say so:\n%s", log)
			}

			spoil(t, j.ModCache)
			if err := os.WriteFile(filepath.Join(proxy, "example.com/m/@v/v1.0.0.zip"), []byte("<html>"), 0o644); err != nil {
				t.Fatal(err)
			}
			if code, err := run(Mending(j.Step.Online(), j.ModCache)); code == 0 || err != nil {
				t.Errorf("with a broken proxy: exit code %d, %v", code, err)
			}
		})
	}
}

func captured(args ...string) func(gocmd.Step) (int, error) {
	return func(s gocmd.Step) (int, error) {
		_, code, err := gocmd.Capture(s, args)
		return code, err
	}
}

// spoil cuts the zip of a module in GOMODCACHE, which is not unpacked.
func spoil(t *testing.T, modCache string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(modCache, "example.com/m@v1.0.0")); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(modCache, "cache/download/example.com/m/@v/v1.0.0.zip"), 10); err != nil {
		t.Fatal(err)
	}
}
