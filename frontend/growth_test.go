package frontend

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"
)

// TestGrowth: what is sent to the daemon and to the client grows with the number of
// images, and not with its square.
func TestGrowth(t *testing.T) {
	for _, ask := range []string{"frontend.plan", "build"} {
		small, large := traffic(t, ask, 50), traffic(t, ask, 100)
		if ratio := float64(large) / float64(small); ratio > 2.2 {
			t.Errorf("%s: %d bytes for 50 images, and %.1f times as many for 100", ask, small, ratio)
		}
	}
}

// traffic returns the number of bytes of definitions and answers.
func traffic(tb testing.TB, ask string, images int) int {
	tb.Helper()
	g, answers := plans(tb, ask, services(images))
	n := g.bytes
	for _, data := range answers {
		n += len(data)
	}
	return n
}

// BenchmarkImages plans files with more and more images. What one image costs
// must not depend on how many there are.
func BenchmarkImages(b *testing.B) {
	for _, ask := range []string{"frontend.lint", "frontend.plan", "frontend.spec", "frontend.bake", "build"} {
		for _, n := range []int{50, 100, 200, 400} {
			b.Run(fmt.Sprintf("%s/images=%d", strings.TrimPrefix(ask, "frontend."), n), func(b *testing.B) {
				files := services(n)
				before := userTime(b)
				for b.Loop() {
					plans(b, ask, files)
				}
				b.ReportMetric(float64((userTime(b)-before).Microseconds())/float64(b.N*n), "user-µs/image")
			})
		}
	}
}

// userTime returns the CPU time that the process has spent so far. Unlike the time of
// a clock, it does not grow when other programs run.
func userTime(tb testing.TB) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano())
}

// plans asks a question about all images, or builds them.
func plans(tb testing.TB, ask string, files fstest.MapFS) (*fakeGateway, map[string][]byte) {
	tb.Helper()
	g := &fakeGateway{files: files, opts: map[string]string{"target": "all"}}
	if ask != "build" {
		g.opts = map[string]string{"requestid": ask}
	}
	res, err := unreleased.Build(tb.Context(), g)
	if err != nil {
		tb.Fatal(err)
	}
	return g, res.Metadata
}

// services returns a project with a program for each of n images.
func services(n int) fstest.MapFS {
	files := mapFS(map[string]string{
		"go.mod":               "module example.com/services\n\ngo 1.26.8\n",
		"internal/shared/x.go": "package shared\n",
	})
	spec := "# syntax=registry.example/gohull:1\nbase: alpine\nrun: {files: [{from: config, to: /etc/app}]}\nimages:\n"
	for i := range n {
		name := fmt.Sprintf("svc%d", i)
		files["cmd/"+name+"/main.go"] = &fstest.MapFile{Mode: 0o644, Data: []byte("package main\n\nimport _ \"example.com/services/internal/shared\"\n")}
		spec += fmt.Sprintf("  %s: {main: ./cmd/%s, image: {name: registry.example/%s, tags: [v1]}}\n", name, name, name)
	}
	files["config/app.yaml"] = &fstest.MapFile{Mode: 0o644, Data: []byte("a: b\n")}
	files["Dockerfile"] = &fstest.MapFile{Mode: 0o644, Data: []byte(spec)}
	return files
}
