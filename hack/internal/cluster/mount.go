package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// tunables are the kernel's settings that a kubelet wants to have. It sees these
// instead of the machine's, which stay as they are.
var tunables = map[string]string{
	"vm/overcommit_memory":      "1",
	"vm/panic_on_oom":           "0",
	"kernel/panic":              "10",
	"kernel/panic_on_oops":      "1",
	"kernel/keys/root_maxkeys":  "1000000",
	"kernel/keys/root_maxbytes": "25000000",
}

// mount gives the cluster its own /run, /var/lib and /var/log, where the programs keep
// their files, and a /proc of its PID namespace.
func (c Cluster) mount() error {
	private := []string{"/run", "/var/lib", "/var/log"}
	for _, dir := range private {
		if strings.HasPrefix(c.Dir, dir+"/") {
			return fmt.Errorf("%s is below %s, which a cluster hides from its programs; set GOHULL_LAB_DIR to another directory", c.Dir, dir)
		}
	}
	if err := mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE); err != nil {
		return err
	}
	if err := mount("proc", "/proc", "proc", 0); err != nil {
		return err
	}
	if err := mount("tmpfs", "/run", "tmpfs", 0); err != nil {
		return err
	}
	for _, dir := range private[1:] {
		if err := mount(c.path(dir), dir, "", unix.MS_BIND); err != nil {
			return err
		}
	}
	for name, value := range tunables {
		file := c.path("sysctl", strings.ReplaceAll(name, "/", "."))
		if err := os.WriteFile(file, []byte(value+"\n"), 0o600); err != nil {
			return err
		}
		if err := mount(file, filepath.Join("/proc/sys", name), "", unix.MS_BIND); err != nil {
			return err
		}
	}
	return nil
}

func mount(source, target, kind string, flags uintptr) error {
	if err := unix.Mount(source, target, kind, flags, ""); err != nil {
		return &os.PathError{Op: "mount", Path: target, Err: err}
	}
	return nil
}
