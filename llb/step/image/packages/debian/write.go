package debian

import (
	"crypto/md5"
	"encoding/hex"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// writeDatabase writes what scanners and dpkg want to know of the packages.
func (in *installer) writeDatabase() error {
	if !in.full {
		return in.writeStatusDir()
	}
	byName := map[string]*archive{}
	for _, a := range in.done {
		byName[a.name] = a
		if err := in.writeInfo(a); err != nil {
			return err
		}
	}
	var b strings.Builder
	for _, p := range in.status {
		if a := byName[p.Get("Package")]; a != nil && a.isInsteadOf(p) {
			continue // A newer version replaces it.
		}
		b.WriteString(strings.TrimRight(string(p), "\n") + "\n\n")
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		b.WriteString(byName[name].paragraph() + "\n")
	}
	return in.layer.WriteFile(statusFile, []byte(b.String()), 0o644)
}

// paragraph returns the entry of a package in the status file.
func (a *archive) paragraph() string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimRight(string(a.Paragraph), "\n") + "\n") {
		b.WriteString(line)
		if strings.HasPrefix(line, "Package:") {
			b.WriteString("Status: install ok installed\n")
		}
	}
	var conffiles []string
	for line := range strings.Lines(string(a.info["conffiles"])) {
		if name := strings.TrimSpace(line); strings.HasPrefix(name, "/") {
			conffiles = append(conffiles, " "+name+" "+a.sum(name)+"\n")
		}
	}
	for _, line := range a.obsolete {
		conffiles = append(conffiles, " "+line+"\n")
	}
	if len(conffiles) > 0 {
		b.WriteString("Conffiles:\n" + strings.Join(conffiles, ""))
	}
	return b.String()
}

// sum returns the checksum that the package has for a configuration file.
func (a *archive) sum(name string) string {
	if sum := a.sums[name]; sum != "" {
		return sum
	}
	return "newconffile"
}

// kept are the files about a package that dpkg keeps.
var kept = map[string]bool{
	"md5sums": true, "conffiles": true, "preinst": true, "postinst": true, "prerm": true, "postrm": true,
	"triggers": true, "shlibs": true, "symbols": true, "templates": true, "config": true,
}

// infoName returns how the files of a package below /var/lib/dpkg/info begin.
func (a *archive) infoName() string {
	if a.Get("Multi-Arch") == "same" {
		return a.name + ":" + a.Get("Architecture")
	}
	return a.name
}

// writeInfo writes the files of a package below /var/lib/dpkg/info.
func (in *installer) writeInfo(a *archive) error {
	name := a.infoName()
	list := strings.Join(a.sortedPaths(), "\n") + "\n"
	if err := in.layer.WriteFile(path.Join(infoDir, name+".list"), []byte(list), 0o644); err != nil {
		return err
	}
	for _, part := range slices.Sorted(maps.Keys(a.info)) {
		if !kept[part] {
			continue
		}
		mode := fs.FileMode(0o644)
		if slices.Contains([]string{"preinst", "postinst", "prerm", "postrm", "config"}, part) {
			mode = 0o755
		}
		if err := in.layer.WriteFile(path.Join(infoDir, name+"."+part), a.info[part], mode); err != nil {
			return err
		}
	}
	return nil
}

// writeStatusDir writes a file for each package, as distroless images have it.
func (in *installer) writeStatusDir() error {
	for _, a := range in.done {
		text := strings.TrimRight(string(a.Paragraph), "\n") + "\n"
		if err := in.layer.WriteFile(path.Join(statusDir, a.name), []byte(text), 0o644); err != nil {
			return err
		}
		if err := in.layer.WriteFile(path.Join(statusDir, a.name+".md5sums"), a.info["md5sums"], 0o644); err != nil {
			return err
		}
	}
	return nil
}

func md5Hex(data []byte) string {
	sum := md5.Sum(data)
	return hex.EncodeToString(sum[:])
}
