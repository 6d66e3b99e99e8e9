package standin

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
)

// This describes the machine by the go command in PATH.
func This(ctx context.Context, busybox, ca string) (Machine, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "-json", "GOROOT", "GOVERSION").Output()
	if err != nil {
		return Machine{}, fmt.Errorf("go env: %w", err)
	}
	var env struct{ GOROOT, GOVERSION string }
	if err := json.Unmarshal(out, &env); err != nil {
		return Machine{}, fmt.Errorf("go env: %w", err)
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(env.GOVERSION, "go"), " ")
	return Machine{Goroot: env.GOROOT, GoVersion: version, Busybox: busybox, CA: ca}, nil
}
