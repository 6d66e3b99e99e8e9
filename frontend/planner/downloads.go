package planner

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/frontend/stamp"
	"github.com/gohull/gohull/llb/plan"
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
		for _, p := range d.Request.Platforms {
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
	if out.Name == "" && strings.HasSuffix(f.To.Value, "/") {
		d.errs.Add(diag.Diagnostic{At: f.To.At, Message: fmt.Sprintf("run.files: the URL %s ends with no file name", filled), Hint: "write the whole path, as " + path.Join(f.To.Value, "file")})
	}
	out.Sum = d.forPlatform("sha256", f.SHA256, p, "print it with: "+spec.ChecksumCommand(filled)).Value
	if out.Name == "" {
		out.Name = "download"
	}
	return out
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
