package step

// OSPackage is one package of a distribution, exactly as a lock has it.
type OSPackage struct {
	Name     string `json:"name"`           // "git"
	Version  string `json:"version"`        // "1:2.39.5-0+deb12u2"
	Arch     string `json:"arch"`           // as the distribution calls it: "amd64", "x86_64", "all"
	URL      string `json:"url"`            // of the archive, in the repository that the base or the spec names
	Size     int64  `json:"size"`           // of the archive
	Checksum string `json:"checksum"`       // what the signed index says of the archive: "sha256:…"; for Alpine that of its control part
	PURL     string `json:"purl,omitempty"` // package URL, for SBOMs: "pkg:deb/debian/git@1:2.39.5-0%2Bdeb12u2?arch=amd64&distro=debian-12"
}
