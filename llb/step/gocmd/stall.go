package gocmd

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"
)

// Patience is how long a command that downloads may go without progress. The
// go command itself waits for ever for a host that does not answer.
const Patience = 2 * time.Minute

// What counts as progress in that time: bytes that the command and its
// children read and wrote, or CPU time. A host that sends a byte
// now and then makes neither.
const (
	leastBytes = 64 << 10
	leastTicks = 100 // of CPU time; Linux counts 100 a second
)

// Online returns the step for a command that downloads. It ends when it makes
// no progress.
func (s Step) Online() Step {
	if s.NextLook == nil {
		s.NextLook = func() <-chan time.Time { return time.After(Patience) }
	}
	return s
}

// Stalled is the error of a command that was ended because it made no
// progress.
type Stalled struct {
	Fetching []string // what it waited for: addresses, commands of git; empty when it did not say
}

func (e *Stalled) Error() string {
	text := fmt.Sprintf("no progress for %s", Patience)
	if len(e.Fetching) > 0 {
		text += " while fetching " + strings.Join(e.Fetching, ", ")
	}
	return text + "; see that the builder can reach the host, or name another module proxy with --build-arg GOPROXY=…"
}

// work is what a process has done.
type work struct{ bytes, ticks uint64 }

// works is what the processes of a group have done, by process.
type works map[string]work

// lookAt reads from proc what a process group has done. An error means that
// nobody can know here.
func lookAt(proc fs.FS, group int) (works, error) {
	entries, err := fs.ReadDir(proc, ".")
	if err != nil {
		return nil, err
	}
	all := works{}
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err != nil {
			continue
		}
		ticks, of, err := readStat(proc, e.Name())
		if err != nil || of != group {
			continue // It has ended, or is another's.
		}
		transferred, err := readIO(proc, e.Name())
		if err != nil {
			return nil, err
		}
		all[e.Name()] = work{transferred, ticks}
	}
	return all, nil
}

// readStat reads the time that a process has had, and its group.
func readStat(proc fs.FS, pid string) (ticks uint64, group int, err error) {
	data, err := fs.ReadFile(proc, path.Join(pid, "stat"))
	if err != nil {
		return 0, 0, err
	}
	// The second field is the name of the program, in parentheses.
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	if len(fields) < 13 {
		return 0, 0, fmt.Errorf("%s/stat has %d fields", pid, len(fields))
	}
	const inGroup, user, system = 2, 11, 12
	for _, i := range []int{user, system} {
		n, err := strconv.ParseUint(string(fields[i]), 10, 64)
		if err != nil {
			return 0, 0, err
		}
		ticks += n
	}
	group, err = strconv.Atoi(string(fields[inGroup]))
	return ticks, group, err
}

// readIO reads how many bytes a process has read and written, sockets
// included.
func readIO(proc fs.FS, pid string) (transferred uint64, err error) {
	data, err := fs.ReadFile(proc, path.Join(pid, "io"))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if name != "rchar" && name != "wchar" {
			continue
		}
		n, err := strconv.ParseUint(value, 10, 64)
		if err != nil {
			return 0, err
		}
		transferred += n
	}
	return transferred, nil
}

// progressed reports whether a group has done enough since an earlier look.
func (w works) progressed(before works) bool {
	var done work
	for pid, now := range w {
		was := before[pid] // zero for a new process
		done.bytes += now.bytes - min(was.bytes, now.bytes)
		done.ticks += now.ticks - min(was.ticks, now.ticks)
	}
	return done.bytes >= leastBytes || done.ticks >= leastTicks
}

// patience watches a process group, one look after the other.
type patience struct {
	proc   fs.FS
	group  int
	before works // nil before the first look
}

// isOver looks at the group and reports whether it makes no progress. Where
// nobody can know, it never is.
func (p *patience) isOver() bool {
	now, err := lookAt(p.proc, p.group)
	if err != nil {
		return false
	}
	before := p.before
	p.before = now
	return before != nil && !now.progressed(before)
}
