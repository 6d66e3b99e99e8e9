// Package coverage reads the cases of docs/coverage: real projects' Dockerfiles,
// the specs that replace them, and the images that both declare.
package coverage

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
)

// Image is what users of an image rely on: its config, and what lies in it on
// top of the base.
type Image struct {
	Config        dockerspec.DockerOCIImageConfig
	Packages      []string // of the base's distribution that are added
	Users, Groups []string // lines added to /etc/passwd and /etc/group
	Entries       []Entry
}

// Entry is a file, a directory or a link of an image.
type Entry struct {
	Path     string // absolute
	Mode     fs.FileMode
	UID, GID int
	Link     string // target of a symbolic link
	// Capabilities are those that the file gives: "NET_BIND_SERVICE".
	Capabilities []string
}

// String returns the image in the words of a Dockerfile, then the packages and
// users that it adds, and then its files as ls prints them. What a Dockerfile need not say is
// left out: the usual PATH, / as the working directory, and ordinary directories
// that have something in them.
func (im Image) String() string {
	lines := im.config()
	for _, name := range slices.Sorted(slices.Values(im.Packages)) {
		lines = append(lines, "package "+name)
	}
	lines = append(lines, im.accounts()...)
	for _, e := range im.declared() {
		lines = append(lines, e.String())
	}
	return strings.Join(lines, "\n") + "\n"
}

// usualPath is the PATH of an image that sets none.
const usualPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// OwnLabels are the labels that gohull sets without being asked.
var OwnLabels = []string{
	"org.opencontainers.image.base.digest", "org.opencontainers.image.base.name",
	"org.opencontainers.image.created", "org.opencontainers.image.revision", "org.opencontainers.image.source",
	"org.opencontainers.image.title", "org.opencontainers.image.version",
}

func (im Image) config() []string {
	c := im.Config
	var lines []string
	add := func(word, value string) { lines = append(lines, word+" "+value) }
	if c.User != "" {
		add("USER", c.User)
	}
	if c.WorkingDir != "" && c.WorkingDir != "/" {
		add("WORKDIR", c.WorkingDir)
	}
	for _, e := range c.Env {
		if e != usualPath {
			add("ENV", e)
		}
	}
	for _, port := range slices.Sorted(maps.Keys(c.ExposedPorts)) {
		add("EXPOSE", port)
	}
	for _, dir := range slices.Sorted(maps.Keys(c.Volumes)) {
		add("VOLUME", dir)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Labels)) {
		add("LABEL", name+"="+c.Labels[name])
	}
	if c.StopSignal != "" {
		add("STOPSIGNAL", c.StopSignal)
	}
	if c.Healthcheck != nil {
		add("HEALTHCHECK", healthcheck(c.Healthcheck))
	}
	if c.Entrypoint != nil {
		add("ENTRYPOINT", list(c.Entrypoint))
	}
	if c.Cmd != nil {
		add("CMD", list(c.Cmd))
	}
	return lines
}

// accounts returns users and groups as in "user git 1000:1000 /home/git /bin/sh"
// and "group docker 998 git".
func (im Image) accounts() []string {
	var lines []string
	for _, u := range im.Users {
		f := strings.Split(u, ":")
		lines = append(lines, fmt.Sprintf("user %s %s:%s %s %s", f[0], f[2], f[3], f[5], f[6]))
	}
	for _, g := range im.Groups {
		f := strings.Split(g, ":")
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("group %s %s %s", f[0], f[2], f[3])))
	}
	return lines
}

func healthcheck(h *dockerspec.HealthcheckConfig) string {
	var text string
	for _, option := range []struct {
		name  string
		value fmt.Stringer
		set   bool
	}{
		{"interval", h.Interval, h.Interval != 0},
		{"timeout", h.Timeout, h.Timeout != 0},
		{"start-period", h.StartPeriod, h.StartPeriod != 0},
	} {
		if option.set {
			text += "--" + option.name + "=" + option.value.String() + " "
		}
	}
	if h.Retries != 0 {
		text += fmt.Sprintf("--retries=%d ", h.Retries)
	}
	return text + list(h.Test)
}

func list(words []string) string {
	text, err := json.Marshal(words)
	if err != nil {
		panic(err) // a list of strings has a JSON form
	}
	return string(text)
}

// declared returns the entries without ordinary directories that have something
// in them, by path. Of two entries with the same path, the second is on top.
func (im Image) declared() []Entry {
	parents, last := map[string]bool{}, map[string]Entry{}
	for _, e := range im.Entries {
		parents[path.Dir(e.Path)] = true
		last[e.Path] = e
	}
	maps.DeleteFunc(last, func(_ string, e Entry) bool {
		return e.Mode == fs.ModeDir|0o755 && e.UID == 0 && e.GID == 0 && parents[e.Path]
	})
	return slices.SortedFunc(maps.Values(last), func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
}

// String returns an entry as in "-rw-r----- 0:1000 /etc/app/key", and its
// capabilities as getcap prints them.
func (e Entry) String() string {
	line := fmt.Sprintf("%s %d:%d %s", e.Mode, e.UID, e.GID, e.Path)
	if e.Link != "" {
		line += " -> " + e.Link
	}
	if len(e.Capabilities) > 0 {
		line += " cap_" + strings.ToLower(strings.Join(e.Capabilities, ",cap_")) + "=ep"
	}
	return line
}
