package objects

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/internal/safe"
	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/cache"
)

// A data file is a tar archive, compressed as several frames of Zstandard: one
// for all actions, one for each output, one for the end of the archive. Any
// program can unpack the whole file, and each output can be unpacked alone.

// writeData writes the data file of a pack, and notes in each entry which bytes
// of the file unpack to its output.
func writeData(file string, c *cache.Cache, entries []entry) error {
	// The layer that this becomes is compressed once more: speed counts. The name
	// of an output is its checksum.
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false))
	if err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(writeFrames(f, z, c, entries), f.Close())
}

// framesAtOnce bounds how many compressed outputs are in memory.
const framesAtOnce = 64

func writeFrames(w io.Writer, z *zstd.Encoder, c *cache.Cache, entries []entry) error {
	actions, err := actionsText(entries)
	if err != nil {
		return err
	}
	n, err := w.Write(z.EncodeAll(actions, nil))
	if err != nil {
		return err
	}
	offset := int64(n)
	for outputs := range slices.Chunk(byEqualOutput(entries), framesAtOnce) {
		frames, err := compress(z, c, outputs)
		if err != nil {
			return err
		}
		for i, frame := range frames {
			for _, e := range outputs[i] {
				e.offset, e.length, e.head = offset, int64(len(frame.data)), frame.head
			}
			offset += int64(len(frame.data))
		}
		for _, frame := range frames {
			if _, err := w.Write(frame.data); err != nil {
				return err
			}
		}
	}
	_, err = w.Write(z.EncodeAll(make([]byte, 2*tarBlock), nil))
	return err
}

// tarBlock is the unit of a tar archive, which ends with two empty ones.
const tarBlock = 512

// byEqualOutput returns the entries that have the same output together, in the
// order of the first of them.
func byEqualOutput(entries []entry) [][]*entry {
	var all [][]*entry
	at := map[cache.OutputID]int{}
	for i := range entries {
		e := &entries[i]
		n, ok := at[e.output]
		if !ok {
			n = len(all)
			at[e.output] = n
			all = append(all, nil)
		}
		all[n] = append(all[n], e)
	}
	return all
}

// frame is a compressed output, as a part of a tar archive.
type frame struct {
	data []byte
	head head // of the output
}

// compress returns a frame for each output.
func compress(z *zstd.Encoder, c *cache.Cache, outputs [][]*entry) ([]frame, error) {
	frames := make([]frame, len(outputs))
	g := safe.NewGroup()
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, of := range outputs {
		g.Go(func() error {
			text, err := outputText(*of[0], c.OutputFile(of[0].output))
			if err != nil {
				return err
			}
			frames[i] = frame{z.EncodeAll(text, nil), headOf(text[tarBlock : tarBlock+of[0].size])}
			return nil
		})
	}
	return frames, g.Wait()
}

// actionsText returns what the go command has in GOCACHE for actions, as a part
// of a tar archive. It reads the time only for results of tests.
func actionsText(entries []entry) ([]byte, error) {
	var b bytes.Buffer
	t := tar.NewWriter(&b)
	for _, e := range entries {
		text := e.actionText()
		if err := t.WriteHeader(e.actionHeader()); err != nil {
			return nil, err
		}
		if _, err := io.WriteString(t, text); err != nil {
			return nil, err
		}
	}
	err := t.Flush()
	return b.Bytes(), err
}

// outputText returns an output as a part of a tar archive.
func outputText(e entry, file string) ([]byte, error) {
	f, err := regular.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	b.Grow(int(e.size) + 2*tarBlock)
	t := tar.NewWriter(&b)
	if err := t.WriteHeader(e.outputHeader()); err != nil {
		return nil, err
	}
	if _, err := io.Copy(t, f); err != nil {
		return nil, err
	}
	err = t.Flush()
	return b.Bytes(), err
}

// actionText returns what the go command has in GOCACHE for the action.
func (e entry) actionText() string {
	return fmt.Sprintf("v1 %x %x %20d %20d\n", e.action, e.output, e.size, 0)
}

func (e entry) actionHeader() *tar.Header {
	return header(fmt.Sprintf("%x-a", e.action), int64(len(e.actionText())))
}

func (e entry) outputHeader() *tar.Header { return header(fmt.Sprintf("%x-d", e.output), e.size) }

// header returns the header of a file, which is in the directory that the first
// byte of its name gives.
func header(base string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: base[:2] + "/" + base, Size: size, Mode: 0o644, Format: tar.FormatUSTAR}
}
