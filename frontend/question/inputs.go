package question

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/llb/plan"
)

// madeOf says what an image is made of.
type madeOf struct {
	Image string   `json:"image,omitempty"` // its name in a spec of several
	Hash  string   `json:"hash"`            // "sha256:…" of everything that it is made of
	Paths []string `json:"paths"`           // files of the context, and patterns of run.files, sorted
}

func answerInputs(k Known) (Answer, error) {
	var text strings.Builder
	all := []madeOf{}
	for _, img := range k.Images {
		m, err := k.madeOf(img)
		if err != nil {
			return Answer{}, err
		}
		fmt.Fprintf(&text, "%s %s\n", cmp.Or(m.Image, planner.ImageTarget), m.Hash)
		for _, name := range m.Paths {
			fmt.Fprintf(&text, "\t%s\n", name)
		}
		all = append(all, m)
	}
	return newAnswer(text.String(), all)
}

func (k Known) madeOf(img PlannedImage) (madeOf, error) {
	hash := sha256.New()
	enc := json.NewEncoder(hash)
	paths := k.specFiles()
	for i, c := range img.Contents {
		on := img.Plan.Images[i]
		config := *c.Config
		labels, annotations := maps.Clone(config.Config.Labels), maps.Clone(on.Annotations)
		img.Decision.DropCommit(labels, annotations)
		config.Config.Labels = labels
		if err := enc.Encode([]any{on.Platform, c.Recipe, config, annotations, c.Parts.Sum}); err != nil {
			return madeOf{}, err
		}
		paths = append(append(paths, c.Parts.Paths...), copied(on)...)
	}
	slices.Sort(paths)
	return madeOf{img.Decision.Image, fmt.Sprintf("sha256:%x", hash.Sum(nil)), slices.Compact(paths)}, nil
}

// specFiles returns the files of the context that a plan is made from and that no
// step reads: the spec, the ignore file and the lock.
func (k Known) specFiles() []string {
	var names []string
	if k.Call.SpecPath != "" {
		names = append(names, k.Call.SpecPath)
	}
	if k.Ignore != "" {
		names = append(names, k.Ignore)
	}
	if k.Input.Lock != nil {
		names = append(names, project.LockFile)
	}
	return names
}

// copied returns what run.files copies from the context, as the spec has it.
func copied(img plan.Image) []string {
	var names []string
	for _, f := range img.Files {
		if f.Image != nil || f.Download != nil {
			continue
		}
		for _, c := range f.Copies {
			names = append(names, path.Clean(strings.TrimPrefix(c.From, "/")))
		}
	}
	return names
}
