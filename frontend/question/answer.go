package question

import (
	"bytes"
	"encoding/json"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/visible"
)

// Keys of an answer that clients print.
const (
	Text = "result.txt"
	JSON = "result.json"
)

// version is that of the answers to our own questions.
const version = "1.0.0"

// Answer is what a client gets.
type Answer struct {
	Metadata map[string][]byte // by keys that clients know, such as Text
	Warnings []Warning
}

// Warning is what a client prints in addition to the answer.
type Warning struct {
	Text string
	At   diag.Range
}

// newAnswer returns an answer in both of its forms.
func newAnswer(text string, value any) (Answer, error) {
	var data bytes.Buffer
	enc := json.NewEncoder(&data)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(value); err != nil {
		return Answer{}, err
	}
	return Answer{Metadata: map[string][]byte{
		Text:      []byte(text),
		JSON:      bytes.TrimSuffix(data.Bytes(), []byte("\n")),
		"version": []byte(version),
	}}, nil
}

// makeVisible escapes what could act on a terminal.
func (a *Answer) makeVisible() {
	if text, ok := a.Metadata[Text]; ok {
		a.Metadata[Text] = visible.Bytes(text)
	}
	if data, ok := a.Metadata[JSON]; ok {
		a.Metadata[JSON] = visible.JSON(data)
	}
}
