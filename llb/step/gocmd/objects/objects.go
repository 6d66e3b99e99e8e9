// Package objects has compiled packages travel. What the go command keeps in
// GOCACHE becomes a pack, one file that an ordinary step leaves as its output,
// and a pack becomes entries of another GOCACHE again.
//
// A pack is a directory with two files. IndexFile has a line for each entry, sorted: an
// action that the go command may have to do, the output it gave, the output's
// size, and the place and length of the part of DataFile that unpacks to it. For a compiled
// package, it also has the length and the checksum of the head, the part that those who
// import the package need. The digest of this file names the pack. DataFile is a tar archive, compressed with Zstandard, that
// unpacks to a GOCACHE: "ab/abcd…-a" says what the output of an action is, "ab/abcd…-d" is
// an output. Times are left out, so the same objects are the same bytes.
//
// A pack has what the go command asks for. gohull-step stands
// between it and GOCACHE, by the protocol of GOCACHEPROG, and writes down the
// actions that come by. In the same way, a go command that needs few objects gets them out of
// packs. Those that it does not ask for are not unpacked, and of the others only the head if
// nothing is linked.
package objects

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/regular"
	"github.com/rogpeppe/go-internal/cache"
)

// Files of a pack.
const (
	DataFile  = "objects.tar.zst"
	IndexFile = "objects.txt"
)

// entry is what is in a pack for one action.
type entry struct {
	action cache.ActionID
	output cache.OutputID
	size   int64

	offset, length int64 // of the part of DataFile that unpacks to the output
	head           head
}

func (e entry) String() string {
	return fmt.Sprintf("%x %x %d %d %d%s\n", e.action, e.output, e.size, e.offset, e.length, e.head)
}

// lookup finds the entries of actions. One without an output that is still
// there is left out: another go command may have removed what is old.
func lookup(c *cache.Cache, actions []cache.ActionID) []entry {
	var entries []entry
	for _, id := range actions {
		if _, found, err := c.GetFile(id); err == nil {
			entries = append(entries, entry{action: id, output: found.OutputID, size: found.Size})
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.String(), b.String()) })
	return entries
}

// without drops the actions that packs have in their indexes.
func without(actions []cache.ActionID, packs []string) ([]cache.ActionID, error) {
	has := map[string]bool{}
	for _, pack := range packs {
		index, err := regular.ReadFile(filepath.Join(pack, IndexFile), regular.Text)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(index)) {
			action, _, _ := strings.Cut(line, " ")
			has[action] = true
		}
	}
	return slices.DeleteFunc(actions, func(id cache.ActionID) bool { return has[hex.EncodeToString(id[:])] }), nil
}

// actionID reads an action's name.
func actionID(text string) (id cache.ActionID, err error) {
	if len(text) != hex.EncodedLen(len(id)) {
		return id, fmt.Errorf("%q is not the name of an action or an output", text)
	}
	_, err = hex.Decode(id[:], []byte(text))
	return id, err
}

// outputID reads an output's name.
func outputID(text string) (cache.OutputID, error) {
	id, err := actionID(text)
	return cache.OutputID(id), err
}

// missing reports whether a directory has no pack, or is not there.
func missing(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, IndexFile))
	return errors.Is(err, fs.ErrNotExist)
}
