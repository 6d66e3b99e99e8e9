package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
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
		t.Error("the picture loads another file")
	}
}

// TestDeciding checks which rows the committed results give, and that all bars
// share one axis.
func TestDeciding(t *testing.T) {
	run, err := result.Read("../../../../docs/benchmarks.json")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	rows := deciding(run)
	for _, r := range rows {
		got = append(got, r.Name+" "+r.input.Name)
	}
	if want := "readme gohull, leaf gohull, imported gohull, services ten services"; strings.Join(got, ", ") != want {
		t.Errorf("rows are %s, want %s", strings.Join(got, ", "), want)
	}
	end := most(run, rows)
	for _, r := range rows {
		for _, i := range drawn(run) {
			if ratio, _, ok := r.times(run.Peers[i].Name); ok && ratio > float64(end) {
				t.Errorf("%s: %s takes %.2f times as long, and the axis ends at %d", r.Name, run.Peers[i].Title, ratio, end)
			}
		}
	}
	picture := SVG(run)
	for _, want := range []string{title, unit, fmt.Sprintf(sentence, run.Repetitions, run.Machine.Cores)} {
		if !strings.Contains(picture, want) {
			t.Errorf("the picture has no %q", want)
		}
	}
}
