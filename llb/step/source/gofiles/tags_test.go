package gofiles

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestToolTags: every tag that the go command sets by itself may hold, and
// none of them is taken for granted, as another toolchain may not set it.
func TestToolTags(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command")
	}
	for _, env := range []string{
		"GOARCH=amd64 GOAMD64=v4", "GOARCH=arm64 GOARM64=v9.0,lse,crypto", "GOARCH=arm GOARM=7,softfloat", "GOARCH=386 GO386=softfloat",
		"GOARCH=mips64le GOMIPS64=softfloat", "GOARCH=ppc64le GOPPC64=power10", "GOARCH=riscv64 GORISCV64=rva23u64", "GOARCH=wasm GOOS=js GOWASM=satconv",
		"GOARCH=amd64 GOEXPERIMENT=jsonv2,boringcrypto", "GOARCH=amd64 GOFIPS140=v1.0.0", "GOARCH=amd64 GOFLAGS=-race", "GOARCH=arm64 GOFLAGS=-asan",
	} {
		settings := append([]string{"GOOS=linux", "GOTOOLCHAIN=local", "GOENV=off", "GOFLAGS=", "CGO_ENABLED=1"}, strings.Fields(env)...)
		cmd := exec.Command("go", "list", "-f", `{{join context.BuildTags " "}} {{join context.ToolTags " "}} {{join context.ReleaseTags " "}}`, "unsafe")
		cmd.Env = append(os.Environ(), settings...)
		cmd.Dir = t.TempDir()
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", env, err)
		}
		set := map[string]string{}
		for _, e := range settings {
			key, value, _ := strings.Cut(e, "=")
			set[key] = value
		}
		f := filter(t, Build{Platforms: []string{set["GOOS"] + "/" + set["GOARCH"]}})
		tags := strings.Fields(string(out))
		if len(tags) == 0 {
			t.Errorf("%s: the go command sets no tags", env)
		}
		for _, tag := range tags {
			m, err := f.Match("f.go", strings.NewReader("//go:build "+tag+"\n\npackage p\n"))
			if !m.Possible || m.Certain || err != nil {
				t.Errorf("%s: the tag %s gives %+v, %v", env, tag, m, err)
			}
		}
	}
}
