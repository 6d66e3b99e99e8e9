// Package checkout reads the state of a git repository: the commit and branch
// that are checked out, and the tags. The files have the formats of
// gitrepository-layout(5).
package checkout

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"io"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// Dir is the directory of a repository next to its files. If it is a file, as
// in a worktree, the repository is elsewhere, and nothing is known about it.
const Dir = ".git"

// Files of Dir.
const (
	headFile   = Dir + "/HEAD"
	packedFile = Dir + "/packed-refs"
	refsDir    = Dir + "/refs"
	branches   = "refs/heads/"
	tags       = "refs/tags/"
)

// Names returns the files and directories that Read needs first, with
// everything below a directory.
func Names() []string { return []string{headFile, packedFile, refsDir} }

// Objects returns other files that Read needs, if they exist. An annotated tag
// is an object that names its commit. Packed references include the commit; a
// tag that is not packed has a file.
func Objects(files map[string][]byte) []string {
	var names []string
	for name, data := range files {
		id := strings.TrimSpace(string(data))
		if strings.HasPrefix(name, Dir+"/"+tags) && objectID.MatchString(id) {
			names = append(names, objectFile(id))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func objectFile(id string) string { return path.Join(Dir, "objects", id[:2], id[2:]) }

// Checkout is a repository's state.
type Checkout struct {
	Commit   string   // in hexadecimal; empty when nothing is known
	Branch   string   // "main"; empty when a commit is checked out and no branch
	Version  string   // "v1.2.3", the highest version that the commit is tagged with; empty for none
	Versions []string // semantic versions of all tags: "v1.2.3", sorted
}

// Read reads a repository from its files by name. Any of them may be missing.
func Read(files map[string][]byte) Checkout {
	refs := readPacked(files[packedFile])
	for name, data := range files {
		if ref, ok := strings.CutPrefix(name, Dir+"/"); ok && strings.HasPrefix(ref, "refs/") {
			if id := strings.TrimSpace(string(data)); objectID.MatchString(id) {
				refs[ref] = commitOf(id, files[objectFile(id)])
			}
		}
	}
	var c Checkout
	head := strings.TrimSpace(string(files[headFile]))
	if ref, ok := strings.CutPrefix(head, "ref: "); ok {
		c.Commit = refs[ref]
		c.Branch, _ = strings.CutPrefix(ref, branches)
	} else if objectID.MatchString(head) {
		c.Commit = head
	}
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		c.tag(ref, refs[ref])
	}
	semver.Sort(c.Versions)
	return c
}

// tag adds the version of a reference, if it is a tag.
func (c *Checkout) tag(ref, commit string) {
	name, ok := strings.CutPrefix(ref, tags)
	version := "v" + strings.TrimPrefix(name, "v")
	if !ok || !semver.IsValid(version) {
		return
	}
	c.Versions = append(c.Versions, version)
	if commit == c.Commit && commit != "" && semver.Compare(version, c.Version) > 0 {
		c.Version = version
	}
}

// objectID matches a hash in git's form, SHA-1 or SHA-256.
var objectID = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// readPacked reads lines of "<id> <ref>". A line that begins with ^ has the
// commit of the annotated tag above it.
func readPacked(data []byte) map[string]string {
	refs := map[string]string{}
	last := ""
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		line := lines.Text()
		if id, ok := strings.CutPrefix(line, "^"); ok && objectID.MatchString(id) && last != "" {
			refs[last] = id
			continue
		}
		id, ref, _ := strings.Cut(line, " ")
		last = ""
		if objectID.MatchString(id) && strings.HasPrefix(ref, "refs/") {
			refs[ref], last = id, ref
		}
	}
	return refs
}

// largestTag limits how much of an object is read: a tag begins with its
// commit.
const largestTag = 4096

// commitOf returns the commit of an annotated tag, from the file of its object.
// Any other ID counts as a commit.
func commitOf(id string, object []byte) string {
	r, err := zlib.NewReader(bytes.NewReader(object))
	if err != nil {
		return id
	}
	text, _ := io.ReadAll(io.LimitReader(r, largestTag))
	header, body, _ := strings.Cut(string(text), "\x00")
	first, _, _ := strings.Cut(body, "\n")
	if commit, ok := strings.CutPrefix(first, "object "); ok && strings.HasPrefix(header, "tag ") && objectID.MatchString(commit) {
		return commit
	}
	return id
}
