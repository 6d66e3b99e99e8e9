// Package daemon starts processes that outlive the program that started
// them, finds them again and ends them. A record of each is kept in a directory,
// with what tells a process from a later one that got the same pid.
package daemon

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Dir is the directory that holds the records, NAME.json, and the output of the
// processes, NAME.log.
type Dir string

// Command is a process to start.
type Command struct {
	Name  string // of the record
	Argv  []string
	Env   []string
	Files []*os.File // become descriptors 3, 4, …
	// Namespaces are those that the process gets new ones of: unix.CLONE_NEWPID.
	Namespaces uintptr
}

// Process is a process that was started.
type Process struct {
	Name    string   `json:"name"`
	Pid     int      `json:"pid"`
	Ticks   uint64   `json:"ticks"` // start time in clock ticks since the machine booted
	Boot    string   `json:"boot"`  // the kernel's id of that boot
	Command []string `json:"command"`
}

// Start runs a command in a session of its own and records it.
func (d Dir) Start(c Command) (Process, error) {
	log, err := os.Create(d.Log(c.Name))
	if err != nil {
		return Process{}, err
	}
	defer log.Close()
	cmd := exec.Command(c.Argv[0], c.Argv[1:]...)
	cmd.Env = c.Env
	cmd.ExtraFiles = c.Files
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Cloneflags: c.Namespaces}
	if err := cmd.Start(); err != nil {
		return Process{}, fmt.Errorf("start %s: %w", c.Name, err)
	}
	go cmd.Wait() // a zombie would keep its pid for as long as this program runs
	return d.record(c, cmd.Process.Pid)
}

func (d Dir) record(c Command, pid int) (Process, error) {
	p := Process{Name: c.Name, Pid: pid, Boot: boot(), Command: c.Argv}
	p.Ticks, _ = ticks(pid)
	data, err := json.MarshalIndent(p, "", "\t")
	if err != nil {
		return p, err
	}
	return p, os.WriteFile(d.file(c.Name), append(data, '\n'), 0o600)
}

// Log is the file that takes the output of the named process.
func (d Dir) Log(name string) string { return filepath.Join(string(d), name+".log") }

func (d Dir) file(name string) string { return filepath.Join(string(d), name+".json") }

// Find gives the named process when it is alive.
func (d Dir) Find(name string) (Process, bool) {
	data, err := os.ReadFile(d.file(name))
	if err != nil {
		return Process{}, false
	}
	var p Process
	if json.Unmarshal(data, &p) != nil {
		return Process{}, false
	}
	return p, p.Alive()
}

// Names lists the recorded processes, alive or not, by name.
func (d Dir) Names() []string {
	files, _ := filepath.Glob(d.file("*"))
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".json"))
	}
	return names
}

// Stop ends the named process, by force when it outlives the grace, and
// removes its record. To stop a process that is gone is no error.
func (d Dir) Stop(name string, grace time.Duration) error {
	if p, ok := d.Find(name); ok {
		if err := p.end(grace); err != nil {
			return err
		}
	}
	err := os.Remove(d.file(name))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// Alive reports whether the process still runs.
func (p Process) Alive() bool {
	t, ok := ticks(p.Pid)
	return ok && t == p.Ticks && p.Boot == boot()
}

// end ends the process, by force when it outlives the grace.
func (p Process) end(grace time.Duration) error {
	return p.signal(grace, unix.SIGTERM, unix.SIGKILL)
}

// signal sends signals until the process ends, and waits after each. It sends them
// through a pidfd, which stays with the process that was found, also when
// the pid is given to another one meanwhile.
func (p Process) signal(grace time.Duration, signals ...unix.Signal) error {
	fd, err := unix.PidfdOpen(p.Pid, 0)
	if err != nil {
		return nil // gone
	}
	defer unix.Close(fd)
	if !p.Alive() {
		return nil
	}
	for _, sig := range signals {
		if err := unix.PidfdSendSignal(fd, sig, nil, 0); errors.Is(err, unix.ESRCH) {
			return nil
		}
		if ended(fd, grace) {
			return nil
		}
	}
	return fmt.Errorf("%s (pid %d) did not end within %v of SIGKILL", p.Name, p.Pid, grace)
}

// ended waits until the process behind a pidfd is gone.
func ended(fd int, within time.Duration) bool {
	deadline := time.Now().Add(within)
	for {
		left := time.Until(deadline)
		if left <= 0 {
			return false
		}
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, err := unix.Poll(fds, int(left.Milliseconds())+1)
		if n > 0 {
			return true
		}
		if err != nil && !errors.Is(err, unix.EINTR) {
			return false
		}
	}
}

// ticks gives the start time of a process, in clock ticks since the machine booted.
func ticks(pid int) (uint64, bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	return started(stat)
}

// started reads the start time of a process from the text of /proc/PID/stat, which
// proc_pid_stat(5) describes. A process that has ended is not alive, also while
// the kernel still lists it: as a zombie, or for a moment as dead.
func started(stat []byte) (ticks uint64, alive bool) {
	// The second field is the program's name in parentheses and may hold
	// anything. The third is the state, the 22nd the start time.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 || bytes.ContainsAny(fields[0], "ZXx") {
		return 0, false
	}
	ticks, err := strconv.ParseUint(string(fields[19]), 10, 64)
	return ticks, err == nil
}

func boot() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return string(bytes.TrimSpace(id))
}

// Marked finds the processes whose environment holds a line such as
// "NAME=value", but for those already recorded: what the recorded ones
// started and left behind.
func Marked(line string) []Process {
	return matching("environ", func(env []byte) bool {
		return bytes.Contains(append([]byte{0}, env...), []byte("\x00"+line+"\x00"))
	})
}

// Contained finds the processes in a container, by the id that ends the name of
// its cgroup.
func Contained(id string) []Process {
	return matching("cgroup", func(groups []byte) bool {
		return bytes.Contains(groups, []byte("/"+id+"\n"))
	})
}

// matching finds processes by the text of a file that the kernel has about each.
func matching(file string, matches func([]byte) bool) []Process {
	files, _ := filepath.Glob(filepath.Join("/proc/[0-9]*", file))
	var found []Process
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil || !matches(text) {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
		if t, ok := ticks(pid); ok && pid != os.Getpid() {
			found = append(found, Process{Name: "left-over", Pid: pid, Ticks: t, Boot: boot()})
		}
	}
	return found
}

// End ends a process that Marked found.
func (p Process) End(grace time.Duration) error { return p.end(grace) }

// Kill ends a process that Contained found. The first process of a container
// ignores all but force.
func (p Process) Kill(grace time.Duration) error { return p.signal(grace, unix.SIGKILL) }
