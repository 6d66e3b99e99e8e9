package repository

import (
	_ "embed"
	"strings"
)

// archiveKeyring is the file of Debian's package debian-archive-keyring
// 2023.3+deb12u2. It has the keys of Debian 11 to 13.
//
//go:embed debian-archive-keyring.gpg
var archiveKeyring []byte

// archive is a word in Source.SignedBy for the keys that are part of gohull.
const archive = "debian-archive"

// Archive returns Debian's own repositories of a release, for bases that have
// none configured and no keys: "bookworm".
func Archive(codename string) []Source {
	where := "Debian's archive, because the base has no sources"
	main := Source{URL: "http://deb.debian.org/debian", Suite: codename, Components: []string{"main"}, SignedBy: archive, Where: where}
	updates, security := main, main
	updates.Suite += "-updates"
	security.URL += "-security"
	security.Suite += "-security"
	return []Source{main, updates, security}
}

// ArchiveKeys returns the keys of Debian's archive.
func ArchiveKeys() (Keys, error) {
	return ParseKeys("debian-archive-keyring.gpg", archiveKeyring)
}

// codenames are Debian's releases, of which gohull has the keys.
var codenames = map[string]string{"11": "bullseye", "12": "bookworm", "13": "trixie"}

// Codename returns the name of a Debian release by its number, empty if unknown.
func Codename(number string) string {
	major, _, _ := strings.Cut(number, ".")
	return codenames[major]
}
