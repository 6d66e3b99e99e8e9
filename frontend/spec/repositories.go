package spec

import (
	"net/url"
	"regexp"

	"github.com/gohull/gohull/frontend/netenv"
	"go.yaml.in/yaml/v4"
)

const repositoryExample = "write {url: https://mirror.example/debian, mirrors: http://deb.debian.org/debian}"

var repository = kind[Repository]{
	want:  "a mapping with url",
	shape: mapping(repositoryFields, "url"),
	sub:   below(".", repositoryFields),
	read: func(v value) Repository {
		if v.node.Kind != yaml.MappingNode {
			v.wrong(repositoryExample, "wanted a mapping with url, found %s", v.found())
			return Repository{}
		}
		r := Repository{At: v.at()}
		readFields(v, repositoryFields, &r)
		v.requireKeys(repositoryExample, "url")
		for _, key := range []string{"suite", "components", "key"} {
			if v.has("mirrors") && v.has(key) {
				v.wrong("remove "+key+": a mirror has what the base's repository has", "mirrors and %s exclude each other", key)
			}
		}
		if v.has("components") && !v.has("suite") {
			v.wrong("add suite, as in suite: bookworm", "components needs suite")
		}
		return r
	},
}

// sameRepository returns what makes two entries equal: one repository may have
// several suites.
func sameRepository(r Repository) String {
	if r.Mirrors.IsSet() {
		return r.Mirrors
	}
	return String{Value: r.URL.Value + " " + r.Suite.Value, At: r.URL.At}
}

// repositoryURL is a URL without credentials.
func repositoryURL(s string) *objection {
	if d := netenv.Credentials(s); d != nil {
		return object("remove them, and pass the secret netrc", "%s", d.Message)
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" {
		return object("write one such as https://mirror.example/debian", "wanted a URL, found %s", quote(s))
	}
	return nil
}

var repositoryWordForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9+._/-]*$`)

// repositoryWord is a suite or a component.
func repositoryWord(s string) *objection {
	if repositoryWordForm.MatchString(s) {
		return nil
	}
	return object("", "wanted a word such as bookworm or main, found %s", quote(s))
}
