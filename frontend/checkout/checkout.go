// Package checkout reads what a git repository says of its own state: which
// commit and branch are checked out, and which tags there are. The files have
// the forms of gitrepository-layout(5).
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

// Dir is the folder of a repository below its files. Where it is a file, as in
// a worktree, the repository is elsewhere, and nothing is known of it.
const Dir = ".git"

// Files of Dir.
const (
	headFile   = Dir + "/HEAD"
	packedFile = Dir + "/packed-refs"
	refsDir    = Dir + "/refs"
	branches   = "refs/heads/"
	tags       = "refs/tags/"
)

// Names are the files and folders that Read reads first: all that is below a
// folder is needed.
func Names() []string { return []string{headFile, packedFile, refsDir} }

// Objects are the files that Read reads besides, as far as they are there. An
// annotated tag is an object that names its commit, and packed references say
// what that is; one that is not packed has a file of its own.
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
	Versions []string // all that there are tags of, "v1.2.3", sorted; others than semantic versions are no versions
}

// Read reads a repository from its files by name, of which some may not be
// there.
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

// tag adds what a reference says of versions, if it is a tag.
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

// objectID is a hash as git writes it, SHA-1 or SHA-256.
var objectID = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// readPacked reads lines of "<id> <ref>"; one that begins with ^ has the
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

// largestTag bounds what is read of an object: a tag begins with its commit.
const largestTag = 4096

// commitOf follows an annotated tag, as its object's file has it, to its
// commit. An id that is no tag's is the commit itself, for all that is known.
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
