package checkout

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"sort"
	"strconv"
	"strings"
)

// ObjectsDir has the objects of a repository: one in each file, or many in packs.
const ObjectsDir = Dir + "/objects"

const packDir = ObjectsDir + "/pack"

// Reader reads up to n bytes of a file from an offset on. At the end of the file
// it returns fewer, and for a missing file none.
type Reader func(name string, offset int64, n int) ([]byte, error)

// objects are those of a repository. Only small ones are read: commits and tags.
type objects struct {
	read  Reader
	packs []string // without extensions, sorted
	cache map[block][]byte
	taken int // entries of packs that were read
}

// block is a part of a file. What a repository keeps together lies side by side,
// so that a few reads serve many commits.
type block struct {
	name   string
	number int64
}

// Limits, as the files may be anybody's.
const (
	blockSize     = 1 << 18
	mostBlocks    = 256     // that are kept
	largestObject = 1 << 20 // a commit or a tag with its message
	deepestDelta  = 512     // git makes chains of 50, and did of 250
	mostEntries   = 1 << 20 // of packs, those of deltas among them
)

var errObject = errors.New("it is not in a form that gohull reads")

// at returns up to n bytes of a file.
func (o *objects) at(name string, offset int64, n int) ([]byte, error) {
	var out []byte
	for n > 0 {
		data, err := o.block(block{name, offset / blockSize})
		if err != nil {
			return nil, err
		}
		start := int(offset % blockSize)
		if start >= len(data) {
			return out, nil
		}
		part := data[start:min(len(data), start+n)]
		out, offset, n = append(out, part...), offset+int64(len(part)), n-len(part)
	}
	return out, nil
}

func (o *objects) block(b block) ([]byte, error) {
	if data, ok := o.cache[b]; ok {
		return data, nil
	}
	data, err := o.read(b.name, b.number*blockSize, blockSize)
	if err != nil {
		return nil, err
	}
	if o.cache == nil || len(o.cache) >= mostBlocks {
		o.cache = map[block][]byte{}
	}
	o.cache[b] = data
	return data, nil
}

// object is a commit or a tag.
type object struct {
	kind string // "commit", "tag"
	data []byte
}

// find returns an object; nil if the repository does not have it.
func (o *objects) find(id string) (*object, error) {
	found, err := o.loose(id)
	for i := 0; found == nil && err == nil && i < len(o.packs); i++ {
		found, err = o.packed(o.packs[i], id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the object %s: %w", id, err)
	}
	return found, nil
}

// loose reads an object that has a file.
func (o *objects) loose(id string) (*object, error) {
	data, err := o.at(objectFile(id), 0, 1)
	if len(data) == 0 || err != nil {
		return nil, err
	}
	text, err := o.inflate(objectFile(id), 0, largestObject)
	if err != nil {
		return nil, err
	}
	header, body, ok := bytes.Cut(text, []byte{0})
	kind, _, _ := strings.Cut(string(header), " ")
	if !ok {
		return nil, errObject
	}
	return &object{kind, body}, nil
}

// inflate decompresses what a file has from an offset on.
func (o *objects) inflate(name string, offset int64, limit int) ([]byte, error) {
	r, err := zlib.NewReader(&section{o, name, offset})
	if err != nil {
		return nil, errObject
	}
	text, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil || len(text) > limit {
		return nil, errObject
	}
	return text, nil
}

// section reads a file from an offset on.
type section struct {
	objects *objects
	name    string
	offset  int64
}

func (s *section) Read(p []byte) (int, error) {
	data, err := s.objects.at(s.name, s.offset, min(len(p), 4096))
	if err == nil && len(data) == 0 && len(p) > 0 {
		err = io.EOF
	}
	s.offset += int64(len(data))
	return copy(p, data), err
}

// The parts of an index of a pack, of version 2, as of gitformat-pack(5).
const (
	indexHeader = 8 // "\377tOc", 2
	fanoutSize  = 256 * 4
)

// packed reads an object of a pack; nil if the pack does not have it.
func (o *objects) packed(pack, id string) (*object, error) {
	raw, err := hex.DecodeString(id)
	if err != nil {
		return nil, err
	}
	offset, ok, err := o.offset(pack+".idx", raw)
	if !ok || err != nil {
		return nil, err
	}
	kind, data, err := o.entry(pack, offset, len(raw), 0)
	if err != nil {
		return nil, err
	}
	return &object{kinds[kind], data}, nil
}

// offset returns where in its pack an object is.
func (o *objects) offset(index string, id []byte) (int64, bool, error) {
	header, err := o.at(index, 0, indexHeader+fanoutSize)
	if err != nil {
		return 0, false, err
	}
	if len(header) < indexHeader+fanoutSize || string(header[:8]) != "\xfftOc\x00\x00\x00\x02" {
		return 0, false, errObject
	}
	fanout := func(i int) int { return int(binary.BigEndian.Uint32(header[indexHeader+4*i:])) }
	first, last, all := 0, fanout(int(id[0])), fanout(255)
	if id[0] > 0 {
		first = fanout(int(id[0]) - 1)
	}
	if first > last || last > all {
		return 0, false, errObject
	}
	names := int64(indexHeader + fanoutSize)
	i := first + sort.Search(last-first, func(i int) bool {
		var name []byte
		if err == nil {
			name, err = o.at(index, names+int64(first+i)*int64(len(id)), len(id))
		}
		return bytes.Compare(name, id) >= 0
	})
	if err != nil || i == last {
		return 0, false, err
	}
	name, err := o.at(index, names+int64(i)*int64(len(id)), len(id))
	if err != nil || !bytes.Equal(name, id) {
		return 0, false, err
	}
	offsets := names + int64(all)*int64(len(id)+4)
	small, err := o.number(index, offsets+int64(i)*4, 4)
	if err != nil || small>>31 == 0 {
		return small, err == nil, err
	}
	large, err := o.number(index, offsets+int64(all)*4+(small&(1<<31-1))*8, 8)
	return large, err == nil, err
}

// number reads a number of 4 or 8 bytes.
func (o *objects) number(name string, offset int64, size int) (int64, error) {
	data, err := o.at(name, offset, size)
	if err != nil || len(data) < size {
		return 0, errors.Join(err, errObject)
	}
	if size == 4 {
		return int64(binary.BigEndian.Uint32(data)), nil
	}
	return int64(binary.BigEndian.Uint64(data) &^ (1 << 63)), nil
}

// Kinds of entries of a pack.
const (
	commitKind      = 1
	tagKind         = 4
	offsetDeltaKind = 6
	nameDeltaKind   = 7
)

var kinds = map[int]string{commitKind: "commit", tagKind: "tag"}

// entry reads an object at an offset of a pack. A delta says how it differs from
// another object of the pack.
func (o *objects) entry(pack string, offset int64, hashSize, depth int) (kind int, data []byte, err error) {
	name := pack + ".pack"
	head, err := o.at(name, offset, 64)
	if err != nil {
		return 0, nil, err
	}
	if o.taken++; o.taken > mostEntries || depth > deepestDelta || len(head) < 2 {
		return 0, nil, errObject
	}
	kind, n := int(head[0]>>4&7), 1
	for ; head[n-1]&0x80 != 0; n++ {
		if n == len(head)-1 {
			return 0, nil, errObject
		}
	}
	var base int64
	switch kind {
	case offsetDeltaKind:
		back, size := backwards(head[n:])
		base, n = offset-back, n+size
		if size == 0 || base <= 0 || base >= offset {
			return 0, nil, errObject
		}
	case nameDeltaKind:
		if len(head) < n+hashSize {
			return 0, nil, errObject
		}
		var ok bool
		base, ok, err = o.offset(pack+".idx", head[n:n+hashSize])
		if !ok || err != nil {
			return 0, nil, errors.Join(err, errObject)
		}
		n += hashSize
	}
	if data, err = o.inflate(name, offset+int64(n), largestObject); err != nil || base == 0 {
		return kind, data, err
	}
	kind, source, err := o.entry(pack, base, hashSize, depth+1)
	if err != nil {
		return 0, nil, err
	}
	data, err = applied(source, data)
	return kind, data, err
}

// backwards reads how far before a delta its base is, and how many bytes say so.
func backwards(data []byte) (distance int64, size int) {
	for i, b := range data {
		if i > 8 {
			break
		}
		distance = distance<<7 | int64(b&0x7f)
		if b&0x80 == 0 {
			return distance, i + 1
		}
		distance++
	}
	return 0, 0
}

// applied applies a delta: a list of parts, of the source or new ones.
func applied(source, delta []byte) ([]byte, error) {
	for range 2 { // the sizes of the source and of the result
		_, n := binary.Uvarint(delta)
		if n <= 0 {
			return nil, errObject
		}
		delta = delta[n:]
	}
	var out []byte
	for len(delta) > 0 {
		op := delta[0]
		delta = delta[1:]
		from, n := delta, int(op)
		if op&0x80 != 0 {
			var ok bool
			if from, n, delta, ok = copied(op, source, delta); !ok {
				return nil, errObject
			}
		}
		if n == 0 || n > len(from) || len(out)+n > largestObject {
			return nil, errObject
		}
		out = append(out, from[:n]...)
		if op&0x80 == 0 {
			delta = delta[n:]
		}
	}
	return out, nil
}

// copied reads which part of the source an instruction of a delta copies.
func copied(op byte, source, delta []byte) (from []byte, n int, rest []byte, ok bool) {
	var fields [7]int
	for i := range fields {
		if op>>i&1 == 0 {
			continue
		}
		if len(delta) == 0 {
			return nil, 0, nil, false
		}
		fields[i], delta = int(delta[0]), delta[1:]
	}
	start := fields[0] | fields[1]<<8 | fields[2]<<16 | fields[3]<<24
	if n = fields[4] | fields[5]<<8 | fields[6]<<16; n == 0 {
		n = 0x10000
	}
	if start > len(source) {
		return nil, 0, nil, false
	}
	return source[start:], n, delta, true
}

// field returns the values of a line of an object's header: "parent", "object".
func (o object) field(name string) (values []string) {
	header, _, _ := strings.Cut(string(o.data), "\n\n")
	for line := range strings.Lines(header) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			values = append(values, strings.TrimSpace(value))
		}
	}
	return values
}

// time returns the time that a line of the header ends with: that of the committer
// or the tagger, in seconds since 1970.
func (o object) time(name string) int64 {
	for _, value := range o.field(name) {
		words := strings.Fields(value)
		if len(words) > 1 {
			seconds, _ := strconv.ParseInt(words[len(words)-2], 10, 64)
			return seconds
		}
	}
	return 0
}

// packNames returns the packs among names of files.
func packNames(names []string) []string {
	var packs []string
	for _, name := range names {
		if pack, ok := strings.CutSuffix(name, ".idx"); ok && path.Dir(name) == packDir {
			packs = append(packs, pack)
		}
	}
	sort.Strings(packs)
	return packs
}
