// Package peer has the ways of making an image of a Go project that are
// measured side by side. All of them use the same version of Go, build
// without cgo, with -trimpath and -ldflags="-s -w", and push to the same
// registry; the limit that none can pass is `go build` alone.
package peer

import (
	"context"
	"errors"
	"time"

	"github.com/gohull/gohull/hack/internal/bench/project"
)

// Peer is a way of making images.
type Peer struct {
	Name   string
	Title  string
	Place  Placer
	Skips  func(Job) string // why a job is none for this peer; empty: it is one
	Rival  bool             // compared closely: what takes long is measured as often as the rest
	Coarse bool             // compiles everything again, whatever was edited
}

// Placer gives an empty place to build in, which has a name of its own among
// those that exist.
type Placer func(ctx context.Context, name string) (Place, error)

// Place is where a peer keeps what it needs between builds: a builder, or
// directories of this machine.
type Place interface {
	Build(context.Context, Job) (Built, error)
	Disk() (int64, error) // bytes that all it keeps takes
	Remove() error        // ends it, and deletes nothing while others are measured
}

// Job is a build.
type Job struct {
	Dir       string
	Mains     []string // an image for each
	Platforms []string // empty: this machine's
	Cache     Cache
	Zstd      bool           // whether layers are compressed with Zstandard
	Tests     *project.Tests // run instead of making an image; nil for an image
}

// layers are options of BuildKit's exporter for how to compress layers. ko
// always takes gzip's fastest level, so the others do.
func (j Job) layers() string {
	if j.Zstd {
		return "compression=zstd"
	}
	return "compression=gzip,compression-level=1"
}

// Cache says how a cache travels.
type Cache string

// The ways of a cache. A seed is an image of what was compiled, which a
// builder takes in addition to the imported cache.
const (
	Stays     Cache = ""
	Exported  Cache = "exported"
	Imported  Cache = "imported"
	SeedMade  Cache = "seed made"
	SeedTaken Cache = "seed taken"
)

// Built is what a build did.
type Built struct {
	Took    time.Duration
	Ran     []string // the builder's steps that were not cached
	Content string   // differs when the programs or images do
	Size    int64    // of the images, compressed, in bytes
}

// ErrNoSeed is of a frontend that makes no seeds.
var ErrNoSeed = errors.New("this gohull has no target gocache")

// Lab is what the peers build with.
type Lab struct {
	Registry     string // host:port
	Syntax       string // gohull's frontend
	GoVersion    string // "1.26.8"
	CA           string // file of further certificates; empty: none
	Temp         string // for files of the peers' own
	Node         func(ctx context.Context, name string) (root string, err error)
	SetNodeAside func(name string) error
	SetAside     func(dir string) error // one in Temp
}

// What the lab's registry has for the peers.
const (
	DockerfileFrontend = "dockerfile:1"
	staticBase         = "distroless/static-debian12:nonroot"
)

// Titles of the peers that are given something.
const (
	gohullTitle  = "gohull"
	bestTitle    = "best Dockerfile"
	layeredTitle = "layered Dockerfile"
	koTitle      = "ko"
)

// All are the peers, gohull first.
func (l Lab) All() []Peer {
	return []Peer{
		{Name: "gohull", Title: gohullTitle, Place: l.builder("gohull", recipe{l.gohull, l.gohullImages, l.gohullTests}), Skips: nothing, Rival: true},
		{Name: "dockerfile", Title: bestTitle, Place: l.builder("dockerfile", recipe{one: l.bestDockerfile, tests: l.testDockerfile}), Skips: noSeed, Rival: true},
		{Name: "layered", Title: layeredTitle, Place: l.builder("layered", recipe{one: l.layeredDockerfile}), Skips: skipsLayered, Coarse: true},
		{Name: "ko", Title: koTitle, Place: l.host(koBuild), Skips: skipsKo},
		{Name: "go", Title: "go build alone", Place: l.host(goBuild), Skips: staysHere},
	}
}

func nothing(Job) string { return "" }

func noSeed(j Job) string {
	if j.Cache == SeedTaken {
		return "only gohull has seeds"
	}
	return ""
}

func skipsLayered(j Job) string {
	switch {
	case j.Tests != nil:
		return "as the best Dockerfile"
	case len(j.Platforms) > 1:
		return "it would run the compiler emulated"
	case len(j.Mains) > 1:
		return "it compiles every package again for each service"
	}
	return noSeed(j)
}

func skipsKo(j Job) string {
	switch {
	case j.Tests != nil:
		return "it runs no tests"
	case j.Zstd:
		return "it has no zstd"
	}
	return staysHere(j)
}

func staysHere(j Job) string {
	switch j.Cache {
	case Imported:
		return "its caches do not travel: a fresh machine has nothing"
	case SeedTaken:
		return noSeed(j)
	}
	return ""
}
