package spec

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

const userExample = "write {name: git, uid: 1000}"

var user = kind[User]{
	want:  "a mapping with name and uid",
	shape: mapping(userFields, "name", "uid"),
	sub:   below(".", userFields),
	read: func(v value) User {
		if v.node.Kind != yaml.MappingNode {
			v.wrong(userExample, "wanted a mapping with name and uid, found %s", v.found())
			return User{}
		}
		u := User{At: v.at()}
		readFields(v, userFields, &u)
		v.requireKeys(userExample, "name", "uid")
		v.validateFixed(u)
		return u
	},
}

// validateFixed reports another number for a name that run.user takes for the
// same number in every image.
func (v value) validateFixed(u User) {
	for name, uid := range map[string]string{"root": "0", "nonroot": "65532"} {
		if u.Name.Value == name && u.UID.IsSet() && u.UID.Value != uid {
			v.report(u.UID.At, "write uid: "+uid+", or choose another name", "%s is the user %s, found %s", name, uid, cut(u.UID.Value))
		}
	}
}

const groupExample = "write {name: docker, gid: 998}"

var group = kind[Group]{
	want:  "a mapping with name and gid",
	shape: mapping(groupFields, "name", "gid"),
	sub:   below(".", groupFields),
	read: func(v value) Group {
		if v.node.Kind != yaml.MappingNode {
			v.wrong(groupExample, "wanted a mapping with name and gid, found %s", v.found())
			return Group{}
		}
		g := Group{At: v.at()}
		readFields(v, groupFields, &g)
		v.requireKeys(groupExample, "name", "gid")
		return g
	},
}

func sameUser(u User) String   { return u.Name }
func sameGroup(g Group) String { return g.Name }

// accountName is a name that the tools of all distributions accept.
func accountName(s string) *objection {
	const longest = 32
	switch {
	case !account.MatchString(s) || s[0] <= '9':
		return object("a name has small letters, digits, - and _, and begins with a letter or _", "%s is not a name for a user or a group", quote(s))
	case len(s) > longest:
		return object("", "%s has %d characters, wanted at most %d", quote(s), len(s), longest)
	}
	return nil
}

// accountNumber is the number of a user or a group.
func accountNumber(s string) *objection {
	if !account.MatchString(s) || s[0] > '9' {
		return object("", "wanted a number like 1000, found %s", quote(s))
	}
	return accountID(s)
}

// accountGroup is a group by name or number.
func accountGroup(s string) *objection {
	if !account.MatchString(s) {
		return object("", "wanted a group such as git or 1000, found %s", quote(s))
	}
	return accountID(s)
}

// passwdPath is a path that can be in a line of passwd.
func passwdPath(s string) *objection {
	if strings.Contains(s, ":") {
		return object("a line of /etc/passwd cannot have one", "a colon in the path %s", quote(s))
	}
	return inImage(s)
}
