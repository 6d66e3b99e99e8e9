package sbom

// The types below are the parts of SPDX 2.3 that are used here, under the
// names that its JSON form has for them.

type document struct {
	Version       string         `json:"spdxVersion"`
	License       string         `json:"dataLicense"` // of the document itself
	ID            string         `json:"SPDXID"`
	Name          string         `json:"name"`
	Namespace     string         `json:"documentNamespace"` // a URI that no other document has
	Creation      creation       `json:"creationInfo"`
	Packages      []pkg          `json:"packages"`
	Files         []file         `json:"files"`
	Relationships []relationship `json:"relationships"`
}

type creation struct {
	Created  string   `json:"created"` // RFC 3339, in UTC
	Creators []string `json:"creators"`
}

type pkg struct {
	ID         string      `json:"SPDXID"`
	Name       string      `json:"name"`
	Version    string      `json:"versionInfo,omitempty"`
	Location   string      `json:"downloadLocation"`
	Analyzed   bool        `json:"filesAnalyzed"`
	Purpose    string      `json:"primaryPackagePurpose,omitempty"`
	Source     string      `json:"sourceInfo,omitempty"` // how the package came to be what it is
	Checksums  []checksum  `json:"checksums,omitempty"`
	References []reference `json:"externalRefs,omitempty"`
}

type file struct {
	ID        string     `json:"SPDXID"`
	Name      string     `json:"fileName"`
	Types     []string   `json:"fileTypes"`
	Checksums []checksum `json:"checksums"`
}

type checksum struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"checksumValue"` // in hex
}

type reference struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type relationship struct {
	From string `json:"spdxElementId"`
	Type string `json:"relationshipType"`
	To   string `json:"relatedSpdxElement"`
}

const (
	documentID    = "SPDXRef-DOCUMENT"
	imageID       = "SPDXRef-Image"
	baseID        = "SPDXRef-Base"
	stdlibID      = "SPDXRef-Go-stdlib"
	noAssertion   = "NOASSERTION" // SPDX's word for what nobody has looked into
	namespaceRoot = "https://spdx.org/spdxdocs/gohull/"
)

func purlReference(purl string) reference {
	return reference{Category: "PACKAGE-MANAGER", Type: "purl", Locator: purl}
}
