package alpine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// database is the text of /lib/apk/db/installed, in memory: a stanza for each
// package, with the lines of its files. Lines that are unknown stay.
type database struct {
	stanzas []*stanza
	owners  map[string]*stanza // by path of a file
}

// stanza is one package with its files.
type stanza struct {
	*pkg
	header           []string // lines before those of files
	dirs             []*dirRecord
	replaces         []dependency
	replacesPriority int
	added            bool
}

// dirRecord is a line F: with the lines that belong to it, and its files.
type dirRecord struct {
	name  string
	lines []string
	files []*fileRecord
}

// fileRecord is a line R: with the lines that belong to it.
type fileRecord struct {
	name  string
	lines []string
}

// sum returns the checksum of a file, as in the database.
func (f *fileRecord) sum() string {
	for _, line := range f.lines {
		if sum, ok := strings.CutPrefix(line, "Z:"); ok {
			return sum
		}
	}
	return ""
}

// parseDatabase reads the text. name stands in errors.
func parseDatabase(name, text string) (*database, error) {
	db := &database{owners: map[string]*stanza{}}
	for line, text := range stanzas(text) {
		p, err := parsePackage(text)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		p.installed = true
		st := &stanza{pkg: p}
		for l := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
			st.parse(l)
		}
		db.add(st)
	}
	return db, nil
}

func (db *database) add(st *stanza) {
	db.stanzas = append(db.stanzas, st)
	for _, dir := range st.dirs {
		for _, f := range dir.files {
			db.owners[join(dir.name, f.name)] = st
		}
	}
}

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

func split(name string) (dir, base string) {
	i := strings.LastIndexByte(name, '/')
	return name[:max(i, 0)], name[i+1:]
}

// parse adds a line.
func (st *stanza) parse(line string) {
	letter, value, _ := strings.Cut(line, ":")
	last := len(st.dirs) - 1
	switch {
	case letter == "F":
		st.dirs = append(st.dirs, &dirRecord{name: value})
	case last < 0:
		st.header = append(st.header, line)
		st.parseReplaces(letter, value)
	case letter == "R":
		st.dirs[last].files = append(st.dirs[last].files, &fileRecord{name: value})
	case len(st.dirs[last].files) > 0:
		f := st.dirs[last].files[len(st.dirs[last].files)-1]
		f.lines = append(f.lines, line)
	default:
		st.dirs[last].lines = append(st.dirs[last].lines, line)
	}
}

func (st *stanza) parseReplaces(letter, value string) {
	switch letter {
	case "r":
		st.replaces, _ = parseDependencies(value) // apk ignores what it cannot read
	case "q":
		_, _ = fmt.Sscan(value, &st.replacesPriority)
	}
}

// dir returns the record of a directory, which may be new.
func (st *stanza) dir(name string) *dirRecord {
	for _, d := range st.dirs {
		if d.name == name {
			return d
		}
	}
	d := &dirRecord{name: name}
	st.dirs = append(st.dirs, d)
	return d
}

// file returns the record of a file, nil if the package has none.
func (st *stanza) file(name string) *fileRecord {
	dir, base := split(name)
	for _, d := range st.dirs {
		for _, f := range d.files {
			if d.name == dir && f.name == base {
				return f
			}
		}
	}
	return nil
}

// remove takes a file from a package: it belongs to another one now.
func (st *stanza) remove(name string) {
	dir, base := split(name)
	for _, d := range st.dirs {
		if d.name == dir {
			d.files = slices.DeleteFunc(d.files, func(f *fileRecord) bool { return f.name == base })
		}
	}
}

// record adds a file to a package.
func (db *database) record(st *stanza, name, acl, sum string) {
	dir, base := split(name)
	f := &fileRecord{name: base}
	if acl != "" {
		f.lines = append(f.lines, "a:"+acl)
	}
	if sum != "" {
		f.lines = append(f.lines, "Z:"+sum)
	}
	st.remove(name)
	d := st.dir(dir)
	d.files = append(d.files, f)
	db.owners[name] = st
}

// named returns the package of a name, nil if it is not installed.
func (db *database) named(name string) *stanza {
	for _, st := range db.stanzas {
		if st.name == name {
			return st
		}
	}
	return nil
}

// replace adds a package, instead of another version of it.
func (db *database) replace(st *stanza) (old *stanza) {
	old = db.named(st.name)
	db.stanzas = slices.DeleteFunc(db.stanzas, func(other *stanza) bool { return other == old })
	db.stanzas = append(db.stanzas, st)
	return old
}

// String returns the text. Packages are sorted by name, as by apk 3. Older
// versions read any order.
func (db *database) String() string {
	slices.SortStableFunc(db.stanzas, func(a, b *stanza) int { return strings.Compare(a.name, b.name) })
	var b strings.Builder
	for _, st := range db.stanzas {
		st.write(&b)
	}
	return b.String()
}

func (st *stanza) write(b *strings.Builder) {
	if st.added {
		st.sort()
	}
	lines := func(lines ...string) {
		for _, line := range lines {
			b.WriteString(line + "\n")
		}
	}
	lines(st.header...)
	for _, d := range st.dirs {
		lines("F:" + d.name)
		lines(d.lines...)
		for _, f := range d.files {
			lines("R:" + f.name)
			lines(f.lines...)
		}
	}
	lines("")
}

func (st *stanza) sort() {
	slices.SortFunc(st.dirs, func(a, b *dirRecord) int { return strings.Compare(a.name, b.name) })
	for _, d := range st.dirs {
		slices.SortFunc(d.files, func(a, b *fileRecord) int { return strings.Compare(a.name, b.name) })
	}
}

// mayReplace reports whether a package may write a file that another one has. An
// error means that nothing says whose it is.
func (st *stanza) mayReplace(owner *stanza, file string) (bool, error) {
	theirs, ours := owner.priorityOver(st), st.priorityOver(owner)
	switch {
	case owner.name == st.name:
		return true, nil
	case theirs > ours:
		return false, nil
	case ours >= 0, owner.origin != "" && owner.origin == st.origin:
		return true, nil
	}
	return false, fmt.Errorf("it has the file /%s, which belongs to %s", file, owner)
}

// priorityOver returns the priority with which a package replaces files of another
// one, else -1.
func (st *stanza) priorityOver(other *stanza) int {
	for _, d := range st.replaces {
		if d.name == other.name && d.matches(provider{other.pkg, other.version}) != d.conflict {
			return st.replacesPriority
		}
	}
	return -1
}

// acl returns the owner and mode of a file as in the database, empty if they are
// the usual ones.
func acl(mode, usual int64, uid, gid int) string {
	if mode == usual && uid == 0 && gid == 0 {
		return ""
	}
	return fmt.Sprintf("%d:%d:%o", uid, gid, mode)
}

// allDirs returns the directories of all packages, sorted.
func (db *database) allDirs() []string {
	var all []string
	for _, st := range db.stanzas {
		for _, d := range st.dirs {
			all = append(all, d.name)
		}
	}
	slices.SortFunc(all, cmp.Compare[string])
	return slices.Compact(all)
}
