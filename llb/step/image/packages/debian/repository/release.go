package repository

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/gohull/gohull/llb/step/image/packages"
	"github.com/gohull/gohull/llb/step/image/packages/debian/control"
)

// Release is what the signed file of a suite says.
type Release struct {
	control.Paragraph
	files map[string]file
}

// file is a line of a checksum field.
type file struct {
	sha256 string
	size   int64
}

// releaseLimit is far above the largest Release, which has 300 kB.
const releaseLimit = 16 << 20

// Release fetches the signed file of a suite and verifies it at a time.
func (s Source) Release(ctx context.Context, fetch packages.Fetch, keys Keys, now time.Time) (*Release, error) {
	text, err := s.signed(ctx, fetch, keys, now)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s, err)
	}
	r, err := parseRelease(text)
	if err == nil {
		err = s.accept(r, now)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: Release: %w", s, err)
	}
	return r, nil
}

// signed returns the verified text of InRelease, or of Release with Release.gpg,
// which old repositories have instead.
func (s Source) signed(ctx context.Context, fetch packages.Fetch, keys Keys, now time.Time) ([]byte, error) {
	if len(keys) == 0 {
		return nil, fmt.Errorf("the base has no key for this repository (%s); configure one with Signed-By", s.Where)
	}
	data, err := get(ctx, fetch, s.InRelease(), releaseLimit)
	if err == nil {
		return verifyInline(data, keys, now)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	text, missing := get(ctx, fetch, s.dir()+"/Release", releaseLimit)
	if missing != nil {
		return nil, fmt.Errorf("%w; is %q a suite of this repository?", err, s.Suite)
	}
	signature, err := get(ctx, fetch, s.dir()+"/Release.gpg", releaseLimit)
	if err != nil {
		return nil, err
	}
	return text, verifyDetached(text, signature, keys, now)
}

// verifyInline returns what is signed of a file, and nothing around it.
func verifyInline(data []byte, keys Keys, now time.Time) ([]byte, error) {
	block, _ := clearsign.Decode(data)
	if block == nil {
		return nil, errors.New("InRelease has no signature; does a proxy answer with a page of its own?")
	}
	signature, err := io.ReadAll(io.LimitReader(block.ArmoredSignature.Body, releaseLimit))
	if err != nil {
		return nil, fmt.Errorf("InRelease: %w", err)
	}
	return block.Plaintext, verify(block.Bytes, signature, keys, now)
}

func verifyDetached(text, signature []byte, keys Keys, now time.Time) error {
	if bytes.HasPrefix(bytes.TrimSpace(signature), []byte(armored)) {
		block, err := armor.Decode(bytes.NewReader(signature))
		if err != nil {
			return fmt.Errorf("the signature in Release.gpg: %w", err)
		}
		if signature, err = io.ReadAll(io.LimitReader(block.Body, releaseLimit)); err != nil {
			return fmt.Errorf("the signature in Release.gpg: %w", err)
		}
	}
	return verify(text, signature, keys, now)
}

// verify accepts a text if one of its signatures is valid. Debian signs with the
// keys of several releases, and a base has not all of them.
func verify(text, signatures []byte, keys Keys, now time.Time) error {
	config := &packet.Config{Time: func() time.Time { return now }}
	var failed []error
	r := packet.NewReader(bytes.NewReader(signatures))
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("the signature: %w", err)
		}
		sig, ok := p.(*packet.Signature)
		if !ok {
			return errors.New("the signature is invalid")
		}
		var one bytes.Buffer
		if err := sig.Serialize(&one); err != nil {
			return fmt.Errorf("the signature: %w", err)
		}
		if _, err := openpgp.CheckDetachedSignature(keys, bytes.NewReader(text), &one, config); err == nil {
			return nil
		} else {
			failed = append(failed, keyError(sig, err))
		}
	}
	if len(failed) == 0 {
		return errors.New("the signature is missing")
	}
	return fmt.Errorf("no signature is valid: %w", errors.Join(failed...))
}

// keyError says which key an error is about.
func keyError(sig *packet.Signature, err error) error {
	if sig.IssuerKeyId == nil {
		return err
	}
	return fmt.Errorf("key %016X: %w", *sig.IssuerKeyId, err)
}

// accept reports whether a signed file is the one that was asked for. The same
// key signs other suites, and older states of this one.
func (s Source) accept(r *Release, now time.Time) error {
	if until := r.Get("Valid-Until"); until != "" && !s.AnyAge {
		t, err := parseTime(until)
		if err != nil {
			return fmt.Errorf("Valid-Until: %w", err)
		}
		if now.After(t) {
			return fmt.Errorf("it is out of date since %s; the mirror is no longer updated, or the clock is wrong", until)
		}
	}
	suite, codename := r.Get("Suite"), r.Get("Codename")
	if s.flat() || suite == "" && codename == "" {
		return nil
	}
	if want := path.Clean(s.Suite); want != suite && want != codename && path.Dir(want) != codename && path.Dir(want) != suite {
		return fmt.Errorf("it is the suite %s (%s), want %s", suite, codename, s.Suite)
	}
	return nil
}

// parseTime reads a date as Release files have it: "Sat, 10 Jun 2023 09:53:39 UTC".
func parseTime(s string) (t time.Time, err error) {
	for _, layout := range []string{time.RFC1123, time.RFC1123Z, "Mon, _2 Jan 2006 15:04:05 MST", "Mon, _2 Jan 2006 15:04:05 -0700"} {
		if t, err = time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return t, err
}

func parseRelease(text []byte) (*Release, error) {
	all, err := control.Parse("Release", text)
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("it has %d paragraphs, want 1", len(all))
	}
	r := &Release{all[0], map[string]file{}}
	for line := range strings.SplitSeq(r.Get("SHA256"), "\n") {
		words := strings.Fields(line)
		if len(words) != 3 || len(words[0]) != 64 {
			continue
		}
		if size, err := strconv.ParseInt(words[1], 10, 64); err == nil && size >= 0 {
			r.files[path.Clean(words[2])] = file{words[0], size}
		}
	}
	if len(r.files) == 0 {
		return nil, errors.New("it has no SHA256 checksums")
	}
	return r, nil
}

// priority is apt's priority of packages: those of backports and experimental
// are taken only where no other repository has the name.
func (r *Release) priority() int {
	switch {
	case !isTrue(r.Get("NotAutomatic"), false):
		return 500
	case isTrue(r.Get("ButAutomaticUpgrades"), false):
		return 100
	}
	return 1
}

// hasArch reports whether the suite has packages of an architecture.
func (r *Release) hasArch(arch string) bool {
	archs, found := r.Lookup("Architectures")
	return !found || slices.Contains(strings.Fields(archs), arch)
}

// get fetches a file that has at most limit bytes.
func get(ctx context.Context, fetch packages.Fetch, url string, limit int64) (data []byte, err error) {
	body, err := fetch(ctx, url)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	data, err = io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s: it has more than %d bytes", url, limit)
	}
	return data, nil
}
