package debian

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step/image/packages/debian/control"
	"github.com/gohull/gohull/llb/step/image/packages/debian/resolve"
)

// dpkg's database. Distroless images have a file for each package instead of
// one for all.
const (
	statusFile = "var/lib/dpkg/status"
	statusDir  = "var/lib/dpkg/status.d"
	infoDir    = "var/lib/dpkg/info"
)

// longest is the size of the largest file of a database.
const longest = 256 << 20

func exists(base fs.FS, name string) bool {
	_, found := links.InRoot(base, name)
	return found
}

// readIn reads a file of a base, nil if it is missing.
func readIn(base fs.FS, name string) ([]byte, error) {
	at, found := links.InRoot(base, name)
	if !found {
		return nil, nil
	}
	return regular.ReadIn(base, at, longest)
}

// readDatabase returns the packages that a base has, and whether it has dpkg's
// full database.
func readDatabase(base fs.FS) (all []*resolve.Package, full bool, err error) {
	data, err := readIn(base, statusFile)
	if err != nil {
		return nil, false, err
	}
	if full = len(bytes.TrimSpace(data)) > 0 || !exists(base, statusDir); full {
		all, err = installed("/"+statusFile, data)
		return all, full, err
	}
	at, _ := links.InRoot(base, statusDir)
	entries, err := fs.ReadDir(base, at)
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".md5sums") || e.IsDir() {
			continue
		}
		name := path.Join(statusDir, e.Name())
		data, err := readIn(base, name)
		if err != nil {
			return nil, false, err
		}
		some, err := installed("/"+name, data)
		if err != nil {
			return nil, false, err
		}
		all = append(all, some...)
	}
	return all, false, err
}

// installed returns the packages of a file whose files are there.
func installed(name string, data []byte) (all []*resolve.Package, err error) {
	paragraphs, err := control.Parse(name, data)
	for _, p := range paragraphs {
		if isInstalled(p) {
			all = append(all, resolve.NewPackage(p))
		}
	}
	return all, err
}

// isInstalled reports whether the files of a package are there. Distroless
// images have no field for it.
func isInstalled(p control.Paragraph) bool {
	status, found := p.Lookup("Status")
	words := strings.Fields(status)
	if !found {
		return p.Get("Package") != ""
	}
	return len(words) == 3 && words[2] != "config-files" && words[2] != "not-installed" && words[2] != "half-installed"
}

// osRelease returns what a base says of itself.
func osRelease(base fs.FS) map[string]string {
	data, _ := readIn(base, "etc/os-release")
	if data == nil {
		data, _ = readIn(base, "usr/lib/os-release")
	}
	all := map[string]string{}
	for line := range strings.Lines(string(data)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		all[name] = strings.Trim(value, `"'`)
	}
	return all
}

// parseSize reads a size, which is not negative.
func parseSize(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err == nil && n < 0 {
		err = errors.New("it is negative")
	}
	return n, err
}

// purl returns the package URL of a package, as scanners write it.
func purl(p *resolve.Package, os map[string]string) string {
	id := os["ID"]
	if id == "" {
		id = "debian"
	}
	qualifiers := "arch=" + p.Arch
	if os["VERSION_ID"] != "" {
		qualifiers += "&distro=" + id + "-" + os["VERSION_ID"]
	}
	// "glibc (2.36-9)" has a version if it is another one than that of the package.
	if source, _, _ := strings.Cut(p.Get("Source"), " "); source != "" && source != p.Name {
		qualifiers += "&upstream=" + escape(source)
	}
	return fmt.Sprintf("pkg:deb/%s/%s@%s?%s", id, escape(p.Name), escape(p.Version), qualifiers)
}

func escape(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(s), "%3A", ":"), "%7E", "~")
}
