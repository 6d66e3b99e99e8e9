package objects

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// lifetime is how long a GOCACHE is taken to have what was unpacked to it. The
// go command removes what it has not used for five days.
const lifetime = 4 * 24 * time.Hour

// mark is the file of a GOCACHE that says whether it has a pack: it has
// something in it once the whole pack is there. Who holds it is the only one
// that unpacks that pack; containers that share the GOCACHE wait.
type mark struct{ *lockedfile.File }

// lock takes the mark of the pack with an index.
func lock(gocache string, index []byte) (mark, error) {
	f, err := lockedfile.Edit(filepath.Join(gocache, name(index)))
	return mark{f}, err
}

// name returns the file name of a mark.
func name(index []byte) string { return fmt.Sprintf("gohull-%x", sha256.Sum256(index)) }

// isSet reports whether the pack is there, and was unpacked lately.
func (m mark) isSet() (bool, error) {
	info, err := m.Stat()
	if err != nil {
		return false, err
	}
	return info.Size() > 0 && time.Since(info.ModTime()) < lifetime, nil
}

// set says that the pack is there from now on.
func (m mark) set() error {
	_, err := m.WriteAt([]byte("unpacked\n"), 0)
	return err
}

// have marks the pack with an index as one that a GOCACHE has.
func have(gocache string, index []byte) error {
	m, err := lock(gocache, index)
	if err != nil {
		return err
	}
	return errors.Join(m.set(), m.Close())
}
