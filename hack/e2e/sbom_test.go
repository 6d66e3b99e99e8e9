package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/spdxlib"
)

// numbered is a program on alpine with one dependency.
var numbered = map[string]string{
	"Dockerfile": "base: alpine\n",
	"go.mod":     goMod("example.com/numbered") + "\nrequire github.com/google/uuid v1.6.0\n",
	"go.sum": `github.com/google/uuid v1.6.0 h1:NIvaJDMOsjHA8n1jAhLSgzrAzy1Hgr+hNrb57e+94F0=
github.com/google/uuid v1.6.0/go.mod h1:TIyPZe4MgqvfeYDBFedMoGGpEw/LqOeaOT+nhxU+yHo=
`,
	"main.go": `package main

import "github.com/google/uuid"

func main() { println(uuid.Nil.String()) }
`,
}

// TestSBOM asks for an SBOM as users do, and reads it as they do. No scanner
// is there to be pulled.
func TestSBOM(t *testing.T) {
	dir := write(t, numbered)
	b := gohull(t, dir, "--sbom=true", "--platform=linux/amd64,linux/arm64")
	b.Push = ref(t)
	succeed(t, b)
	for _, platform := range []string{"linux/amd64", "linux/arm64"} {
		t.Run(platform, func(t *testing.T) {
			im := pullFor(t, b.Push, platform)
			binary := files(t, im)["usr/local/bin/numbered"].Data
			sum := sha256.Sum256(binary)
			doc := inspectSBOM(t, b.Push, `(index .SBOM "`+platform+`")`)
			holdsPackages(t, doc, map[string]string{
				"stdlib":                        goVersion(),
				"github.com/google/uuid":        "v1.6.0",
				"example.com/numbered":          "",
				"docker.io/library/alpine:3.22": config(t, im).Labels["org.opencontainers.image.base.digest"],
				"numbered":                      "",
			})
			f := doc.Files[0]
			if len(doc.Files) != 1 || f.FileName != "/usr/local/bin/numbered" || f.Checksums[1].Value != hex.EncodeToString(sum[:]) {
				t.Errorf("files %+v, want the binary with the checksum %x", doc.Files, sum)
			}
			layers, err := im.Layers()
			if err != nil {
				t.Fatal(err)
			}
			last, err := layers[len(layers)-1].Digest()
			if err != nil {
				t.Fatal(err)
			}
			if want := "layerID: " + last.String(); f.FileComment != want {
				t.Errorf("the binary's comment is %q, want %q", f.FileComment, want)
			}
		})
	}
}

// inspectSBOM reads and validates an SBOM that buildx finds with an image,
// under ".SBOM", or a platform's part of that.
func inspectSBOM(t *testing.T, ref, part string) *spdx.Document {
	t.Helper()
	format := `{{json ` + part + `.SPDX}}`
	out, err := exec.CommandContext(t.Context(), "docker-buildx", "imagetools", "inspect", ref, "--format", format).CombinedOutput()
	if err != nil {
		t.Fatalf("imagetools inspect: %v\n%s", err, out)
	}
	return readSPDX(t, out)
}

func readSPDX(t *testing.T, data []byte) *spdx.Document {
	t.Helper()
	doc, err := spdxjson.Read(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%v:\n%s", err, data)
	}
	if err := spdxlib.ValidateDocument(doc); err != nil {
		t.Error(err)
	}
	return doc
}

// holdsPackages compares the packages of an SBOM, by name, with versions.
func holdsPackages(t *testing.T, doc *spdx.Document, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for _, p := range doc.Packages {
		got[p.PackageName] = p.PackageVersion
	}
	if len(got) != len(want) {
		t.Errorf("packages %v, want %v", got, want)
	}
	for name, version := range want {
		if v, ok := got[name]; !ok || v != version {
			t.Errorf("package %s has the version %q, want %q", name, v, version)
		}
	}
}

// TestSBOMIsReproducible: a second builder writes the same document,
// but for what the daemon adds to it.
func TestSBOMIsReproducible(t *testing.T) {
	t.Parallel()
	dir := write(t, numbered)
	var docs []string
	for _, builder := range []string{"", another(t, "second")} {
		out := t.TempDir()
		b := gohull(t, dir, "--sbom=true", "--output="+out)
		b.Builder = builder
		succeed(t, b)
		data, err := os.ReadFile(filepath.Join(out, "sbom.spdx.json"))
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, string(data))
	}
	if docs[0] != docs[1] {
		t.Errorf("two builders, two documents:\n%s\n%s", docs[0], docs[1])
	}
	if !strings.Contains(docs[0], `"predicateType": "https://spdx.dev/Document"`) {
		t.Errorf("the attestation is no SPDX document:\n%s", docs[0])
	}
}

// TestSBOMTarget exports the document itself.
func TestSBOMTarget(t *testing.T) {
	out := t.TempDir()
	succeed(t, gohull(t, write(t, numbered), "--target=sbom", "--output="+out))
	entries, err := os.ReadDir(out)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v (%v), want one file", entries, err)
	}
	data, err := os.ReadFile(filepath.Join(out, "sbom.spdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	if doc := readSPDX(t, data); doc.DocumentName != "numbered" {
		t.Errorf("the document is that of %q", doc.DocumentName)
	}
}

// TestSBOMIsNotAskedFor: what nobody asked for is neither made nor attached.
func TestSBOMIsNotAskedFor(t *testing.T) {
	b := gohull(t, write(t, numbered))
	b.Push = ref(t)
	r := succeed(t, b)
	if v, ok := r.Vertex("is made of"); ok {
		t.Errorf("there was a step %q", v.Name)
	}
}

// scanner is what BuildKit runs as the generator of an SBOM: it writes an
// in-toto statement for what it was given.
const scanner = `package main

import "os"

const statement = ` + "`" + `{"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://spdx.dev/Document",
"predicate": {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "dataLicense": "CC0-1.0", "name": "scanned"}}` + "`" + `

func main() {
	if _, err := os.Stat(os.Getenv("BUILDKIT_SCAN_SOURCE") + "/usr/local/bin/numbered"); err != nil {
		panic(err)
	}
	if err := os.WriteFile(os.Getenv("BUILDKIT_SCAN_DESTINATION")+"/sbom.spdx.json", []byte(statement), 0o644); err != nil {
		panic(err)
	}
}
`

// TestSBOMOfScanner names a scanner, which then has the last word.
func TestSBOMOfScanner(t *testing.T) {
	tool := gohull(t, write(t, map[string]string{
		"Dockerfile": "run: {user: root}\n",
		"go.mod":     goMod("example.com/scanner"),
		"main.go":    scanner,
	}))
	tool.Push = ref(t)
	succeed(t, tool)
	b := gohull(t, write(t, numbered), "--sbom=generator="+tool.Push)
	b.Push = strings.TrimSuffix(ref(t), ":latest") + ":scanned"
	r := succeed(t, b)
	if doc := inspectSBOM(t, b.Push, ".SBOM"); doc.DocumentName != "scanned" {
		t.Errorf("the SBOM is that of %q, want the scanner's", doc.DocumentName)
	}
	if v, ok := r.Vertex("is made of"); ok {
		t.Errorf("there was a step %q as well", v.Name)
	}
}

// TestSBOMSettings gives a scanner's setting without a scanner.
func TestSBOMSettings(t *testing.T) {
	r := run(t, gohull(t, write(t, numbered), "--attest=type=sbom,SCANNERS=go"))
	const want = "--attest type=sbom: SCANNERS is a setting for a scanner, and none runs: gohull reads the SBOM from the binaries; remove it, or name a scanner too: generator=<image>"
	if r.Exit == 0 || !strings.Contains(r.Text, want) {
		t.Errorf("exit code %d, and this was printed, want %q:\n%s", r.Exit, want, r.Text)
	}
}
