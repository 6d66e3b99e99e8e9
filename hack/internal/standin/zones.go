package standin

import (
	"archive/zip"
	"io"
	"path"

	"github.com/gohull/gohull/hack/internal/layer"
)

// zones unpacks the time zones that come with Go.
func zones(w *layer.Writer, from string) error {
	archive, err := zip.OpenReader(from)
	if err != nil {
		return err
	}
	defer archive.Close()
	for _, f := range archive.File {
		if f.FileInfo().IsDir() {
			continue
		}
		data, err := read(f)
		if err != nil {
			return err
		}
		w.File(path.Join("usr/share/zoneinfo", f.Name), 0o644, data)
	}
	return nil
}

func read(f *zip.File) (string, error) {
	r, err := f.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	return string(data), err
}
