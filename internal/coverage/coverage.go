package coverage

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"
)

// Case is a real project: a txtar archive of docs/coverage. The lines before its
// first file say which project it is. A case with a spec has stand-ins for the
// project's files, in the project's layout, and the image that the project's
// Dockerfile declares.
type Case struct {
	Name       string // of the file, without .txtar
	Project    string // "prometheus/alertmanager"
	Dockerfile string // its path in the repository, "@", and the commit
	Base       string // what the Dockerfile starts from
	Notes      []string
	Lost       []string // what the Dockerfile has and a spec cannot say
	Executable []string // files of the context with mode 0755
	Files      []txtar.File
	Flags      []string // lines that begin with "--"
}

// Names of files of a case that are not in the build context.
const (
	SpecFile  = "Dockerfile" // in the context, too
	ImageFile = "want/image"
)

// Read reads the cases of a directory, sorted by name. It is an error if a line
// of a case is none that it knows.
func Read(dir string) ([]Case, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no cases in %s", dir)
	}
	var cases []Case
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			return nil, err
		}
		c, err := Parse(ar)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		c.Name = strings.TrimSuffix(filepath.Base(file), ".txtar")
		cases = append(cases, c)
	}
	return cases, nil
}

// Parse reads a case. Its name is not in the archive.
func Parse(ar *txtar.Archive) (Case, error) {
	c := Case{Files: ar.Files}
	for line := range strings.Lines(string(ar.Comment)) {
		if err := c.line(strings.TrimSpace(line)); err != nil {
			return c, err
		}
	}
	if c.Project == "" || c.Dockerfile == "" || c.Base == "" {
		return c, errors.New("a line project:, dockerfile: or base: is missing")
	}
	if c.Spec() == "" && len(c.Lost) == 0 {
		return c, errors.New("neither a spec nor what cannot be said")
	}
	return c, nil
}

func (c *Case) line(text string) error {
	if text == "" {
		return nil
	}
	if strings.HasPrefix(text, "--") {
		c.Flags = append(c.Flags, text)
		return nil
	}
	key, value, _ := strings.Cut(text, ": ")
	switch key {
	case "project":
		c.Project = value
	case "dockerfile":
		c.Dockerfile = value
	case "base":
		c.Base = value
	case "note":
		c.Notes = append(c.Notes, value)
	case "executable":
		c.Executable = append(c.Executable, value)
	case "lost":
		c.Lost = append(c.Lost, value)
	default:
		return fmt.Errorf("unknown line %q", text)
	}
	return nil
}

// Spec returns the spec that takes the Dockerfile's place; empty if nothing
// useful can be said.
func (c Case) Spec() string { return c.file(SpecFile) }

// Dockerfiles returns the Dockerfiles that have the stages of the spec.
func (c Case) Dockerfiles() []txtar.File {
	var all []txtar.File
	for _, f := range c.Files {
		if f.Name != SpecFile && path.Base(f.Name) == "Dockerfile" {
			all = append(all, f)
		}
	}
	return all
}

// Image returns the image that the Dockerfile declares, as Image.String writes it.
func (c Case) Image() string { return c.file(ImageFile) }

// Labels reports whether the Dockerfile sets a label.
func (c Case) Labels(name string) bool { return strings.Contains(c.Image(), "LABEL "+name+"=") }

func (c Case) file(name string) string {
	i := slices.IndexFunc(c.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		return ""
	}
	return string(c.Files[i].Data)
}

// Context returns the files of the build context, by path.
func (c Case) Context() map[string]string {
	files := map[string]string{}
	for _, f := range c.Files {
		if !strings.HasPrefix(f.Name, "want/") {
			files[f.Name] = string(f.Data)
		}
	}
	return files
}

// Asked returns the labels of an image without those that gohull sets by itself
// and the Dockerfile does not set.
func (c Case) Asked(labels map[string]string) map[string]string {
	labels = maps.Clone(labels)
	maps.DeleteFunc(labels, func(name, _ string) bool {
		return slices.Contains(OwnLabels, name) && !c.Labels(name)
	})
	return labels
}

// Whole reports whether the spec replaces the Dockerfile with nothing lost.
func (c Case) Whole() bool { return c.Spec() != "" && len(c.Lost) == 0 }
