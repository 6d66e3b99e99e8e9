package frontend

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/planner"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/source/scan"
)

// plan returns the plan of the first image.
func (c testCase) plan(t *testing.T) (*plan.Plan, error) {
	plans, err := c.plans(t)
	if err != nil {
		return nil, err
	}
	if len(plans) == 0 {
		return nil, errors.New("neither a lock nor a check has a plan of images")
	}
	return plans[0], nil
}

// plans returns the plans of all images that the case asks for.
func (c testCase) plans(t *testing.T) ([]*plan.Plan, error) {
	in, err := parse(c.specName, c.spec, c.files, c.files, c.request)
	if err != nil {
		return nil, err
	}
	decided, err := planner.Decide(in)
	if err != nil {
		return nil, err
	}
	var plans []*plan.Plan
	var failed []error
	for _, d := range decided.Images {
		p, err := c.planOne(t, d)
		plans, failed = append(plans, p), append(failed, err)
	}
	return plans, joinErrors(failed...)
}

func (c testCase) planOne(t *testing.T, d *planner.Decision) (*plan.Plan, error) {
	lookups, err := d.Lookups()
	if err != nil {
		return nil, err
	}
	found, err := c.found(t, lookups)
	if err != nil {
		return nil, err
	}
	return d.Plan(found)
}

// checks returns the plans of the check that the case asks for, for each project.
func (c testCase) checks(t *testing.T) ([]*plan.CheckPlan, error) {
	in, err := parse(c.specName, c.spec, c.files, c.files, c.request)
	if err != nil {
		return nil, err
	}
	decided, err := planner.Decide(in)
	if err != nil {
		return nil, err
	}
	var plans []*plan.CheckPlan
	var failed []error
	for _, d := range decided.Checks {
		p, err := c.checkOne(t, d)
		plans, failed = append(plans, p), append(failed, err)
	}
	return plans, joinErrors(failed...)
}

func (c testCase) checkOne(t *testing.T, d *planner.Decision) (*plan.CheckPlan, error) {
	lookups, err := d.Lookups()
	if err != nil {
		return nil, err
	}
	found, err := c.found(t, lookups)
	if err != nil {
		return nil, err
	}
	return d.PlanCheck(found)
}

// before returns the plan of generators that run before the build; nil if there
// are none.
func (c testCase) before(t *testing.T) *plan.CheckPlan {
	in, err := parse(c.specName, c.spec, c.files, c.files, c.request)
	if err != nil {
		return nil
	}
	decided, err := planner.Decide(in)
	if err != nil || decided.All()[0].Generators() == nil {
		return nil
	}
	generators := decided.All()[0].Generators()
	lookups, err := generators.Lookups()
	if err != nil {
		t.Fatal(err)
	}
	images, err := c.resolveImages(lookups.Images)
	if err != nil {
		t.Fatal(err)
	}
	p, err := generators.PlanGenerators(planner.Found{Images: images, Packages: c.resolved(lookups.Resolve)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// overlaid returns the inputs with files of stages and what generators write.
func (c testCase) overlaid(t *testing.T) lower.Inputs {
	in := c.stagesOver(t, c.inputs())
	if p := c.before(t); p != nil {
		return lower.Generate(p, in)
	}
	return in
}

// stagesOver returns inputs with files of stages over the source.
func (c testCase) stagesOver(t *testing.T, in lower.Inputs) lower.Inputs {
	parsed, err := parse(c.specName, c.spec, c.files, c.files, c.request)
	if err != nil {
		return in
	}
	decided, err := planner.Decide(parsed)
	if err != nil {
		return in
	}
	d := decided.All()[0]
	images, err := c.resolveImages(d.OverlayKeys())
	if err != nil {
		t.Fatal(err)
	}
	if overlays := d.Overlays(images); overlays != nil {
		return lower.Overlay(overlays, in)
	}
	return in
}

func (c testCase) found(t *testing.T, q planner.Lookups) (planner.Found, error) {
	root, err := os.OpenRoot(c.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	facts, err := scan.Scan(root.FS(), step.Scan{Tags: q.Scan.Tags, Platforms: q.Scan.Platforms, Go: q.Scan.Go, Cgo: q.Scan.Cgo, Needs: q.Scan.Needs, Files: q.Scan.Files, Modes: q.Scan.Modes, Graph: q.Scan.Graph})
	if err != nil {
		t.Fatal(err)
	}
	images, err := c.resolveImages(q.Images)
	return planner.Found{Facts: facts, Images: images, Packages: c.packagesFor(q), Looked: c.looked(q, images), Archives: c.archives(q), Seeds: c.seeds(q.Platforms)}, err
}

// packagesFor returns all packages of a plan.
func (c testCase) packagesFor(q planner.Lookups) map[planner.PackagesKey][]step.OSPackage {
	found := c.resolved(q.Resolve)
	maps.Copy(found, q.Locked)
	return found
}

// resolved returns the packages that the case has, if the planner asks. For bases
// these are those that the spec names, unless the case lists others.
func (c testCase) resolved(all map[planner.PackagesKey]planner.PackagesLookup) map[planner.PackagesKey][]step.OSPackage {
	found := map[planner.PackagesKey][]step.OSPackage{}
	for key := range all {
		wants := strings.Fields(key.Wants)
		switch {
		case key.For == "" && c.packages == nil:
			found[key] = parsePackages(wants)
		case key.For == "":
			found[key] = c.packages
		default:
			found[key] = slices.DeleteFunc(slices.Clone(c.cPackages), func(p step.OSPackage) bool { return !slices.Contains(wants, p.Name) })
		}
	}
	return found
}

func (c testCase) archives(q planner.Lookups) map[plan.Download][]step.Inode {
	found := map[plan.Download][]step.Inode{}
	for _, look := range q.Archives {
		found[*look.Download] = c.inside
	}
	return found
}

// looked returns what the case says about images, if the planner asks.
func (c testCase) looked(q planner.Lookups, images map[planner.ImageKey]planner.Image) map[planner.ImageKey][]step.Inode {
	found := map[planner.ImageKey][]step.Inode{}
	for key, img := range images {
		switch {
		case q.LookAt(key, img, nil) == nil:
		case key.Use == planner.UseBase:
			found[key] = c.base
		default:
			found[key] = c.inside
		}
	}
	return found
}

func (c testCase) seeds(targets []plan.Platform) map[plan.Platform]string {
	seeds := map[plan.Platform]string{}
	if slices.Contains(c.request.Contexts, planner.SeedContext) {
		for _, p := range targets {
			seeds[p] = planner.SeedContext + "::" + p.String()
		}
	}
	return seeds
}

func (c testCase) resolveImages(keys []planner.ImageKey) (map[planner.ImageKey]planner.Image, error) {
	found := map[planner.ImageKey]planner.Image{}
	var failed diag.List
	for _, key := range keys {
		img, err := c.image(key)
		switch {
		case err == nil:
			found[key] = img
		case !key.Optional:
			failed.Add(imageError(key, err))
		}
	}
	return found, failed.Err()
}

// lock returns what `--target lock` writes.
func (c testCase) lock() (string, error) {
	in, err := parse(c.specName, c.spec, c.files, c.files, c.request)
	if err != nil {
		return "", err
	}
	decided, err := planner.Decide(in)
	if err != nil {
		return "", err
	}
	q, err := decided.Lock.Lookups()
	if err != nil {
		return "", err
	}
	images, err := c.resolveImages(q.Images)
	if err != nil {
		return "", err
	}
	found := planner.LockFound{Images: images, Toolchains: map[planner.ToolchainKey]step.Fetched{}}
	for _, t := range q.Toolchains {
		found.Toolchains[planner.ToolchainKey{Version: t.Version, Platform: t.Platform}] = fakeToolchain(t.Version, t.Platform)
	}
	programs, err := decided.Lock.Programs(images)
	if err != nil {
		return "", err
	}
	found.Programs = map[string]step.Fetched{}
	for _, p := range programs {
		found.Programs[p.Program.Package] = fakeToolchain("v1.0.0", p.Program.Package)
	}
	found.Packages = c.resolved(decided.Lock.Packages(images))
	file, err := decided.Lock.File(found)
	return string(file.Data), err
}
