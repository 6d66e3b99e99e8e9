package frontend

import (
	"path"

	"github.com/gohull/gohull/frontend/project"
	"github.com/moby/buildkit/solver/pb"
)

// sourceInfo returns a file for excerpts; nil if it was not read.
func (b *build) sourceInfo(name string) *pb.SourceInfo {
	if b.source != nil && name == b.source.Filename {
		return &pb.SourceInfo{
			Data:       b.source.Data,
			Filename:   name,
			Language:   b.source.Language,
			Definition: b.source.Definition.ToPB(),
		}
	}
	if name != "" && name == b.ignored.Name {
		return &pb.SourceInfo{Data: b.ignoreText, Filename: name, Language: "Ignore File"}
	}
	if info := fileInfo(name, b.ofStages); info != nil {
		info.Language = "Dockerfile"
		return info
	}
	return fileInfo(name, b.files)
}

// fileInfo returns one of several files for excerpts; nil if it is not among
// them.
func fileInfo(name string, files map[string][]byte) *pb.SourceInfo {
	data, ok := files[name]
	if !ok {
		return nil
	}
	language := "Go Module"
	switch path.Ext(name) {
	case ".go":
		language = "Go"
	case path.Ext(project.LockFile):
		language = "YAML"
	}
	return &pb.SourceInfo{Data: data, Filename: name, Language: language}
}
