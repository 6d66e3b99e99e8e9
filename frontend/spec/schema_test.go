package spec_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
	"golang.org/x/tools/txtar"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/golden"
)

// TestSchema shows the schema as editors get it.
func TestSchema(t *testing.T) {
	golden.File(t, "testdata/schema.json", string(spec.Schema()))
}

// TestSchemaAccepts validates every spec that Parse accepts with the schema: an
// editor must not report what builds.
func TestSchemaAccepts(t *testing.T) {
	schema := compiled(t)
	valid := 0
	for name, data := range specs(t) {
		if _, err := spec.Parse(name, data); err != nil {
			continue
		}
		valid++
		if err := schema.Validate(decoded(t, data)); err != nil {
			t.Errorf("%s:\n%s\n%v", name, data, err)
		}
	}
	if valid < 80 {
		t.Errorf("%d valid specs, the files must be elsewhere now", valid)
	}
}

// TestSchemaRefuses: the schema is strict, but not stricter than
// Parse.
func TestSchemaRefuses(t *testing.T) {
	schema := compiled(t)
	for _, text := range []string{
		"mian: .\n",
		"main: []\n",
		"main: [a, a]\n",
		"go: go1.26\n",
		"build: [a]\n",
		"build: {cgo: 1}\n",
		"build: {tag: a}\n",
		"modules: {mode: vendored}\n",
		"run: {workdir: data}\n",
		"run: {user: Root}\n",
		"run: {expose: [70000]}\n",
		"run: {expose: [80/http]}\n",
		"run: {files: [{from: a}]}\n",
		"run: {stop-signal: SIGTREM}\n",
		"run: {env: [A]}\n",
		"run: {healthcheck: off}\n",
		"run: {healthcheck: {interval: 30s}}\n",
		"run: {healthcheck: {test: a, interval: 30}}\n",
		"run: {healthcheck: {test: a, retries: 0}}\n",
	} {
		var refused *jsonschema.ValidationError
		if err := schema.Validate(decoded(t, []byte(text))); !errors.As(err, &refused) {
			t.Errorf("the schema accepts %q", text)
		}
		if _, err := spec.Parse("gohull.yaml", []byte(text)); err == nil {
			t.Errorf("Parse accepts %q", text)
		}
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(spec.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("spec.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("spec.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// decoded is a spec as an editor hands it to the schema: keys are strings, and
// so are dates.
func decoded(t *testing.T, data []byte) any {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatalf("%v:\n%s", err, data)
	}
	return value(t, &doc)
}

func value(t *testing.T, n *yaml.Node) any {
	switch n.Kind {
	case 0: // an empty file
		return nil
	case yaml.DocumentNode:
		return value(t, n.Content[0])
	case yaml.AliasNode:
		return value(t, n.Alias)
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, value(t, item))
		}
		return list
	case yaml.MappingNode:
		mapping := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			mapping[n.Content[i].Value] = value(t, n.Content[i+1])
		}
		return mapping
	}
	if n.ShortTag() == "!!timestamp" {
		return n.Value
	}
	var v any
	if err := n.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// specs are all specs of tests and examples, by where they stand.
func specs(t *testing.T) map[string][]byte {
	all := map[string][]byte{}
	for _, pattern := range []string{"testdata/*.txtar", "../testdata/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range archive.Files {
				if ext := filepath.Ext(f.Name); f.Name == "Dockerfile" || ext == ".yaml" {
					all[file+":"+f.Name] = unescape(f.Data)
				}
			}
		}
	}
	for _, root := range []string{"../../gohull.yaml", "../../examples"} {
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err == nil && (name == root || d.Name() == "Dockerfile") && !d.IsDir() {
				all[name], err = os.ReadFile(name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}
