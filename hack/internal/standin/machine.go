package standin

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
)

// This adds to m the Go of the go command in PATH.
func This(ctx context.Context, m Machine) (Machine, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "-json", "GOROOT", "GOVERSION").Output()
	if err != nil {
		return Machine{}, fmt.Errorf("go env: %w", err)
	}
	var env struct{ GOROOT, GOVERSION string }
	if err := json.Unmarshal(out, &env); err != nil {
		return Machine{}, fmt.Errorf("go env: %w", err)
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(env.GOVERSION, "go"), " ")
	m.Goroot, m.GoVersion = env.GOROOT, version
	return m, nil
}
