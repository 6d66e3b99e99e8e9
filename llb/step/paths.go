package step

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"path"
)

// Executable is the file name of the program that runs in steps. The image of
// the frontend has it in the directory of the frontend.
const Executable = "gohull-step"

// Where a step has what it reads.
const (
	Binary     = "/.gohull/tool"   // Executable, mounted read-only
	Source     = "/src"            // the build context, or what was picked of it, read-only
	Goroot     = "/usr/local/go"   // where official images have Go, and where module toolchains are mounted
	ModuleTree = "/go/pkg"         // what the verb modules left in its Out; ModCache is in it
	ModCache   = "/go/pkg/mod"     // GOMODCACHE
	Asked      = "/.gohull/asked"  // what the verb modules left in AskedDir
	Seed       = "/.gohull/seed"   // a build context that holds a pack
	Built      = "/built"          // what a compile made, read-only, for steps that look at it
	Made       = "/.gohull/made"   // what generators and stages made, which lies over Source; it need not be there
	Before     = "/.gohull/before" // Source as it was before a step wrote to it, read-only
	Image      = "/image"          // what the image has in addition, read-only
	BuiltAgain = "/built-again"    // what another compile of the same made
	Listed     = "/.gohull/listed" // a file that names packages
	Scanned    = "/.gohull/scan"   // what the verb scan left in its Out
	LinkerDir  = "/.gohull/linker" // what the verb linker left in its Out

	Index       = "/.gohull/index"         // what the verb package-index left in its Out
	PackageList = "/.gohull/packages.json" // a list of OSPackage as JSON
	Archives    = "/.gohull/archives"      // what the verb package-archives left in its Out, or a build context that has the same

	Programs     = "/.gohull/programs"       // what the verb program left in its Out
	VulnDatabase = "/.gohull/vulndb"         // what the verb vulndb left in its Out
	VulnDir      = "/.gohull/vulndb-context" // a build context that has a vulnerability database
)

// PackagesContext is the name of the build context that brings Archives.
const PackagesContext = "packages"

// ReplacedDirs is the environment variable that lists the directories of Source that
// have nothing but what Made has of them, with colons between them.
const ReplacedDirs = "GOHULL_REPLACED"

// VulnContext is the name of the build context that brings VulnDir.
const VulnContext = "vulndb"

// OutOf returns the part of Out that belongs to one of several images.
func OutOf(image string) string { return Out + "/" + image }

// TestGroup returns where the reports of the i-th group of tests are mounted.
func TestGroup(i int) string { return fmt.Sprintf("/.gohull/groups/%d", i) }

// GroupDir returns the directory where the verb closure leaves a group of
// packages: large files of their closure in ClosureDir, and in MembersDir a
// MembersFile, and a SmallFile with the rest of the closure.
func GroupDir(group string) string { return "groups/" + element(group) }

// ListedAt returns where a step finds what the verb list-vendored left in its Out for
// the project in a directory of the context.
func ListedAt(project string) string {
	return "/.gohull/vendored/" + element(path.Join(project, "vendor"))
}

// MembersDir is a directory of GroupDir.
const MembersDir = "members"

// PartDir returns the directory where the verb objects leaves the pack of a part
// of a group.
func PartDir(part string) string { return PartsDir + "/" + element(part) }

// PartsDir has the parts of a group.
const PartsDir = "parts"

// element returns a text as an element of a path. One that is too long for a
// file system is replaced by its digest.
func element(text string) string {
	const longest = 200
	if escaped := url.PathEscape(text); len(escaped) <= longest && text != "." && text != ".." {
		return escaped
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
}

// Pack returns where the i-th pack of a step is mounted.
func Pack(i int) string { return fmt.Sprintf("/.gohull/packs/%d", i) }

// Part returns where what the i-th layer of an image is made of is mounted.
func Part(i int) string { return fmt.Sprintf("/.gohull/parts/%d", i) }

// Where a step writes.
const (
	Out    = "/out"            // the step's output, written from scratch
	Cache  = "/.gohull/cache"  // GOCACHE
	Temp   = "/.gohull/tmp"    // GOTMPDIR and TMPDIR; gohull-step makes it
	Report = "/.gohull/report" // directory that takes ReportFile when a step fails
	Static = "/static"         // takes StaticDir when a compile made nothing but static executables
)

// ReportFile is what a failed step leaves in Report: a Failure as JSON.
const ReportFile = "failure.json"

// What verbs leave in Out.
const (
	FactsFile    = "facts.json"     // scan: Facts as JSON
	ManifestFile = "manifest.json"  // manifest: Parts as JSON
	GoFile       = "gohull.json"    // toolchain: a Fetched as JSON
	SumsFile     = "SHA256SUMS"     // binaries and compare, in the form of sha256sum
	SBOMFile     = "sbom.spdx.json" // sbom; exporters name the attestation by it

	ResolvedFile = "packages.json" // resolve: a list of OSPackage as JSON
	LinkerFile   = "path"          // linker
	// StaticDir is an empty directory, so that a layer can be made to need it
	// and get nothing of it.
	StaticDir = "static"
	// ModuleFile is in Static what the verb program says of the module of a program:
	// a Fetched as JSON.
	ModuleFile = "module.json"
	// ImportersFile is in Static instead of StaticDir if packages have
	// libraries loaded without cgo: it lists them, one a line.
	ImportersFile = "importers.txt"

	// ClosureDir is the directory that takes a closure.
	ClosureDir = "src"
	// OutlineDir is the directory that takes an outline: the project as far as
	// its modules go. What there is of it, see Closure.
	OutlineDir = "outline"
	// StubsFile lists in an outline the import paths of the packages that
	// import what the main packages need, and those of main packages that only
	// other modules have, one a line.
	StubsFile = "stubs.txt"
	// StandardDir is the directory where closure leaves StandardFile: the
	// packages of the standard library that those of the context import, one
	// a line.
	StandardDir  = "standard"
	StandardFile = "standard.txt"

	// ProgramsDir is the directory where closure leaves ProgramsFile: the
	// packages that //go:generate lines run or that their programs import, one
	// a line.
	ProgramsDir  = "programs"
	ProgramsFile = "programs.txt"

	// VendoredDir is the directory where closure leaves VendoredFile: the names of
	// the files that are needed of a vendor directory. The verb list-vendored
	// leaves a file of that name, too: the packages of the directory.
	VendoredDir  = "vendored"
	VendoredFile = "vendored.json"

	// MembersFile lists the packages of a group, one a line: the part that it is in,
	// as PartDir takes it, and its import path.
	MembersFile = "members.txt"
	// SmallFile is a tar archive of the small files of a closure. BuildKit reads each file
	// and directory of what a step is keyed by, and groups would have most of
	// them many times.
	SmallFile = "small.tar"

	// ModulesDir is the directory of ModuleTree, and of Out, that is ModCache.
	ModulesDir = "mod"
	// ModulesID is a file of ModuleTree that is another one for other modules.
	ModulesID = "id"
	// AskedDir is the directory where modules leaves what it asks of the source,
	// and Asked is where the next closure finds it: PackagesFile lists
	// packages of the context that other modules import, and a go.work.sum
	// next to it is the complete one.
	AskedDir     = "asked"
	PackagesFile = "packages.txt"

	// SkeletonDir is the directory that takes a skeleton, and VersionsDir the
	// one that takes its go.mod, go.sum, go.work and go.work.sum alone.
	SkeletonDir = "skeleton"
	VersionsDir = "versions"

	// TestEvents is what `go test -json` printed, TestJUnit the same as other
	// programs read it, and TestCover which lines were run.
	TestEvents = "test.json"
	TestJUnit  = "junit.xml"
	TestCover  = "cover.out"
	TestPage   = "cover.html" // TestCover for people, with the source
)

// SumsLine returns what SumsFile has of a file.
func SumsLine(name string, data []byte) string {
	return fmt.Sprintf("%x  %s\n", sha256.Sum256(data), name)
}
