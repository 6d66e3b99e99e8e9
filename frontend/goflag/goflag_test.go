package goflag

import (
	"slices"
	"strings"
	"testing"
)

// TestSplit has what the go command makes of each value.
func TestSplit(t *testing.T) {
	for text, want := range map[string]Words{
		"":                                     nil,
		" \n\t":                                nil,
		"-s -w":                                {"-s", "-w"},
		"  -s\n-w\t":                           {"-s", "-w"},
		"-X 'main.a=b c'":                      {"-X", "main.a=b c"},
		`-X "main.a=it's"`:                     {"-X", "main.a=it's"},
		"-X main.a=it's":                       {"-X", "main.a=it's"},
		`-X main.a="b c"`:                      {"-X", `main.a="b`, `c"`},
		"'-X''main.a=b'-w":                     {"-X", "main.a=b", "-w"},
		`-X '' ""`:                             {"-X", "", ""},
		"-X=main.a=b -extldflags '-static -s'": {"-X=main.a=b", "-extldflags", "-static -s"},
	} {
		got, err := Split(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("Split(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"-X 'main.a=b": `the quote ' before "main.a=b" is not closed`,
		`-w "`:         `the quote " before "" is not closed`,
	} {
		if _, err := Split(text); err == nil || err.Error() != want {
			t.Errorf("Split(%q) gives the error %v, want %s", text, err, want)
		}
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "",
		"-N -l":                "-N -l",
		"all=-N  -l":           "all=-N -l",
		" ./... = -N":          "./...=-N",
		"-X 'main.a=b c'":      "-X 'main.a=b c'",
		"-X main.a=o'neil":     "-X main.a=o'neil",
		"-X \"'\" -X 'a b' ''": "-X \"'\" -X 'a b' ''",
		"example.com/a=":       "example.com/a=",
	} {
		f, wrong := Parse(text)
		if wrong != nil || f.String() != want {
			t.Errorf("Parse(%q) is %q, %v, want %q", text, f, wrong, want)
		}
	}
	for text, want := range map[string]string{
		"N":       `"N" is not a flag`,
		"=-N":     `"=-N" is not a flag`,
		"'all=-N": `the value begins with the quote ', wanted a flag or a pattern of packages`,
		"all='-N": `the quote ' before "-N" is not closed`,
	} {
		if _, wrong := Parse(text); wrong == nil || wrong.Message != want {
			t.Errorf("Parse(%q) gives %v, want %s", text, wrong, want)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct{ tool, text, want string }{
		{"link", "-s -w -X main.a=b -X=main.c=d -linkmode external -extldflags '-static -s' -X 'main.e=f g'", ""},
		{"link", "-unknown value -X main.a=", ""},
		{"link", "-X main.a={{.Version}} -w=false --s", ""},
		{"link", `-X main.A="new value"`, `"value\"" is not a flag: a space ends the word before it; quotes go around the whole word: -X 'main.A=new value'`},
		{"link", `-X=main.A="new and newer value" -s`, `"and" is not a flag: a space ends the word before it; quotes go around the whole word: '-X=main.A=new and newer value'`},
		{"link", "-X main.A=new value -s", `"value" is not a flag: a space ends the word before it; quotes go around the whole word: -X 'main.A=new value'`},
		{"link", `-X main.A="it's new"`, `"new\"" is not a flag: a space ends the word before it; quotes go around the whole word: -X "main.A=it's new"`},
		{"link", "-s value", `"value" is not a flag; quotes go around the whole of a word with spaces: 'a word'`},
		{"link", "-X main.A", `-X takes importpath.name=value, found "main.A"; write it as in -X main.version=1.2.3`},
		{"link", "-X A=b", `-X takes importpath.name=value, found "A=b"; write it as in -X main.version=1.2.3`},
		{"link", "-X .A=b", `-X takes importpath.name=value, found ".A=b"; write it as in -X main.version=1.2.3`},
		{"link", "-s -X", `-X takes importpath.name=value, found ""; write it as in -X main.version=1.2.3`},
		{"link", `-X "'main.A'=b"`, `-X sets "'main.A'", which is not a variable; write it as in -X 'main.version=1.2.3', with the quotes around all of it`},
		{"compile", "-N -l -d=checkptr -p main -c 4", ""},
		{"compile", "-N l", `"l" is not a flag; quotes go around the whole of a word with spaces: 'a word'`},
		{"asm", "-D A=1 -S", ""},
		{"asm", "-S A", `"A" is not a flag; quotes go around the whole of a word with spaces: 'a word'`},
	} {
		words, err := Split(c.text)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if p := words.Validate(Tool(c.tool)); p != nil {
			got = p.String()
		}
		if got != c.want {
			t.Errorf("%s %s\ngot  %s\nwant %s", c.tool, c.text, got, c.want)
		}
	}
}

func TestDefinitions(t *testing.T) {
	words, err := Split("-s -X main.a=b -X=example.com/v2/pkg.Version=1.2 -X broken -X 'main.c=d e'")
	want := []Definition{{"main", "a", "b"}, {"example.com/v2/pkg", "Version", "1.2"}, {"main", "c", "d e"}}
	if got := words.Definitions(); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

// FuzzQuote: what Quote writes, Split reads as that one word.
func FuzzQuote(f *testing.F) {
	f.Add("o'neil")
	f.Add(`a "b`)
	f.Add("a b' \"")
	f.Fuzz(func(t *testing.T, word string) {
		quoted, ok := Quote(word)
		if !ok {
			if !strings.Contains(word, "'") || !strings.Contains(word, `"`) {
				t.Errorf("%q is not quoted", word)
			}
			return
		}
		if got, err := Split("-X " + quoted + " -s"); err != nil || !slices.Equal(got, Words{"-X", word, "-s"}) {
			t.Errorf("%q is quoted as %s, and read as %q, %v", word, quoted, got, err)
		}
	})
}
