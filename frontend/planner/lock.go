package planner

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// LockLookups is what a lock is made of.
type LockLookups struct {
	Images     []ImageKey
	Toolchains []*plan.ModuleToolchain // to fetch, for their checksums
}

// LockFound is what the lookups found.
type LockFound struct {
	Images     map[ImageKey]Image // without optional ones that are missing
	Toolchains map[ToolchainKey]step.Fetched
	Programs   map[string]step.Fetched // by package and version
	Packages   map[PackagesKey][]step.OSPackage
}

// ToolchainKey names a toolchain that is fetched as a module.
type ToolchainKey struct {
	Version  string // that was asked for: "1.26"
	Platform string // that it runs on: "linux/amd64"
}

// LockProgram is a program to build for its checksum, with the toolchain that
// builds it.
type LockProgram struct {
	Toolchain plan.Toolchain
	Program   plan.Program
}

// LockDecision is what follows from the input for the lock of a project, which
// is one for all images of the file.
type LockDecision struct {
	images []*Decision
}

// decideLock decides for each image as if there were no lock yet.
func decideLock(in Input) *LockDecision {
	in.Lock = nil
	l := &LockDecision{}
	for _, c := range decideCommons(in, LockTarget) {
		c.stamps = c.stamps.WithArgs(c.args.own).AsWritten()
		for _, image := range c.images {
			l.images = append(l.images, c.decide(image.Name.Value, LockTarget))
		}
	}
	return l
}

// Stages returns the stages that are built to write the lock.
func (l *LockDecision) Stages() []plan.Stage {
	var all []plan.Stage
	for _, d := range l.images {
		all = append(all, d.stages...)
	}
	return all
}

// Lookups returns what has to be looked up to write the lock. Its error is a
// diag.Errors.
func (l *LockDecision) Lookups() (LockLookups, error) {
	var q LockLookups
	var errs diag.List
	for _, d := range l.images {
		errs.Add(d.wrong.Sorted()...)
		if !d.version.IsSet() && d.toolchain.ref == "" {
			errs.Add(diag.Diagnostic{
				At:      firstLine(d.Spec),
				Message: "the build context has no go.mod, so the Go version to lock is not known",
				Hint:    "build with a module's directory as the context",
			})
		}
		q.add(d)
	}
	return q, errs.Err()
}

// add adds what has to be known of an image.
func (q *LockLookups) add(d *Decision) {
	for _, key := range d.imageKeys() {
		_, isStage := StageOf(key.Ref)
		addsTo := key.Use == UseBase && len(d.image.Run.Packages) > 0
		if !isStage || addsTo {
			q.addImage(key)
		}
	}
	for _, p := range d.Request.builders() {
		if d.toolchain.ref != "" {
			q.addImage(d.toolchain.lockKey(p))
			continue
		}
		module := d.toolchain.module(p, d.modules, spans(d.Spec.File, d.toolchain.at, d.Spec.Go.At))
		isSame := func(t *plan.ModuleToolchain) bool {
			return t.Platform == module.Platform && t.Version == module.Version
		}
		if !slices.ContainsFunc(q.Toolchains, isSame) {
			q.Toolchains = append(q.Toolchains, module)
		}
	}
}

func (q *LockLookups) addImage(key ImageKey) {
	if !slices.Contains(q.Images, key) {
		q.Images = append(q.Images, key)
	}
}

// builders returns the platforms that builders may have: this one's and, since
// a lock is used by other machines as well, those that are asked for.
func (r Request) builders() []plan.Platform {
	all := []plan.Platform{r.BuildPlatform}
	for _, p := range r.Platforms {
		p.Variant = ""
		if !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

// lockKey asks for the image for a builder. It has to exist for this builder
// alone.
func (t toolchain) lockKey(p plan.Platform) ImageKey {
	key := t.key(p)
	key.Optional = p != t.runsOn
	return key
}

// Programs returns the programs of all images, each once. They are built as a
// build of their image does it, so that they need not be built again.
func (l *LockDecision) Programs(images map[ImageKey]Image) ([]LockProgram, error) {
	var all []LockProgram
	var errs diag.List
	have := set{}
	var names []string
	for _, d := range l.images {
		p := d.newParts(d.written, Found{Images: images})
		for _, prog := range d.written.Programs {
			if have[prog.Key()] {
				continue
			}
			have.add(prog.Key(), &names)
			built := p.install.named(prog, d.Request.Platforms[0], &errs)
			all = append(all, LockProgram{p.root.plan(d.written, d.modules), built})
		}
	}
	return all, errs.Err()
}

// File returns the lock. Its error is a diag.Errors.
func (l *LockDecision) File(found LockFound) (plan.File, error) {
	var errs diag.List
	for _, d := range l.images {
		errs.Add(d.wrong.Sorted()...)
	}
	c := l.images[0]
	lock := &spec.Lock{Go: l.lockGos(found, &errs), Images: lockImages(found, &errs), Packages: l.lockPackages(found), Programs: lockPrograms(found)}
	if err := errs.Err(); err != nil {
		return plan.File{}, err
	}
	comment := "What the builds of this directory are made from; gohull looks up nothing else.\nTo renew it: " + c.renewal()
	return plan.File{Name: project.LockFile, Data: lock.Text(comment), Epoch: c.args.epoch.Seconds()}, nil
}

// lockGos returns an entry for each version of Go that is asked for, sorted.
func (l *LockDecision) lockGos(found LockFound, errs *diag.List) []spec.LockedGo {
	var all []spec.LockedGo
	for _, d := range l.images {
		locked := d.lockGo(found, errs)
		isSame := func(g spec.LockedGo) bool { return g.Asked.Value == locked.Asked.Value }
		if locked.Version.Value != "" && !slices.ContainsFunc(all, isSame) {
			all = append(all, locked)
		}
	}
	slices.SortStableFunc(all, func(a, b spec.LockedGo) int { return gomod.CompareGo(a.Asked.Value, b.Asked.Value) })
	return all
}

func (d *Decision) lockGo(found LockFound, errs *diag.List) spec.LockedGo {
	var locked spec.LockedGo
	if !d.toolchain.own {
		locked.Asked.Value = d.version.Value
	}
	if d.toolchain.ref == "" {
		return d.lockModules(locked, found, errs)
	}
	locked.Version = locked.Asked
	if v, ok := found.Images[d.toolchain.lockKey(d.toolchain.runsOn)].goVersion(); ok {
		locked.Version.Value = v
	}
	return locked
}

func (d *Decision) lockModules(locked spec.LockedGo, found LockFound, errs *diag.List) spec.LockedGo {
	locked.Version.Value = found.Toolchains[ToolchainKey{d.version.Value, goPlatform(d.toolchain.runsOn)}].Version
	for _, p := range d.Request.builders() {
		fetched := found.Toolchains[ToolchainKey{d.version.Value, goPlatform(p)}]
		if fetched.Version != locked.Version.Value {
			errs.Add(diag.Diagnostic{
				At:      d.version.At,
				Message: fmt.Sprintf("go %s is go %s for %s, and go %s for %s", d.version.Value, locked.Version.Value, d.Request.BuildPlatform, fetched.Version, p),
				Hint:    "name one that both have in full, with the key `go`",
			})
		}
		locked.Modules = append(locked.Modules, pair(goPlatform(p), fetched.Sum))
	}
	locked.Modules = sorted(locked.Modules)
	return locked
}

// lockImages lists the images by name, and their digests by platform.
func lockImages(found LockFound, errs *diag.List) []spec.LockedImage {
	digests := map[string][]spec.Pair{}
	for key, img := range found.Images {
		_, isStage := StageOf(key.Ref)
		switch {
		case isStage: // to find packages for it, or to build programs with its toolchain
		case img.Context != "":
			errs.Add(diag.Diagnostic{
				At:      key.At,
				Message: fmt.Sprintf("%s: a build context replaces %s, and a lock cannot hold that", key.Use, key.Ref),
				Hint:    "remove the flag --build-context",
			})
		case !hasDigest(key.Ref):
			digests[key.Ref] = append(digests[key.Ref], pair(key.Platform.String(), img.Digest))
		}
	}
	var all []spec.LockedImage
	for name, digests := range digests {
		all = append(all, spec.LockedImage{Name: spec.String{Value: name}, Digests: sorted(digests)})
	}
	slices.SortFunc(all, func(a, b spec.LockedImage) int { return cmp.Compare(a.Name.Value, b.Name.Value) })
	return all
}

// lockPrograms lists the checksums of programs' modules.
func lockPrograms(found LockFound) []spec.Pair {
	var all []spec.Pair
	for key, fetched := range found.Programs {
		all = append(all, pair(key, fetched.Sum))
	}
	return sorted(all)
}

func pair(name, value string) spec.Pair {
	return spec.Pair{Key: spec.String{Value: name}, Value: spec.String{Value: value}}
}

// sorted sorts pairs by name and removes repeats: base and toolchain may be one
// image.
func sorted(pairs []spec.Pair) []spec.Pair {
	slices.SortFunc(pairs, func(a, b spec.Pair) int { return cmp.Compare(a.Key.Value, b.Key.Value) })
	return slices.Compact(pairs)
}
