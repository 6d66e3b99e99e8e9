package scan

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/gohull/gohull/llb/step"
)

// TestZones: what only looks like a use of a time zone's file is none.
func TestZones(t *testing.T) {
	for text, want := range map[string]string{
		`import "time"; var _, _ = time.LoadLocation("Europe/Berlin")`:                                    "1:41",
		`import "time"; func f(z string) { time.LoadLocation(z) }`:                                        "1:49",
		`import clock "time"; var _, _ = clock.LoadLocation("Asia/Tokyo")`:                                "1:47",
		`import . "time"; var _, _ = LoadLocation("Asia/Tokyo")`:                                          "1:43",
		`import "time"; var load = time.LoadLocation`:                                                     "1:41",
		`import "time"; const zone = "Asia/Tokyo"; var _, _ = time.LoadLocation(zone)`:                    "1:68",
		`import "time"; var _, _ = time.LoadLocation("UTC"); var _, _ = time.LoadLocation("Asia/Tokyo")`:  "1:78",
		`import "time"; var _, _ = time.LoadLocation("UTC")`:                                              "",
		`import "time"; var _, _ = time.LoadLocation("")`:                                                 "",
		"import `time`; var _, _ = time.LoadLocation(`Local`)":                                            "",
		`import "time"; const zone = "UTC"; var _, _ = time.LoadLocation((zone))`:                         "",
		`import "time"; var _ = time.Now // time.LoadLocation("Asia/Tokyo")`:                              "",
		`import "time"; var _ = time.Now; var _ = "time.LoadLocation(zone)"`:                              "",
		`import clock "time"; var time other; var _ = time.LoadLocation("Asia/Tokyo"); var _ = clock.Now`: "",
		`import "time"; func f() { _ = time.Now; time := other{}; time.LoadLocation("Asia/Tokyo") }`:      "",
		`import _ "time"; func LoadLocation(string) {}; func f() { LoadLocation("Asia/Tokyo") }`:          "",
	} {
		files := fstest.MapFS{"go.mod": {Data: []byte("module m\n\ngo 1.26\n")}, "main.go": {Data: []byte("package main; " + text + "\n")}}
		facts, err := Scan(files, step.Scan{Platforms: []string{"linux/amd64"}, Go: "1.26.8", Needs: []string{step.NoteZones}})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, n := range facts.Notes {
			got = fmt.Sprintf("%d:%d", n.Line, n.Col)
		}
		if got != want {
			t.Errorf("%s: noted at %q, want %q", text, got, want)
		}
	}
}
