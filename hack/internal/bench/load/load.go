// Package load tells how much of the CPU time is taken.
package load

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// window is how long Busy looks.
const window = 500 * time.Millisecond

// Busy gives the part of the CPU time, 0 to 1, that was taken in the
// half second that it looks, in user mode or the kernel, or by other machines
// of the same host. To wait for a disk is no work.
func Busy(ctx context.Context) (float64, error) {
	before, err := now()
	if err != nil {
		return 0, err
	}
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(window):
	}
	after, err := now()
	if err != nil {
		return 0, err
	}
	return after.since(before), nil
}

// spent is CPU time since the start of the machine, in ticks.
type spent struct{ working, all uint64 }

func now() (spent, error) {
	data, err := os.ReadFile("/proc/stat")
	if err != nil {
		return spent{}, err
	}
	return parse(string(data))
}

// parse reads the first line of /proc/stat: "cpu", and the ticks in user mode,
// with low priority, in the kernel, idle, waiting for disks, in interrupts of
// two kinds, and taken by other machines. What guests took is in user mode, too.
func parse(stat string) (spent, error) {
	line, _, _ := strings.Cut(stat, "\n")
	var name string
	var user, nice, system, idle, wait, irq, softirq, steal uint64
	if _, err := fmt.Sscan(line, &name, &user, &nice, &system, &idle, &wait, &irq, &softirq, &steal); err != nil {
		return spent{}, fmt.Errorf("/proc/stat begins with %q: %w", line, err)
	}
	if name != "cpu" {
		return spent{}, errors.New("/proc/stat does not begin with all CPUs")
	}
	working := user + nice + system + irq + softirq + steal
	return spent{working, working + idle + wait}, nil
}

func (s spent) since(before spent) float64 {
	if s.all <= before.all {
		return 0
	}
	return float64(s.working-before.working) / float64(s.all-before.all)
}
