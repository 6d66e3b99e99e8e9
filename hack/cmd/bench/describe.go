package main

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gohull/gohull/hack/internal/bench"
	"github.com/gohull/gohull/hack/internal/bench/peer"
	"github.com/gohull/gohull/hack/internal/bench/result"
	"golang.org/x/sys/unix"
)

// describe begins a run: with what and on what it is made.
func describe(ctx context.Context, repo string, b bench.Bench) (result.Run, error) {
	run := result.Run{
		Date:        time.Now().UTC().Format(time.RFC3339),
		Repetitions: b.Repetitions,
		Versions:    map[string]string{},
	}
	for _, p := range b.Peers {
		run.Peers = append(run.Peers, result.Peer{Name: p.Name, Title: p.Title})
	}
	programs := map[string][]string{
		"gohull":   {"git", "-C", repo, "describe", "--always", "--dirty"},
		"Go":       {"go", "env", "GOVERSION"},
		"BuildKit": {"buildctl", "--version"},
		"buildx":   {"docker-buildx", "version"},
	}
	if slices.ContainsFunc(b.Peers, func(p peer.Peer) bool { return p.Name == koPeer }) {
		programs[koPeer] = []string{"ko", "version"}
	}
	for name, argv := range programs {
		// Sources without their history have no version, and are no error.
		out, _ := exec.CommandContext(ctx, argv[0], argv[1:]...).Output()
		run.Versions[name] = version(string(out))
	}
	var err error
	run.Machine, err = machine()
	return run, err
}

// version is the version in what a program prints about itself: the first
// word that begins with a digit after a "v" or "go", else the first word.
func version(text string) string {
	words := strings.Fields(text)
	for _, w := range words {
		for _, prefix := range []string{"v", "go", ""} {
			rest, ok := strings.CutPrefix(w, prefix)
			if ok && rest != "" && rest[0] >= '0' && rest[0] <= '9' && strings.Contains(rest, ".") {
				return rest
			}
		}
	}
	if len(words) == 0 {
		return "unknown"
	}
	return words[0]
}

// goVersion is the version of the go command, as images are tagged.
func goVersion(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output()
	return version(string(out)), err
}

func machine() (result.Machine, error) {
	m := result.Machine{Cores: runtime.NumCPU(), CPU: "unknown"}
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return m, err
	}
	m.Kernel = unix.ByteSliceToString(name.Release[:])
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return m, err
	}
	m.Memory = int64(info.Totalram) * int64(info.Unit)
	cpus, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return m, err
	}
	defer cpus.Close()
	for s := bufio.NewScanner(cpus); s.Scan(); {
		if key, value, _ := strings.Cut(s.Text(), ":"); strings.TrimSpace(key) == "model name" {
			m.CPU = strings.TrimSpace(value)
			break
		}
	}
	return m, nil
}
