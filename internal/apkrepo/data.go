package apkrepo

import (
	"archive/tar"
	"crypto"
	"crypto/sha1"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
)

// entries returns the data of a package, directories first, and its size. Files
// and symbolic links have their checksums in the header.
func (p Package) entries() (all []entry, size int) {
	made := map[string]bool{".": true}
	for _, f := range p.Files {
		all = append(all, parents(made, path.Dir(f.Name))...)
		if f.Dir {
			made[f.Name] = true
		}
		all = append(all, f.entry())
		size += len(f.Content)
	}
	return all, size
}

func parents(made map[string]bool, dir string) []entry {
	if made[dir] || strings.HasPrefix(dir, "/") || strings.HasPrefix(dir, "..") {
		return nil
	}
	made[dir] = true
	return append(parents(made, path.Dir(dir)), File{Name: dir, Dir: true}.entry())
}

func (f File) entry() entry {
	if f.Header != nil {
		return entry{f.Header, f.Content}
	}
	h := &tar.Header{Name: f.Name, Mode: f.Mode, Uid: f.UID, Gid: f.GID, Uname: "root", Gname: "root", PAXRecords: map[string]string{}}
	sum := sha1.Sum([]byte(f.Content))
	switch {
	case f.Dir:
		h.Typeflag, h.Name = tar.TypeDir, f.Name+"/"
	case f.Link != "":
		h.Typeflag, h.Linkname = tar.TypeSymlink, f.Link
		sum = sha1.Sum([]byte(f.Link))
	case f.Hard != "":
		h.Typeflag, h.Linkname = tar.TypeLink, f.Hard
	default:
		h.Typeflag = tar.TypeReg
	}
	if h.Typeflag == tar.TypeReg || h.Typeflag == tar.TypeSymlink {
		h.PAXRecords["APK-TOOLS.checksum.SHA1"] = hex.EncodeToString(sum[:])
	}
	for name, value := range f.Xattrs {
		h.PAXRecords["SCHILY.xattr."+name] = value
	}
	if h.Mode == 0 {
		h.Mode = map[bool]int64{true: 0o755, false: 0o644}[f.Dir]
	}
	if h.Typeflag == tar.TypeSymlink {
		h.Mode = 0o777
	}
	return entry{h, f.Content}
}

// Repository returns the files of a repository for an architecture, by their
// paths below its URL.
func (k *Key) Repository(arch string, packages ...Package) map[string][]byte {
	files := map[string][]byte{}
	var archives []*Archive
	for _, p := range packages {
		if p.Arch == "" {
			p.Arch = arch
		}
		a := k.Build(p)
		archives = append(archives, a)
		files[arch+"/"+a.FileName()] = a.Data
	}
	files[arch+"/APKINDEX.tar.gz"] = k.Index(crypto.SHA256, archives...)
	return files
}

// Serve serves files.
func Serve(files map[string][]byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, ok := files[strings.TrimPrefix(r.URL.Path, "/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(data) // a client that went away
	})
}
