package script

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// group is a group of alternatives, as /var/lib/dpkg/alternatives has it.
type group struct {
	status  string // "auto" or "manual"
	link    string
	slaves  []slave
	choices []choice
}

// slave is a link that follows the link of the group.
type slave struct{ name, link string }

// choice is a file that the link may lead to.
type choice struct {
	path     string
	priority int
	slaves   map[string]string // by name
}

const alternativesDir = "/var/lib/dpkg/alternatives"

// alternatives does update-alternatives --install. What asks or removes finds
// nothing that is to be removed.
func alternatives(sh *shell, args []string) (int, error) {
	for len(args) > 0 && slices.Contains([]string{"--quiet", "--verbose", "--force"}, args[0]) {
		args = args[1:]
	}
	if len(args) == 0 {
		return 2, nil
	}
	switch args[0] {
	case "--install":
		return 0, sh.addAlternative(args)
	case "--remove", "--remove-all", "--auto":
		return 0, nil
	case "--display", "--query", "--list":
		return 2, nil
	}
	return 2, sh.fail(sh.line, "gohull does not know update-alternatives "+clip(strings.Join(args, " ")))
}

// addAlternative does --install LINK NAME PATH PRIORITY [--slave LINK NAME PATH]….
func (sh *shell) addAlternative(args []string) error {
	if len(args) < 5 {
		return sh.fail(sh.line, "update-alternatives --install has too few arguments")
	}
	name := args[2]
	priority, err := strconv.Atoi(args[4])
	if err != nil || name != path.Base(name) {
		return sh.fail(sh.line, "gohull does not know update-alternatives "+clip(strings.Join(args, " ")))
	}
	g := sh.readGroup(name)
	g.link = args[1]
	c := choice{args[3], priority, map[string]string{}}
	for rest := args[5:]; len(rest) >= 4 && rest[0] == "--slave"; rest = rest[4:] {
		c.slaves[rest[2]] = rest[3]
		g.slaves = slices.DeleteFunc(g.slaves, func(s slave) bool { return s.name == rest[2] })
		g.slaves = append(g.slaves, slave{rest[2], rest[1]})
	}
	g.choices = slices.DeleteFunc(g.choices, func(old choice) bool { return old.path == c.path })
	g.choices = append(g.choices, c)
	slices.SortFunc(g.slaves, func(a, b slave) int { return strings.Compare(a.name, b.name) })
	slices.SortFunc(g.choices, func(a, b choice) int { return strings.Compare(a.path, b.path) })
	if err := sh.layer.WriteFile(sh.at(path.Join(alternativesDir, name)), []byte(g.String()), 0o644); err != nil {
		return sh.fail(sh.line, err.Error())
	}
	if g.status != "auto" {
		return nil
	}
	return sh.choose(name, g)
}

// choose makes the links of the choice with the highest priority.
func (sh *shell) choose(name string, g group) error {
	best := slices.MaxFunc(g.choices, func(a, b choice) int { return a.priority - b.priority })
	all := [][3]string{{g.link, name, best.path}}
	for _, s := range g.slaves {
		if target := best.slaves[s.name]; target != "" {
			all = append(all, [3]string{s.link, s.name, target})
		}
	}
	for i, l := range all {
		// A manual page may be left out of the image, and then its link too.
		if _, err := sh.stat(l[2]); err != nil && i > 0 {
			continue
		}
		if err := sh.symlink(l[2], "/etc/alternatives/"+l[1]); err != nil {
			return sh.fail(sh.line, err.Error())
		}
		if err := sh.symlink("/etc/alternatives/"+l[1], l[0]); err != nil {
			return sh.fail(sh.line, err.Error())
		}
	}
	return nil
}

// readGroup reads a group, a new one if there is none.
func (sh *shell) readGroup(name string) group {
	g := group{status: "auto"}
	data, err := sh.read(path.Join(alternativesDir, name))
	if err != nil {
		return g
	}
	lines := strings.Split(string(data), "\n")
	next := func() (line string) {
		if len(lines) > 0 {
			line, lines = lines[0], lines[1:]
		}
		return line
	}
	g.status, g.link = next(), next()
	for line := next(); line != ""; line = next() {
		g.slaves = append(g.slaves, slave{line, next()})
	}
	for line := next(); line != ""; line = next() {
		c := choice{path: line, slaves: map[string]string{}}
		c.priority, _ = strconv.Atoi(next())
		for _, s := range g.slaves {
			if target := next(); target != "" {
				c.slaves[s.name] = target
			}
		}
		g.choices = append(g.choices, c)
	}
	return g
}

func (g group) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", g.status, g.link)
	for _, s := range g.slaves {
		fmt.Fprintf(&b, "%s\n%s\n", s.name, s.link)
	}
	b.WriteString("\n")
	for _, c := range g.choices {
		fmt.Fprintf(&b, "%s\n%d\n", c.path, c.priority)
		for _, s := range g.slaves {
			fmt.Fprintln(&b, c.slaves[s.name])
		}
	}
	b.WriteString("\n")
	return b.String()
}
