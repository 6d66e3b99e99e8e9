package planner

// Kind is a kind of step. Steps of one kind share an ID.
type Kind struct {
	ID          string // as --no-cache-filter takes it
	Description string
}

// Kinds lists the kinds of steps, in the order that a build has them.
func Kinds() []Kind {
	return []Kind{
		{"scan", "finds the packages that there are"},
		{"source", "picks the files that the binaries are made of"},
		{"toolchain", "fetches Go through the module proxy"},
		{"modules", "fetches the modules that the source imports"},
		{"objects", "compiles packages that travel with the cache"},
		{"compile", "makes the binaries"},
		{"program", "builds Delve or govulncheck"},
		{"rootfs", "adds what an image from scratch has beside them"},
		{"look", "finds out what the base has where files of the image go"},
		{"dirs", "makes `run.volumes` and `run.workdir` where the base has none"},
		{"files", "copies what `run.files` names"},
		{"libraries", "checks that the image has what dynamically linked binaries need: the dynamic linker and libraries"},
		{"sbom", "lists what the binaries are made of"},
		{"reproduce", "compares two builds"},
		{"binary", "lists the checksums of the binaries"},
		{"skeleton", "picks what checks of modules need"},
		{"check-tidy", "holds go.mod and go.sum against what `go mod tidy` makes"},
		{"check-verify", "holds modules against the checksums of go.sum"},
		{"check-vendor", "holds the vendor folder against what the go command makes"},
		{"check-vet", "runs `go vet`"},
		{"check-test", "runs the tests"},
		{"check-generate", "holds files against what their generators make"},
		{"generate", "runs generators before the build"},
		{"vulndb", "looks up known vulnerabilities of the modules"},
		{"check-vuln", "runs govulncheck"},
	}
}
