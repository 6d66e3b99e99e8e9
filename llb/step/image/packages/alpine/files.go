package alpine

import (
	"archive/tar"
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/internal/regular"
)

// entry unpacks one entry of a package.
func (in *installer) entry(u *unpacked, hdr *tar.Header, r io.Reader) error {
	name, err := entryName(hdr.Name)
	if err != nil {
		return err
	}
	h := *hdr
	h.Name = name
	h.Uid, h.Gid = in.accounts.owner(hdr)
	if hdr.Typeflag == tar.TypeDir {
		in.recordDir(u, &h)
		return in.layer.Put(&h, nil)
	}
	owner := in.db.owners[name]
	if owner != nil {
		ours, err := u.stanza.mayReplace(owner, name)
		if err != nil || !ours {
			return err
		}
	}
	sum, err := in.write(u, owner, &h, r)
	if err != nil {
		return err
	}
	if owner != nil && owner != u.stanza {
		owner.remove(name)
	}
	in.db.record(u.stanza, name, aclOf(&h), sum)
	in.changed[path.Dir(name)] = true
	return nil
}

// entryName returns the path of an entry, which apk would refuse if it led
// elsewhere.
func entryName(name string) (string, error) {
	clean := strings.TrimSuffix(name, "/")
	if clean == "" || strings.ContainsFunc(clean, func(r rune) bool { return r < ' ' || r == 0x7f }) || !fs.ValidPath(clean) {
		return "", fmt.Errorf("it has an entry %q, want a path below the root", name)
	}
	return clean, nil
}

func (in *installer) recordDir(u *unpacked, h *tar.Header) {
	d := u.stanza.dir(h.Name)
	d.lines = nil
	if a := acl(h.Mode&0o7777, 0o755, h.Uid, h.Gid); a != "" {
		d.lines = []string{"M:" + a}
	}
}

// aclOf returns the owner and mode of a file, with a checksum of its extended
// attributes, as in the database.
func aclOf(h *tar.Header) string {
	mode := h.Mode & 0o7777
	if h.Typeflag == tar.TypeSymlink {
		mode = 0o777
	}
	digest := sha1.New()
	found := false
	for _, key := range slices.Sorted(maps.Keys(h.PAXRecords)) {
		name, ok := strings.CutPrefix(key, "SCHILY.xattr.")
		if !ok {
			continue
		}
		found = true
		for _, s := range []string{name, h.PAXRecords[key]} {
			digest.Write(binary.BigEndian.AppendUint32(nil, uint32(len(s))))
			digest.Write([]byte(s))
		}
	}
	if found {
		return acl(mode, -1, h.Uid, h.Gid) + ":" + quote(digest.Sum(nil))
	}
	return acl(mode, 0o644, h.Uid, h.Gid)
}

// write writes a file or a link, and returns its checksum.
func (in *installer) write(u *unpacked, owner *stanza, h *tar.Header, r io.Reader) (sum string, err error) {
	switch h.Typeflag {
	case tar.TypeLink:
		f := u.stanza.file(path.Clean(h.Linkname))
		if f == nil {
			return "", fmt.Errorf("%s is a hard link to %q, which is no file of the package", h.Name, h.Linkname)
		}
		return f.sum(), in.layer.Put(h, r)
	case tar.TypeSymlink:
		sum = sumOf([]byte(h.Linkname))
	}
	if in.protected.has(h.Name) {
		return in.writeProtected(owner, h, r)
	}
	digest := sha1.New()
	if err := in.layer.Put(h, io.TeeReader(r, digest)); err != nil {
		return "", err
	}
	if sum == "" {
		sum = quote(digest.Sum(nil))
	}
	return sum, nil
}

func sumOf(data []byte) string {
	sum := sha1.Sum(data)
	return quote(sum[:])
}

// maxProtected is far above what files in /etc have.
const maxProtected = 64 << 20

// writeProtected writes a file in /etc. If the base has one that its package did
// not bring, the new one gets the suffix .apk-new, as with apk.
func (in *installer) writeProtected(owner *stanza, h *tar.Header, r io.Reader) (string, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxProtected))
	if err != nil {
		return "", err
	}
	if len(content) == maxProtected {
		return "", fmt.Errorf("%s has more than %d MB", h.Name, maxProtected>>20)
	}
	sum := sumOf(content)
	if h.Typeflag == tar.TypeSymlink {
		sum = sumOf([]byte(h.Linkname))
	}
	now, err := in.sumInBase(h.Name)
	if err != nil {
		return "", err
	}
	recorded := ""
	if owner != nil {
		if f := owner.file(h.Name); f != nil {
			recorded = f.sum()
		}
	}
	put := *h
	switch now {
	case "", recorded:
	case sum:
		return sum, nil
	default:
		put.Name += ".apk-new"
	}
	return sum, in.layer.Put(&put, bytes.NewReader(content))
}

// sumInBase returns the checksum of what has a name now, empty if nothing has. A
// directory has none.
func (in *installer) sumInBase(name string) (string, error) {
	dir, found := links.InRoot(in.layer.FS(), path.Dir(name))
	if !found {
		return "", nil
	}
	at := path.Join(dir, path.Base(name))
	info, err := fs.Lstat(in.layer.FS(), at)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := fs.ReadLink(in.layer.FS(), at)
		return sumOf([]byte(target)), err
	case !info.Mode().IsRegular():
		return "no file", nil
	}
	data, err := regular.ReadIn(in.layer.FS(), at, longest)
	return sumOf(data), err
}
