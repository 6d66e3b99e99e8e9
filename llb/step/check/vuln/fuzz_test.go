package vuln

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzDecode: what govulncheck prints is made of names in a project's code.
func FuzzDecode(f *testing.F) {
	f.Add(`{"osv":{"id":"GO-1","summary":"s"}}{"finding":{"osv":"GO-1","fixed_version":"v1.2.3","trace":[{"module":"dep","version":"v1.0.0","package":"dep","function":"F"},{"module":"m","package":"m/v2","function":"main","receiver":"*T","position":{"filename":"main.go","line":3,"column":1}}]}}`)
	f.Add(`{"finding":{"osv":"GO-1","trace":[{"module":"stdlib"}]}}`)
	f.Add(`{"finding":{"trace":[]}}{"finding":null}`)
	f.Fuzz(func(t *testing.T, printed string) {
		r, err := decode(strings.NewReader(printed))
		if err != nil {
			return
		}
		for _, c := range r.called(own{"m": "."}) {
			if c.text == "" {
				t.Errorf("%+v has no text", c)
			}
		}
		r.uncalled()
	})
}

// FuzzPick: a database and the files of a project may be anything.
func FuzzPick(f *testing.F) {
	f.Add(`[{"path":"dep","vulns":[{"id":"GO-1","fixed":"1.2.3"}]}]`, "module m\nrequire dep v1.0.0\n", "go 1.26\nreplace dep => other v1.0.0\n", "dep v1.0.0/go.mod h1:=\n")
	f.Add(`[{"path":"stdlib","vulns":[{"id":"../x","fixed":"x"}]}]`, "", "", "")
	f.Fuzz(func(t *testing.T, index, goMod, goWork, sums string) {
		dir := t.TempDir()
		for name, text := range map[string]string{"go.mod": goMod, "go.work": goWork, "go.sum": sums} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		mods, err := readModules(dir, "1.26.8")
		var all []entry
		if err != nil || json.Unmarshal([]byte(index), &all) != nil {
			return
		}
		for _, e := range mods.pick(all) {
			if mods[e.Path] == nil || len(e.Vulns) == 0 {
				t.Errorf("%+v is picked", e)
			}
		}
	})
}
