package layout

import (
	"path"

	"github.com/gohull/gohull/llb/step"
	"github.com/moby/patternmatcher"
)

// Source is what is put into an image.
type Source struct {
	Name       string   // relative to what it is copied from
	By         string   // who puts it there, as messages name it
	Exclude    []string // patterns, as of an ignore file, for what a directory holds and is not put
	KeepModes  bool     // whether it has the modes of the source
	KeepOwners bool     // and the owners
	Attributes
	step.File
}

// taken returns the paths below the source that are put: those that no pattern
// excludes, and the directories above them.
func (s Source) taken() map[string]bool {
	taken := map[string]bool{}
	excluded, err := patternmatcher.New(s.Exclude)
	for _, inode := range s.Below {
		if err == nil && excludes(excluded, inode.Path) {
			continue
		}
		for name := inode.Path; name != "." && !taken[name]; name = path.Dir(name) {
			taken[name] = true
		}
	}
	return taken
}

// Excludes reports whether the patterns exclude a file by its name.
func (s Source) Excludes(name string) bool {
	m, err := patternmatcher.New(s.Exclude)
	return err == nil && excludes(m, name)
}

func excludes(m *patternmatcher.PatternMatcher, name string) bool {
	is, err := m.MatchesOrParentMatches(name)
	return is && err == nil
}

// Attributes are what an entry of a spec may set. Nil is what it leaves open.
type Attributes struct {
	Owner *Owner
	Mode  *int // as chmod takes it
}

// dir returns the attributes of directories. Who may read one may enter it.
func (a Attributes) dir() Attributes {
	if a.Mode != nil {
		mode := *a.Mode | *a.Mode&0o444>>2
		a.Mode = &mode
	}
	return a
}

// set returns a directory with the attributes.
func (a Attributes) set(dir step.Inode) step.Inode {
	if a.Owner != nil {
		dir.UID, dir.GID = a.Owner.UID, a.Owner.GID
	}
	if a.Mode != nil {
		dir.Mode = *a.Mode
	}
	return dir
}
