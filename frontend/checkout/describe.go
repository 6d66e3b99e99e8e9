package checkout

import (
	"bufio"
	"bytes"
	"container/heap"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// abbreviated is how many letters of a commit a description has. git takes more
// for a repository with more objects, so that the same commit would be called
// differently in another clone.
const abbreviated = 7

// mostCandidates is how many tags git compares.
const mostCandidates = 10

// mostCommits bounds how many commits are read.
const mostCommits = 100_000

// shallowFile lists the commits at which a shallow clone ends.
const shallowFile = Dir + "/shallow"

// History is what Describe needs of a repository.
type History struct {
	Files map[string][]byte // as for Read
	Names []string          // of all files in ObjectsDir
	Read  Reader
}

// HistoryFiles returns the files and directories that Describe needs in addition
// to those of Names.
func HistoryFiles() []string { return []string{ObjectsDir, shallowFile} }

// PackDir is the directory whose files History.Names lists.
const PackDir = packDir

// Describe returns what `git describe --tags --always --abbrev=7` says about the
// commit that is checked out. If that cannot be known, it returns the reason. The
// error is one of History.Read.
func Describe(h History) (text, unknown string, err error) {
	commit := Read(h.Files).Commit
	if commit == "" {
		return "", ".git names no commit", nil
	}
	d := describing{objects: objects{read: h.Read, packs: packNames(h.Names)}, shallow: map[string]bool{}, commits: map[string]*commitNode{}}
	shallow, err := h.Read(shallowFile, 0, largestObject)
	if err != nil {
		return "", "", err
	}
	for id := range strings.Lines(string(shallow)) {
		d.shallow[strings.TrimSpace(id)] = true
	}
	if d.tags, err = d.readTags(h.Files); err == nil {
		text, err = d.describe(commit)
	}
	var reason *unknownError
	switch {
	case errors.As(err, &reason):
		return "", reason.text, nil
	case errors.Is(err, errObject):
		return "", err.Error(), nil
	}
	return text, "", err
}

// unknownError says why a description is unknown.
type unknownError struct{ text string }

func (e *unknownError) Error() string { return e.text }

// tagged is a tag of a commit.
type tagged struct {
	name      string
	annotated bool
	time      int64 // of an annotated tag
}

// replaces reports whether git calls a commit by this tag rather than by another
// one that comes first by name.
func (t tagged) replaces(o tagged) bool {
	if t.annotated != o.annotated {
		return t.annotated
	}
	return t.annotated && t.time > o.time
}

// describing is a description in the making.
type describing struct {
	objects objects
	shallow map[string]bool
	tags    map[string]tagged // by commit
	commits map[string]*commitNode
}

// commitNode is a commit that was reached.
type commitNode struct {
	id      string
	time    int64
	order   int // in which it was reached
	parents []string
	within  uint // the candidates that it is an ancestor of, as bits
}

// readTags returns which tag each commit is called by.
func (d *describing) readTags(files map[string][]byte) (map[string]tagged, error) {
	all := map[string]tagged{}
	ids := tagIDs(files)
	names := make([]string, 0, len(ids))
	for name := range ids {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t, commit, err := d.peel(name, ids[name])
		if err != nil {
			return nil, err
		}
		if other, ok := all[commit]; !ok || t.replaces(other) {
			all[commit] = t
		}
	}
	return all, nil
}

// tagIDs returns what references of tags name, by the names of the tags. A file
// takes precedence over what is packed.
func tagIDs(files map[string][]byte) map[string]string {
	ids := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(files[packedFile]))
	for lines.Scan() {
		id, ref, _ := strings.Cut(lines.Text(), " ")
		if name, ok := strings.CutPrefix(ref, tags); ok && objectID.MatchString(id) {
			ids[name] = id
		}
	}
	for file, data := range files {
		id := strings.TrimSpace(string(data))
		if name, ok := strings.CutPrefix(file, Dir+"/"+tags); ok && objectID.MatchString(id) {
			ids[name] = id
		}
	}
	return ids
}

// peel returns a tag and its commit. What an annotated tag names may be a tag, too.
func (d *describing) peel(name, id string) (tagged, string, error) {
	t := tagged{name: name}
	const most = 16
	for range most {
		o, err := d.objects.find(id)
		if errors.Is(err, errObject) {
			return t, id, nil // of something large, which is no commit
		}
		if o == nil || err != nil || o.kind != "tag" {
			return t, id, err
		}
		if !t.annotated {
			t.annotated, t.time = true, o.time("tagger")
		}
		named := o.field("object")
		if len(named) == 0 || !objectID.MatchString(named[0]) {
			return t, id, nil
		}
		id = named[0]
	}
	return t, id, nil
}

// commit reads a commit that the walk reaches.
func (d *describing) commit(id string) (*commitNode, error) {
	if c := d.commits[id]; c != nil {
		return c, nil
	}
	if len(d.commits) >= mostCommits {
		return nil, &unknownError{fmt.Sprintf("no tag is among the last %d commits", mostCommits)}
	}
	o, err := d.objects.find(id)
	switch {
	case err != nil:
		return nil, err
	case o == nil || o.kind != "commit":
		return nil, &unknownError{fmt.Sprintf(".git does not have the commit %s; clone the repository with its whole history", id)}
	}
	c := &commitNode{id: id, time: o.time("committer"), order: len(d.commits), parents: o.field("parent")}
	d.commits[id] = c
	return c, nil
}

// errShallow is why nothing is known of a shallow clone.
var errShallow = &unknownError{"the repository is a shallow clone without the tag before this commit; run `git fetch --unshallow --tags`, or set `fetch-depth: 0` where CI checks it out"}

// candidate is a tag that the commit may be described by.
type candidate struct {
	tagged
	depth int  // how many commits are not reached from the tag
	flag  uint // of commitNode.within
}

// describe goes back from a commit, the newest commits first, until it knows the
// tag that the fewest commits came after. It is the walk of git itself, so that it
// chooses the same tag.
func (d *describing) describe(id string) (string, error) {
	if t, ok := d.tags[id]; ok {
		return t.name, nil
	}
	var all []*candidate
	queue := &byTime{}
	start, err := d.commit(id)
	if err != nil {
		return "", err
	}
	heap.Push(queue, start)
	for seen := 0; queue.Len() > 0; seen++ {
		c := heap.Pop(queue).(*commitNode)
		if t, ok := d.tags[c.id]; ok {
			if len(all) == mostCandidates {
				heap.Push(queue, c)
				break
			}
			flag := uint(1) << len(all)
			all, c.within = append(all, &candidate{t, seen, flag}), c.within|flag
		}
		for _, t := range all {
			if c.within&t.flag == 0 {
				t.depth++
			}
		}
		if queue.Len() == 0 && c.within&best(all) == best(all) && len(all) > 0 {
			break // every commit that is left is before the best tags
		}
		if err := d.reach(queue, c); err != nil {
			return "", err
		}
	}
	if len(all) == 0 {
		return id[:abbreviated], d.isWhole(0)
	}
	t := slices.MinFunc(all, func(a, b *candidate) int { return a.depth - b.depth })
	if err := errors.Join(d.finish(queue, t), d.isWhole(t.flag)); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s-%d-g%s", t.name, t.depth, id[:abbreviated]), nil
}

// best returns the flags of the candidates with the fewest commits after them.
func best(all []*candidate) (flags uint) {
	least := -1
	for _, t := range all {
		switch {
		case least < 0 || t.depth < least:
			least, flags = t.depth, t.flag
		case t.depth == least:
			flags |= t.flag
		}
	}
	return flags
}

// isWhole returns errShallow if the walk came to the end of a shallow clone. What
// is missing there may be another tag, or commits that count, unless it is before
// the tag.
func (d *describing) isWhole(tag uint) error {
	for id := range d.shallow {
		if c := d.commits[id]; c != nil && c.within&tag == 0 {
			return errShallow
		}
	}
	return nil
}

// reach goes on to the parents of a commit. They are missing where a shallow clone
// ends.
func (d *describing) reach(queue *byTime, c *commitNode) error {
	if d.shallow[c.id] {
		return nil
	}
	for _, id := range c.parents {
		known := d.commits[id] != nil
		p, err := d.commit(id)
		if err != nil {
			return err
		}
		if !known {
			heap.Push(queue, p)
		}
		p.within |= c.within
	}
	return nil
}

// finish counts the commits that are left and that the tag does not reach.
func (d *describing) finish(queue *byTime, t *candidate) error {
	for queue.Len() > 0 {
		c := heap.Pop(queue).(*commitNode)
		if c.within&t.flag == 0 {
			t.depth++
		} else if !slices.ContainsFunc(*queue, func(o *commitNode) bool { return o.within&t.flag == 0 }) {
			return nil
		}
		if err := d.reach(queue, c); err != nil {
			return err
		}
	}
	return nil
}

// byTime is a heap of commits, the newest first.
type byTime []*commitNode

func (h byTime) Len() int { return len(h) }
func (h byTime) Less(i, j int) bool {
	if h[i].time != h[j].time {
		return h[i].time > h[j].time
	}
	return h[i].order < h[j].order
}
func (h byTime) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *byTime) Push(c any)   { *h = append(*h, c.(*commitNode)) }
func (h *byTime) Pop() any {
	last := len(*h) - 1
	c := (*h)[last]
	*h = (*h)[:last]
	return c
}
