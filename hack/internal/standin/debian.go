package standin

import (
	"compress/gzip"
	"path"
	"path/filepath"
	"strings"

	"github.com/gohull/gohull/hack/internal/layer"
	"github.com/gohull/gohull/hack/internal/store"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// The C libraries of a Debian for amd64. Images with one are for this
// platform alone.
const (
	glibc = "lib/x86_64-linux-gnu/libc.so.6"
	musl  = "lib/x86_64-linux-musl/libc.so"
)

// bookworm is Go on Debian, with its C compiler, git and ssh.
func (m maker) bookworm() ([]store.Platform, error) {
	git, err := m.gitLayer()
	if err != nil {
		return nil, err
	}
	return m.withCompiler(m.golangConfig(), git)
}

// muslGolang is Go with a C compiler that compiles for musl. There is no
// official image that has one: its users make their own.
func (m maker) muslGolang() ([]store.Platform, error) {
	config := m.golangConfig()
	config.Env = append(config.Env, "CC=musl-gcc")
	return m.withCompiler(config)
}

func (m maker) withCompiler(config v1.Config, more ...v1.Layer) ([]store.Platform, error) {
	debian, err := m.compilerLayer()
	if err != nil {
		return nil, err
	}
	goroot, err := m.gorootLayer()
	if err != nil {
		return nil, err
	}
	layers := append([]v1.Layer{debian, goroot}, more...)
	return []store.Platform{{Platform: platforms("linux/amd64")[0], Config: config, Layers: layers}}, nil
}

func (m maker) compilerLayer() (v1.Layer, error) {
	w, err := layer.Create(m.blobs, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	w.Copy("bin/busybox", m.Busybox)
	w.Symlink("bin/sh", "/bin/busybox")
	w.Tree(".", m.Debian, notCompiling)
	w.Symlink("usr/lib/x86_64-linux-musl/libc.so", "/"+musl) // or all would be linked statically
	w.File("etc/passwd", 0o644, alpinePasswd)                // ssh asks who it is
	w.Dir("root", 0o700)
	w.Dir("tmp", 0o1777)
	m.certificates(w)
	return w.Close()
}

// notCompiling names what is large in Debian's packages and no C compiler
// needs: documents, and what checks, measures and optimises whole programs.
func notCompiling(rel string) bool {
	switch base := path.Base(rel); {
	case rel == "usr/share":
		return true
	case strings.HasSuffix(base, "san.a"), strings.HasPrefix(base, "lto1"):
		return true
	case strings.HasPrefix(rel, "usr/bin/"):
		for _, part := range []string{"lto-dump", "dwp", "gold", "gcov", "gprof"} {
			if strings.Contains(base, part) {
				return true
			}
		}
	}
	return false
}

// distrolessBase is the distroless image that has glibc.
func (m maker) distrolessBase() ([]store.Platform, error) {
	static, err := m.distrolessLayer()
	if err != nil {
		return nil, err
	}
	w, err := layer.Create(m.blobs, gzip.DefaultCompression)
	if err != nil {
		return nil, err
	}
	w.Tree("lib", filepath.Join(m.Debian, "lib"), func(rel string) bool { return rel == path.Dir(musl)[len("lib/"):] || strings.HasPrefix(rel, "ld-musl") })
	w.Tree("lib64", filepath.Join(m.Debian, "lib64"), func(string) bool { return false })
	libc, err := w.Close()
	if err != nil {
		return nil, err
	}
	return []store.Platform{{Platform: platforms("linux/amd64")[0], Config: distrolessConfig(), Layers: []v1.Layer{static, libc}}}, nil
}

// debian is Debian without Go: its /bin and /sbin are links, and some of its
// directories belong to others than root.
func (m maker) debian() ([]store.Platform, error) {
	w, err := layer.Create(m.blobs, gzip.DefaultCompression)
	if err != nil {
		return nil, err
	}
	for _, dir := range []string{"bin", "sbin", "lib"} {
		w.Dir("usr/"+dir, 0o755)
		w.Symlink(dir, "usr/"+dir)
	}
	w.Copy("usr/bin/busybox", m.Busybox)
	w.Symlink("usr/bin/sh", "busybox")
	w.File("etc/passwd", 0o644, debianPasswd)
	w.File("etc/group", 0o644, debianGroup)
	w.OwnedDir("etc/ssl/private", 0o710, 0, 101)
	m.certificates(w)
	for _, dir := range []string{"dev", "home", "opt", "proc", "run", "srv", "sys", "usr/local/bin"} {
		w.Dir(dir, 0o755)
	}
	w.Dir("root", 0o700)
	w.OwnedDir("var/mail", 0o2775, 0, 8)
	w.Symlink("var/run", "/run")
	w.OwnedDir("var/www", 0o755, 33, 33)
	w.Dir("tmp", 0o1777)
	w.Dir("var/tmp", 0o1777)
	base, err := w.Close()
	if err != nil {
		return nil, err
	}
	config := v1.Config{Env: []string{"PATH=" + standardPath}, Cmd: []string{"bash"}}
	var all []store.Platform
	for _, p := range platforms("linux/amd64", "linux/arm64/v8") {
		all = append(all, store.Platform{Platform: p, Config: config, Layers: []v1.Layer{base}})
	}
	return all, nil
}
