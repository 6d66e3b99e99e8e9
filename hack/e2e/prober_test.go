package e2e

import (
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
)

// prober is a go command that does something before it is one, as the
// variable PROBE says: a toolchain with it tells what a step is like from
// within.
const prober = `package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	args := os.Args[1:]
	if args[0] == "build" {
		probe(args)
	}
	if args[0] == "list" && os.Getenv("PROBE") == "agent" {
		fmt.Fprintln(os.Stderr, agent())
	}
	check(syscall.Exec("/usr/local/go/bin/go", append([]string{"go"}, args...), os.Environ()))
}

func probe(args []string) {
	switch os.Getenv("PROBE") {
	case "limits":
		check(os.WriteFile("/out/step.txt", []byte(limits()), 0o644))
	case "time":
		for i, arg := range args {
			if strings.HasPrefix(arg, "-ldflags=") {
				args[i] += fmt.Sprintf(" -X main.built=%019d", time.Now().UnixNano())
			}
		}
	case "wait":
		<-time.After(24 * time.Hour)
	}
}

func limits() string {
	var files syscall.Rlimit
	check(syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files))
	var shm syscall.Statfs_t
	check(syscall.Statfs("/dev/shm", &shm))
	host, err := os.Hostname()
	check(err)
	hosts, err := os.ReadFile("/etc/hosts")
	check(err)
	text := fmt.Sprintf("files %d\nshm %d\nhost %s\n%s\n", files.Max, int64(shm.Blocks)*shm.Bsize, host, hosts)
	for _, name := range []string{"memory.max", "memory/memory.limit_in_bytes"} {
		data, err := os.ReadFile(filepath.Join("/sys/fs/cgroup", name))
		if err == nil {
			text += "memory " + string(data)
		}
	}
	return text
}

// agent asks the ssh agent for its keys.
func agent() string {
	conn, err := net.Dial("unix", os.Getenv("SSH_AUTH_SOCK"))
	if err != nil {
		return "no agent"
	}
	defer conn.Close()
	_, err = conn.Write([]byte{0, 0, 0, 1, 11})
	check(err)
	head := make([]byte, 9)
	_, err = io.ReadFull(conn, head)
	check(err)
	return fmt.Sprintf("an agent with %d keys", binary.BigEndian.Uint32(head[5:]))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
`

// probed is a build of files on a toolchain that has the prober, which does
// what is asked of it. The image says what that is: a spec's variables reach no
// step that fetches.
func probed(t testing.TB, probe string, files map[string]string, args ...string) buildx.Build {
	t.Helper()
	b := gohull(t, write(t, map[string]string{
		"Dockerfile": "base: golang:" + goVersion() + "-alpine\n" +
			"run: {user: root, env: {PROBE: " + probe + ", PATH: \"/usr/local/bin:/usr/local/go/bin:/usr/bin:/bin\"}}\n",
		"go.mod":         goMod("example.com/prober"),
		"cmd/go/main.go": prober,
	}))
	b.Push = env(t, "REGISTRY") + "/e2e/prober:" + probe
	succeed(t, b)
	files["Dockerfile"] = "toolchain: " + b.Push + "\n"
	return gohull(t, write(t, files), args...)
}

// small is a project that compiles in no time.
func small(name string) map[string]string {
	return map[string]string{
		"go.mod":  goMod("example.com/" + name),
		"main.go": "package main\n\nvar built = \"never\"\n\nfunc main() { println(\"" + name + "\", len(built) > 0) }\n",
	}
}
