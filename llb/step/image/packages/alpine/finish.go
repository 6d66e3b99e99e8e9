package alpine

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// trigger is a script that waits for changes in directories.
type trigger struct {
	pkg, name, sum string // the package, and its checksum in the database
	patterns       []string
	script         string
	fresh          bool // of a package that was added: it looks at all directories
}

// runTriggers does what the triggers of all packages do.
func (in *installer) runTriggers() error {
	scripts, err := in.readScripts()
	if err != nil {
		return err
	}
	triggers, err := in.triggers(scripts)
	if err != nil {
		return err
	}
	for _, t := range triggers {
		if !in.fires(t) {
			continue
		}
		if err := in.do(t.pkg, t.name, "trigger", t.script); err != nil {
			return err
		}
	}
	return nil
}

// fires reports whether a directory that a trigger waits for got files, or, for a
// new trigger, exists.
func (in *installer) fires(t trigger) bool {
	for _, dir := range in.db.allDirs() {
		if !t.fresh && !in.changed[dir] {
			continue
		}
		for _, pattern := range t.patterns {
			if ok, err := path.Match(strings.TrimPrefix(pattern, "+"), "/"+dir); ok && err == nil {
				return true
			}
		}
	}
	return false
}

// triggers returns those of the base's packages and of the new ones.
func (in *installer) triggers(scripts []scriptFile) ([]trigger, error) {
	lines, err := in.readTriggers()
	if err != nil {
		return nil, err
	}
	var all []trigger
	for _, line := range lines {
		sum, patterns, _ := strings.Cut(line, " ")
		st := in.db.withSum(sum)
		if st == nil || st.added {
			continue
		}
		t := trigger{pkg: st.pkg.String(), name: st.name, sum: sum, patterns: strings.Fields(patterns)}
		for _, s := range scripts {
			if s.kind() == "trigger" && s.sum() == sum {
				t.script = string(s.data)
			}
		}
		all = append(all, t)
	}
	for _, u := range in.added {
		if len(u.triggers) > 0 {
			all = append(all, trigger{u.control.String(), u.control.name, u.control.sum.quoted(), u.triggers, u.scripts["trigger"], true})
		}
	}
	return all, nil
}

func (in *installer) readTriggers() ([]string, error) {
	data, err := in.layer.ReadFile(in.dir + "/triggers")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n"), err
}

// withSum returns the package with a checksum.
func (db *database) withSum(sum string) *stanza {
	for _, st := range db.stanzas {
		if st.checksum == sum {
			return st
		}
	}
	return nil
}

// writeDatabase writes the files of the database, and /etc/apk/world.
func (in *installer) writeDatabase() error {
	if len(in.added) == 0 {
		return nil
	}
	return errors.Join(
		in.layer.WriteFile(in.dir+"/installed", []byte(in.db.String()), 0o644),
		in.writeTriggers(),
		in.writeScripts(),
		in.writeWorld(),
	)
}

// writeTriggers writes a line for each package with triggers.
func (in *installer) writeTriggers() error {
	lines, err := in.readTriggers()
	if err != nil {
		return err
	}
	old := len(lines)
	lines = slices.DeleteFunc(lines, func(line string) bool {
		sum, _, _ := strings.Cut(line, " ")
		return line == "" || in.db.withSum(sum) == nil
	})
	changed := len(lines) != old
	for _, u := range in.added {
		if len(u.triggers) > 0 {
			lines = append(lines, u.control.sum.quoted()+" "+strings.Join(u.triggers, " "))
			changed = true
		}
	}
	if !changed {
		return nil
	}
	return in.layer.WriteFile(in.dir+"/triggers", []byte(strings.Join(lines, "\n")+"\n"), 0o644)
}

// scriptFile is a script in the database: "git-2-r0.Q1….post-install".
type scriptFile struct {
	name string
	time time.Time
	data []byte
}

// cut returns the parts of the name after the package. A checksum has no dot.
func (s scriptFile) cut() (sum, kind string) {
	rest, kind, _ := cutLast(s.name)
	_, sum, _ = cutLast(rest)
	return sum, kind
}

func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, '.')
	return s[:max(i, 0)], s[i+1:], i >= 0
}

func (s scriptFile) kind() string {
	_, kind := s.cut()
	return kind
}

// sum returns the checksum of the package as other files of the database have it.
func (s scriptFile) sum() string {
	sum, _ := s.cut()
	if digits, ok := strings.CutPrefix(sum, "X1"); ok {
		if c, err := parseSum("sha1:" + digits); err == nil {
			return c.quoted()
		}
	}
	return sum
}

// scriptsName returns the archive of scripts: apk 3 may compress it.
func (in *installer) scriptsName() string {
	if name := in.dir + "/scripts.tar.gz"; exists(in.layer.FS(), name) {
		return name
	}
	return in.dir + "/scripts.tar"
}

func (in *installer) readScripts() ([]scriptFile, error) {
	name := in.scriptsName()
	data, err := in.layer.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var r io.Reader = bytes.NewReader(data)
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("/%s: %w", name, err)
		}
		r = io.LimitReader(z, longest)
	}
	all, err := readScriptFiles(r)
	if err != nil {
		return nil, fmt.Errorf("/%s: %w", name, err)
	}
	return all, nil
}

func readScriptFiles(r io.Reader) (all []scriptFile, err error) {
	for tr := tar.NewReader(r); ; {
		hdr, err := tr.Next()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(io.LimitReader(tr, longest))
		if err != nil {
			return nil, err
		}
		if hdr.Typeflag == tar.TypeReg {
			all = append(all, scriptFile{hdr.Name, hdr.ModTime, data})
		}
	}
}

// writeScripts writes the scripts of all packages, which apk runs when it removes
// or upgrades them.
func (in *installer) writeScripts() error {
	all, err := in.readScripts()
	if err != nil {
		return err
	}
	old := len(all)
	all = slices.DeleteFunc(all, func(s scriptFile) bool { return in.db.withSum(s.sum()) == nil })
	changed := len(all) != old
	for _, u := range in.added {
		for _, kind := range scriptTypes {
			if script, ok := u.scripts[kind]; ok {
				name := u.control.String() + "." + u.control.sum.quoted() + "." + kind
				all = append(all, scriptFile{name, time.Unix(u.buildDate, 0), []byte(script)})
				changed = true
			}
		}
	}
	if !changed {
		return nil
	}
	name := in.scriptsName()
	data, err := archiveOf(all, strings.HasSuffix(name, ".gz"))
	if err != nil {
		return err
	}
	return in.layer.WriteFile(name, data, 0o644)
}

func archiveOf(all []scriptFile, compressed bool) ([]byte, error) {
	var b bytes.Buffer
	var w io.Writer = &b
	z := gzip.NewWriter(&b)
	if compressed {
		w = z
	}
	tw := tar.NewWriter(w)
	for _, s := range all {
		err := tw.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: s.name, Mode: 0o755, Size: int64(len(s.data)), ModTime: s.time, Uname: "root", Gname: "root"})
		if err == nil {
			_, err = tw.Write(s.data)
		}
		if err != nil {
			return nil, err
		}
	}
	err := tw.Close()
	if compressed {
		err = errors.Join(err, z.Close())
	}
	return b.Bytes(), err
}
