package alpine

// drop deletes what the base has of an old version of a package and no package has
// now, as apk does: files, and directories that are empty then. Files in /etc that
// were changed stay.
func (in *installer) drop(old *stanza) error {
	var all []string
	for _, d := range old.dirs {
		for _, f := range d.files {
			name := join(d.name, f.name)
			if in.db.owners[name] != old {
				continue
			}
			delete(in.db.owners, name)
			changed, err := in.isChanged(name, f)
			if err != nil {
				return err
			}
			if !changed {
				all = append(all, name)
				in.changed[d.name] = true
			}
		}
		if !in.db.hasDir(d.name) {
			all = append(all, d.name)
		}
	}
	return in.layer.Drop(all)
}

// isChanged reports whether a protected file is another one than its package
// brought.
func (in *installer) isChanged(name string, f *fileRecord) (bool, error) {
	if !in.protected.has(name) {
		return false, nil
	}
	now, err := in.sumInBase(name)
	return now != f.sum(), err
}

// hasDir reports whether a package has a directory.
func (db *database) hasDir(name string) bool {
	for _, st := range db.stanzas {
		for _, d := range st.dirs {
			if d.name == name {
				return true
			}
		}
	}
	return false
}
