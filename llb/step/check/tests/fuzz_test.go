package tests

import (
	"bytes"
	"encoding/xml"
	"io"
	"testing"
)

// FuzzEvents: tests print what they like, also between the events of the go
// command and as events of their own.
func FuzzEvents(f *testing.F) {
	f.Add([]byte(`{"Action":"output","Package":"m","Test":"TestA","Output":"    a_test.go:7: got 1\\n"}
{"Action":"fail","Package":"m","Test":"TestA","Elapsed":0.1}
{"Action":"fail","Package":"m"}
`))
	f.Add([]byte(`{"Action":"output","Package":"m","Test":"TestA","Output":"panic: boom\\n\\t/src/a.go:1 +0x1\\n"}
{"Action":"fail","Package":"m","Test":"TestA"}
WARNING: DATA RACE
`))
	f.Add([]byte(`{"Action":"build-output","ImportPath":"m","Output":"# m\\n"}` + "\n{\n"))
	dirs := map[string]string{"m": "/src"}
	f.Fuzz(func(t *testing.T, printed []byte) {
		whole, halves := &stream{log: io.Discard}, &stream{log: io.Discard}
		if _, err := whole.Write(printed); err != nil {
			t.Fatal(err)
		}
		for _, half := range [][]byte{printed[:len(printed)/2], printed[len(printed)/2:]} {
			if _, err := halves.Write(half); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(whole.text.Bytes(), halves.text.Bytes()) || !bytes.Equal(whole.rest.Bytes(), halves.rest.Bytes()) {
			t.Error("it depends on where the output is cut")
		}
		r := newRun(whole)
		r.failures(dirs)
		report, err := r.junit()
		if err != nil {
			t.Fatal(err)
		}
		var back testSuites
		if err := xml.Unmarshal(report, &back); err != nil {
			t.Errorf("%v in %s", err, report)
		}
	})
}
