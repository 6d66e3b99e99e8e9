package plan

import "slices"

// Layer is a layer of an image: files that are copied from elsewhere, and
// directories. All its paths are free of symbolic links: they are where the
// base's links lead.
type Layer struct {
	Step
	Copies []Copy
	// Dirs are the directories that the layer makes, or that lie on the way to
	// what it copies, as the image has them. Each comes after its parent.
	Dirs  []Dir
	Epoch int64 // modification time of what is copied, and of the directories
}

// Special reports whether a directory has another owner or mode than a copy
// gives it.
func (l Layer) Special() bool {
	return slices.ContainsFunc(l.Dirs, func(d Dir) bool { return d.Mode != 0o755 || d.UID != 0 || d.GID != 0 })
}

// Copy puts a file, or what a directory holds, into the image.
type Copy struct {
	From    string   // relative to what is copied from
	To      string   // absolute
	Without []string // paths below From that are not copied
}

// Dir is a directory of the image.
type Dir struct {
	Path     string // absolute
	Mode     int    // as chmod takes it: 01777
	UID, GID int
}
