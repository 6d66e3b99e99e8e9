// Package sbom writes a software bill of materials, as an SPDX 2.3 document,
// from what is known for sure: the build information that the linker put into
// the executables, and the base that the image starts from. Nothing is
// guessed from file names.
//
// The same input gives the same bytes.
package sbom

import (
	"bytes"
	"cmp"
	"crypto/sha1"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"runtime/debug"
	"slices"
	"time"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
)

// Document describes the executables of a file system, and packages that the
// image has next to them. Each of the files has to be one that the go command
// linked.
func Document(root fs.FS, v step.SBOM, list []step.OSPackage) ([]byte, error) {
	var executables []executable
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		e, err := read(root, name)
		executables = append(executables, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	return encode(describe(executables, v, list))
}

// executable is a file and what it says of itself.
type executable struct {
	path         string // in the image, without a leading slash
	sha1, sha256 string // in hex
	info         *debug.BuildInfo
}

func read(root fs.FS, name string) (executable, error) {
	e := executable{path: name}
	data, err := regular.ReadIn(root, name, regular.Program)
	if err != nil {
		return e, err
	}
	s1, s256 := sha1.Sum(data), sha256.Sum256(data)
	e.sha1, e.sha256 = hex.EncodeToString(s1[:]), hex.EncodeToString(s256[:])
	f, err := root.Open(name)
	if err != nil {
		return e, err
	}
	defer f.Close()
	at, ok := f.(io.ReaderAt)
	if !ok {
		return e, fmt.Errorf("%s: %T cannot be read at an offset", name, f)
	}
	e.info, err = buildinfo.Read(at)
	if err != nil {
		return e, fmt.Errorf("%s has no build information: %w", name, err)
	}
	return e, nil
}

// describe returns the document of an image, but for its namespace.
func describe(executables []executable, v step.SBOM, list []step.OSPackage) document {
	d := document{
		Version: "SPDX-2.3",
		License: "CC0-1.0",
		ID:      documentID,
		Name:    v.Image,
		Creation: creation{
			Created:  time.Unix(v.Epoch, 0).UTC().Format(time.RFC3339),
			Creators: []string{"Tool: gohull"},
		},
	}
	d.addPackage(pkg{ID: imageID, Name: v.Image, Purpose: "CONTAINER"})
	d.relate(documentID, "DESCRIBES", imageID)
	if v.Base != "" {
		d.addPackage(basePackage(v.Base))
		d.relate(imageID, "DESCENDANT_OF", baseID)
	}
	for _, one := range list {
		p := osPackage(one)
		d.addPackage(p)
		d.relate(imageID, "CONTAINS", p.ID)
	}
	for _, e := range executables {
		d.addExecutable(e)
	}
	return d
}

// addExecutable adds a file and the modules that are linked into it.
func (d *document) addExecutable(e executable) {
	f := file{
		ID:    id("File", e.path),
		Name:  "/" + e.path,
		Types: []string{"BINARY"},
		Checksums: []checksum{
			{"SHA1", e.sha1}, // which SPDX wants of every file
			{"SHA256", e.sha256},
		},
	}
	d.Files = append(d.Files, f)
	d.relate(imageID, "CONTAINS", f.ID)
	main := mainPackage(e.info)
	d.addPackage(main)
	d.relate(f.ID, "GENERATED_FROM", main.ID)
	for _, p := range linked(e.info) {
		d.addPackage(p)
		d.relate(f.ID, "STATIC_LINK", p.ID)
	}
}

// addPackage adds a package that is not there yet.
func (d *document) addPackage(p pkg) {
	p.Location = cmp.Or(p.Location, noAssertion)
	if !slices.ContainsFunc(d.Packages, func(o pkg) bool { return o.ID == p.ID }) {
		d.Packages = append(d.Packages, p)
	}
}

func (d *document) relate(from, how, to string) {
	d.Relationships = append(d.Relationships, relationship{from, how, to})
}

// encode writes a document. Its namespace is made from its content, so that
// two documents share one only when they are alike.
func encode(d document) ([]byte, error) {
	content, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(content)
	d.Namespace = namespaceRoot + escape(d.Name, "") + "-" + hex.EncodeToString(sum[:])
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err = enc.Encode(d)
	return b.Bytes(), err
}
