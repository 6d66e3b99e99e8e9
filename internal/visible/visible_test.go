package visible

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

var texts = map[string]string{
	"":                             "",
	"plain\ttext\n":                "plain\ttext\n",
	"windows\r\nlines\r\n":         "windows\nlines\n",
	"\x1b[31mred\x1b[0m":           `\x1b[31mred\x1b[0m`,
	"over\rwritten":                `over\x0dwritten`,
	"back\b\b\b\x7f\x00":           `back\x08\x08\x08\x7f\x00`,
	"C1 \u009b31m":                 `C1 \u009b31m`,
	"\x9b31m is not UTF-8":         `\x9b31m is not UTF-8`,
	"bidi \u202eevil\u2066\u200f":  `bidi \u202eevil\u2066\u200f`,
	"line\u2028and\u2029paragraph": `line\u2028and\u2029paragraph`,
	"tag \U000e0041":               `tag \U000e0041`,
	"Grüße, 世界, می\u200cخواهم, 👩‍💻, \u00a0": "Grüße, 世界, می\u200cخواهم, 👩‍💻, \u00a0",
	"cut \xf0\x9f\x91":  `cut \xf0\x9f\x91`,
	"\ufeffBOM, \ufffd": `\ufeffBOM, ` + "\ufffd",
}

func TestText(t *testing.T) {
	for text, want := range texts {
		if got := Text(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		if got := Is(text); got != (want == strings.ReplaceAll(text, "\r\n", "\n")) {
			t.Errorf("%q: shows as what it is: %t", text, got)
		}
		if got := string(Bytes([]byte(text))); got != want {
			t.Errorf("%q as bytes: got %q, want %q", text, got, want)
		}
	}
	if got := Line("a\nb\x1b"); got != `a\nb\x1b` {
		t.Errorf("a line is %q", got)
	}
}

// TestWriter writes texts byte by byte.
func TestWriter(t *testing.T) {
	for text, want := range texts {
		var got bytes.Buffer
		w := NewWriter(&got)
		for i := range len(text) {
			if n, err := w.Write([]byte(text[i : i+1])); n != 1 || err != nil {
				t.Fatal(n, err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if got.String() != want {
			t.Errorf("%q: got %q, want %q", text, got.String(), want)
		}
	}
}

func TestJSON(t *testing.T) {
	for text := range texts {
		data, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		shown := JSON(data)
		if Text(string(shown)) != string(shown) {
			t.Errorf("%q: %s does not show as it is", text, shown)
		}
		var got string
		if err := json.Unmarshal(shown, &got); err != nil || got != strings.ToValidUTF8(text, "\ufffd") && utf8.ValidString(text) {
			t.Errorf("%q became %q, %v", text, got, err)
		}
	}
}

// FuzzWriter: however a text is cut, it comes out as in one piece.
func FuzzWriter(f *testing.F) {
	for text := range texts {
		f.Add([]byte(text), 1)
	}
	f.Fuzz(func(t *testing.T, text []byte, at int) {
		at = min(max(at, 0), len(text))
		var got bytes.Buffer
		w := NewWriter(&got)
		_, _ = w.Write(text[:at])
		_, _ = w.Write(text[at:])
		_ = w.Flush()
		if want := Text(string(text)); got.String() != want {
			t.Errorf("got %q, want %q", got.String(), want)
		}
		if again := Text(got.String()); again != got.String() {
			t.Errorf("%q becomes %q", got.String(), again)
		}
	})
}

// TestCut cuts inside a character of two bytes.
func TestCut(t *testing.T) {
	for most, want := range map[int]string{4: "aéé"[:3] + "…", 5: "aéé"} {
		if got := Cut("aéé", most); got != want {
			t.Errorf("Cut to %d gives %q, want %q", most, got, want)
		}
	}
}

func TestShort(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"", 3, ""},
		{"äöü", 3, "äöü"},
		{"äöüß", 3, "äöü…"},
		{"abcd", 0, "…"},
		{"a\xffbc", 3, "ab…"},
	} {
		if got := Short(c.text, c.most); got != c.want {
			t.Errorf("Short(%q, %d) is %q, want %q", c.text, c.most, got, c.want)
		}
	}
}
