package manifest

import (
	"io/fs"
	"os"
	"syscall"
)

// layer adds what a layer is made of, with its owners: the image has them.
func (l *lister) layer(i int, dir string) error {
	fsys := os.DirFS(dir)
	return fs.WalkDir(fsys, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		content, err := contentOf(fsys, name, info)
		if err != nil {
			return err
		}
		uid, gid, device := ownerOf(info)
		l.add("layer", i, name, info.Mode(), uid, gid, device, content)
		return nil
	})
}

// contentOf returns the checksum of a file, or the target of a link.
func contentOf(fsys fs.FS, name string, info fs.FileInfo) (string, error) {
	switch {
	case info.Mode().IsRegular():
		return sumOf(fsys, name)
	case info.Mode()&fs.ModeSymlink != 0:
		return fs.ReadLink(fsys, name)
	}
	return "", nil
}

func ownerOf(info fs.FileInfo) (uid, gid uint32, device uint64) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, 0
	}
	return st.Uid, st.Gid, uint64(st.Rdev)
}
