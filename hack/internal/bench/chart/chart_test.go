package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/bench/result"
	"github.com/gohull/gohull/internal/golden"
)

// TestSVG draws a run; `go test ./internal/bench/chart -update` rewrites the
// picture.
func TestSVG(t *testing.T) {
	run, err := result.Read("../result/testdata/run.json")
	if err != nil {
		t.Fatal(err)
	}
	picture := SVG(run)
	golden.File(t, "testdata/run.svg", picture)
	for d := xml.NewDecoder(strings.NewReader(picture)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(picture, "href") || strings.Contains(picture, "url(") {
		t.Error("the picture asks for something else")
	}
}
