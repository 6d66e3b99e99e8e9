package lab

import (
	"errors"
	"os"
	"strings"

	"github.com/gohull/gohull/hack/internal/daemon"
	"golang.org/x/sys/unix"
)

// Down ends what the lab started and unmounts what that left mounted. What
// was built and cached stays, but for the nodes next to the main one.
func (l Lab) Down() error {
	unlock, err := l.lock()
	if err != nil {
		return err
	}
	defer unlock()
	err = errors.Join(l.removeCluster(), l.removeNodes())
	for _, name := range l.daemons().Names() {
		err = errors.Join(err, l.daemons().Stop(name, grace))
	}
	err = errors.Join(err, l.endContainers(Main))
	for _, p := range daemon.Marked(l.mark()) {
		err = errors.Join(err, p.End(grace))
	}
	_, aside := l.DeleteAside()
	return errors.Join(err, aside, unmount(l.Dir), unmount(l.sockets()))
}

// removeTree deletes a directory that may hold mounts.
func removeTree(dir string) error {
	if err := unmount(dir); err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// unmount unmounts all below a directory, the last one first.
func unmount(dir string) error {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	lines := strings.Split(string(table), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		fields := strings.Fields(lines[i])
		if len(fields) < 5 {
			continue
		}
		point := unescape.Replace(fields[4])
		if !strings.HasPrefix(point, dir+"/") {
			continue
		}
		if e := unix.Unmount(point, unix.MNT_DETACH); e != nil && !errors.Is(e, unix.EINVAL) {
			err = errors.Join(err, &os.PathError{Op: "unmount", Path: point, Err: e})
		}
	}
	return err
}

// unescape undoes how the kernel writes paths in mountinfo.
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
