package planner

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/layout"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/frontend/stamp"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// downloading finds what is downloaded for run.files.
type downloading struct {
	stamps stamp.Values
	errs   *diag.List
}

// validateDownloads reports what is wrong with the downloads of an image, for
// all platforms.
func (d *Decision) validateDownloads(errs *diag.List) {
	for _, f := range d.image.Run.Files {
		for _, p := range d.imagePlatforms() {
			if f.Source() == "url" {
				downloading{d.stamps, errs}.download(f, p)
			}
		}
	}
}

// download returns what an entry of run.files downloads for a platform.
func (d downloading) download(f spec.File, p plan.Platform) plan.Download {
	address := d.forPlatform("url", f.URL, p, "")
	filled, wrong := d.stamps.WithExtra(map[string]string{"Arch": p.Architecture, "OS": p.OS}).Fill(address.Value)
	filler{d.stamps, d.errs}.report("run.files.url", address.At, wrong)
	if problem, hint := spec.URLProblem(filled); problem != "" && address.IsSet() && len(wrong) == 0 {
		d.errs.Add(diag.Diagnostic{At: address.At, Message: "run.files.url: " + problem, Hint: hint})
	}
	out := plan.Download{URL: filled, Name: nameInURL(filled)}
	if out.Name == "" && strings.HasSuffix(f.To.Value, "/") && !f.From.IsSet() {
		d.errs.Add(diag.Diagnostic{At: f.To.At, Message: fmt.Sprintf("run.files: the URL %s ends with no file name", filled), Hint: "write the whole path, such as " + path.Join(f.To.Value, "file")})
	}
	out.Sum = d.forPlatform("sha256", f.SHA256, p, "print it with: "+spec.ChecksumCommand(filled)).Value
	if out.Unpack = f.From.IsSet(); out.Unpack {
		out.Name = packed
	}
	if out.Name == "" {
		out.Name = "download"
	}
	return out
}

// packed is the name of an archive. What is unpacked has it only if the file is
// no archive.
const packed = ".gohull.archive"

// archives returns the steps that look into archives, one for each.
func (d *Decision) archives() []plan.Look {
	var all []plan.Look
	var reported diag.List // by validateDownloads
	for _, f := range d.image.Run.Files {
		for _, p := range d.imagePlatforms() {
			if f.Source() != "url" || !f.From.IsSet() {
				continue
			}
			dl := downloading{d.stamps, &reported}.download(f, p)
			if !slices.ContainsFunc(all, func(l plan.Look) bool { return *l.Download == dl }) {
				s := plan.Step{ID: "look", Name: "look into " + dl.URL, At: spans(d.Spec.File, f.At)}
				all = append(all, plan.Look{Step: s, Download: &dl, Paths: []string{step.Below}})
			}
		}
	}
	return all
}

// fromURL puts a file that is downloaded into the tree, or what is copied of an
// archive.
func (p placing) fromURL(tree *layout.Tree, f spec.File, a layout.Attributes) plan.Layer {
	d := p.downloads.download(f, p.platform)
	found := step.File{Path: d.Name, Kind: step.KindFile}
	if d.Unpack {
		var ok bool
		if found, ok = p.inArchive(f, d); !ok {
			return plan.Layer{}
		}
	}
	layer := p.copies(tree, f, a, found)
	layer.Download = &d
	name := d.URL
	if d.Unpack {
		name = f.From.Value + " of " + d.URL
	}
	layer.Step = plan.Step{ID: "files", Name: fmt.Sprintf("put %s into the image as %s", name, f.To.Value)}
	return layer
}

// inArchive returns what an archive has of an entry. If ok is false, that is
// unknown or wrong.
func (p placing) inArchive(f spec.File, d plan.Download) (found step.File, ok bool) {
	inodes, ok := p.archives[d]
	if !ok {
		return found, false
	}
	if slices.ContainsFunc(inodes, func(i step.Inode) bool { return i.Path == packed }) {
		p.errs.Add(diag.Diagnostic{
			At:      f.From.At,
			Message: fmt.Sprintf("run.files: %s is not an archive that can be unpacked", d.URL),
			Hint:    "it can be tar, also compressed with gzip, bzip2, xz or zstd; without from, the file itself is put into the image",
		})
		return found, false
	}
	before := p.errs.Len()
	found = layout.New(inodes, layout.Owner{}).Find("/" + f.From.Value)
	p.validateFound(f, found, d.URL)
	return found, p.errs.Len() == before
}

// forPlatform returns the value of a key for a platform.
func (d downloading) forPlatform(key string, b spec.ByArch, p plan.Platform, hint string) spec.String {
	s := b.For(p.Architecture, p.Variant)
	if !s.IsSet() {
		d.errs.Add(diag.Diagnostic{
			At:      b.At,
			Message: fmt.Sprintf("run.files.%s: none for %s, and the image is built for %s; there are %s", key, p.Architecture, p, someOf(b.Archs())),
			Hint:    hint,
		})
	}
	return s
}

// nameInURL returns the name of the file at an address; empty if it has none.
func nameInURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || strings.HasSuffix(u.Path, "/") {
		return ""
	}
	if name := path.Base(u.Path); name != "." && name != "/" && name != ".." {
		return name
	}
	return ""
}
