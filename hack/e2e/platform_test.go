package e2e

import (
	"bytes"
	"debug/buildinfo"
	"debug/elf"
	"slices"
	"testing"

	"github.com/gohull/gohull/hack/internal/image"
)

// TestPlatforms builds for many architectures at once. The lab emulates none of
// them, so that a step which ran on another than its own would fail.
func TestPlatforms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		platform string
		machine  elf.Machine
		settings map[string]string // of the binary, in addition to those that all have
	}{
		{"linux/amd64", elf.EM_X86_64, map[string]string{"GOARCH": "amd64", "GOAMD64": "v1"}},
		{"linux/amd64/v3", elf.EM_X86_64, map[string]string{"GOARCH": "amd64", "GOAMD64": "v3"}},
		{"linux/arm/v6", elf.EM_ARM, map[string]string{"GOARCH": "arm", "GOARM": "6"}},
		{"linux/arm/v7", elf.EM_ARM, map[string]string{"GOARCH": "arm", "GOARM": "7"}},
		{"linux/arm64", elf.EM_AARCH64, map[string]string{"GOARCH": "arm64", "GOARM64": "v8.0"}},
		{"linux/riscv64", elf.EM_RISCV, map[string]string{"GOARCH": "riscv64", "GORISCV64": "rva20u64"}},
	}
	var asked, want []string
	for _, test := range tests {
		asked = append(asked, "--platform="+test.platform)
		want = append(want, test.platform)
	}
	dir := write(t, map[string]string{
		"Dockerfile": "",
		"go.mod":     goMod("example.com/platforms"),
		"main.go":    "package main\n\nfunc main() {}\n",
	})
	b := gohull(t, dir, append(asked, "--platform=linux/arm64/v8,linux/amd64", "--provenance=false")...)
	b.Push = ref(t)
	succeed(t, b)
	if got := platforms(t, b.Push); !slices.Equal(got, want) {
		t.Errorf("platforms %q, want %q", got, want)
	}
	for _, test := range tests {
		t.Run(test.platform, func(t *testing.T) {
			settings := map[string]string{"-trimpath": "true", "-ldflags": "", "CGO_ENABLED": "0", "GOOS": "linux"}
			for name, value := range test.settings {
				settings[name] = value
			}
			im := pullFor(t, b.Push, test.platform)
			isFor(t, files(t, im)["usr/local/bin/platforms"].Data, test.machine, settings)
		})
	}
}

// platforms lists those of an image, in its order.
func platforms(t testing.TB, ref string) []string {
	t.Helper()
	index, err := image.Index(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, d := range index.Manifests {
		all = append(all, d.Platform.String())
	}
	return all
}

// isFor compares a binary with the machine that it is for, and against how
// it has to be built.
func isFor(t *testing.T, binary []byte, machine elf.Machine, settings map[string]string) {
	file, err := elf.NewFile(bytes.NewReader(binary))
	if err != nil {
		t.Fatal(err)
	}
	if file.Machine != machine {
		t.Errorf("machine %s, want %s", file.Machine, machine)
	}
	info, err := buildinfo.Read(bytes.NewReader(binary))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, s := range info.Settings {
		got[s.Key] = s.Value
	}
	for name, want := range settings {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}
