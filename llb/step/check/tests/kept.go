package tests

import "fmt"

// What is kept of what tests print. A test may print without end, and the
// error of one that fails is at the end.
const (
	keptOfTest = 1 << 20   // of each test, half at the beginning and half at the end
	keptAtAll  = 128 << 20 // of all tests together; beyond that a test has keptOfMany
	keptOfMany = 8 << 10
	lineCost   = 64 // what a line takes in addition to its text
	mostTests  = 200_000
)

// kept is what is kept of the output of a test.
type kept struct {
	head, tail []string
	headSize   int
	tailSize   int
	missing    int64 // bytes that were left out between the two
}

// add keeps a line, and returns how much more is kept than before.
func (k *kept) add(line string, limit int) (grown int) {
	size := len(line) + lineCost
	if k.tail == nil && k.headSize+size <= limit/2 {
		k.head, k.headSize = append(k.head, line), k.headSize+size
		return size
	}
	before := k.tailSize
	k.tail, k.tailSize = append(k.tail, line), k.tailSize+size
	for k.tailSize > limit/2 && len(k.tail) > 1 {
		k.missing += int64(len(k.tail[0]))
		k.tailSize -= len(k.tail[0]) + lineCost
		k.tail = k.tail[1:]
	}
	return k.tailSize - before
}

// lines returns the lines that were kept, with a note where some are missing.
func (k *kept) lines() []string {
	if k == nil {
		return nil
	}
	var all []string
	all = append(all, k.head...)
	if k.missing > 0 {
		all = append(all, fmt.Sprintf("… %d bytes of output are left out here …\n", k.missing))
	}
	return append(all, k.tail...)
}
