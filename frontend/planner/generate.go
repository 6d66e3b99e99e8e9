package planner

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// generates reports whether generators run before the build: what they make
// is then part of the context for everything else. A check of generated files
// compares them instead.
func generates(s *spec.Spec, target string) bool {
	isCheck := slices.Contains(values(s.Checks), generateCheck)
	return slices.ContainsFunc(s.Generate, spec.Generator.Runs) && !isCheck && target != generateCheck
}

// PlanGenerators makes the plan of what generators make. They run before there
// is a scan. The decision is that of Generators.
func (d *Decision) PlanGenerators(found Found) (*plan.CheckPlan, error) {
	errs := copyOf(d.wrong)
	c := d.checking(found, &errs)
	p := c.alone(generateCheck, step.Facts{})
	if err := errs.Err(); err != nil {
		return nil, err
	}
	for i, entry := range c.ownGenerators() {
		g := p.Checks[i].(plan.Generate)
		g.ID, g.Name, g.At = "generate", "run "+generatorName(entry), g.Sources.Source.At
		p.Checks[i] = g
	}
	return p, nil
}

// ownGenerators returns the entries of `generate` that are about the project.
// Without any, the check is about all packages.
func (c *common) ownGenerators() []spec.Generator {
	if !slices.ContainsFunc(c.Spec.Generate, spec.Generator.Runs) {
		return []spec.Generator{{}}
	}
	return slices.DeleteFunc(slices.Clone(c.Spec.Generate), func(g spec.Generator) bool { return !g.Runs() || !c.isOwn(g) })
}

// isOwn reports whether an entry is about the project. A command without a
// directory runs in each project.
func (c *common) isOwn(g spec.Generator) bool {
	if g.Dir.IsSet() {
		return c.isAll() || len(c.share(dot(path.Clean(g.Dir.Value)))) > 0
	}
	return len(g.Packages) == 0 || len(c.own(g.Packages)) > 0
}

// generatorName returns what users read of an entry.
func generatorName(g spec.Generator) string {
	if len(g.Run) == 0 {
		return "generators"
	}
	var words []string
	for _, word := range values(g.Run) {
		if word == "" || strings.Contains(word, " ") {
			word = strconv.Quote(word)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// before returns what happens to the source before everything else.
func (d *Decision) before(c checking) []string {
	var all []string
	for _, g := range d.overlayEntries() {
		all = append(all, overlayName(g))
	}
	if d.generators != nil {
		all = append(all, c.generatorNames()...)
	}
	return all
}

// generatorNames returns what runs before the build.
func (c checking) generatorNames() []string {
	var all []string
	for _, g := range c.ownGenerators() {
		name := "run " + generatorName(g)
		if len(g.Run) == 0 {
			name += " of " + strings.Join(c.linePatterns(g), " ")
		}
		all = append(all, name)
	}
	return all
}

// generate plans a step for each entry. Each has an input of its own, so that it
// runs again only for what it reads.
func (c checking) generate(s plan.Step, alone bool) []plan.Check {
	var all []plan.Check
	for _, entry := range c.ownGenerators() {
		all = append(all, c.generator(entry, s, alone))
	}
	return all
}

func (c checking) generator(entry spec.Generator, s plan.Step, alone bool) plan.Check {
	s.Env, s.Caches = c.env.generate(c.args), plan.Caches{Alone: "it runs generators"}
	s.Added = c.env.added(c.Request.BuildPlatform)
	g := plan.Generate{Sources: c.reached(entry), Export: alone}
	if len(entry.Run) > 0 {
		s.Name += ": " + generatorName(entry)
		g.Command = g.Sources.Source.Command
	} else {
		g.Args = slices.Concat(c.flags.tags(), c.modules.relatives(c.linePatterns(entry)))
	}
	g.CheckStep = plan.CheckStep{Step: s, Start: c.packs.generators()}
	return g
}

// linePatterns returns the packages whose lines an entry runs.
func (c checking) linePatterns(g spec.Generator) []string {
	if len(g.Packages) > 0 {
		return c.own(g.Packages)
	}
	return c.modules.patterns()
}

// reached picks what generators may read, for the platform that they run on.
func (c checking) reached(entry spec.Generator) plan.Sources {
	names := generatorName(entry)
	source := c.hereSource(nil, names)
	source.Generate, source.PGO = true, "off"
	if len(entry.Run) > 0 {
		source.Name = "pick what " + names + " reads"
		source.Command = c.command(entry)
		names += " imports"
	} else {
		source.Name = "pick what generators read"
		source.Mains, source.Files = c.linePatterns(entry), slices.Concat(source.Files, values(entry.Files))
		names += " import"
	}
	if !entry.At.IsZero() {
		source.At = c.spans(entry.At)
	}
	return plan.Sources{Source: c.modules.asking(source, names), Modules: c.hereModules(generatorName(entry))}
}

// command returns the command of an entry, and what it reads.
func (c checking) command(entry spec.Generator) *plan.Command {
	run := &plan.Command{Args: values(entry.Run), Dir: c.Project.Dir, Files: values(entry.Files)}
	if entry.Dir.IsSet() {
		run.Dir = path.Clean(entry.Dir.Value)
	}
	if run.Files == nil {
		run.Files = []string{"."}
	}
	return run
}

func (s *settings) generate() {
	var all []Pairs
	var from string
	for i, g := range s.written.Generate {
		if i == 0 {
			from = at(g.At)
		}
		all = append(all, generatorPairs(g))
	}
	if all == nil {
		s.add("generate", nil, "nothing is generated")
		return
	}
	s.add("generate", all, from)
}

func generatorPairs(g spec.Generator) Pairs {
	pairs := Pairs{}
	for _, key := range []struct {
		name  string
		value []spec.String
	}{{"packages", g.Packages}, {"run", g.Run}, {"files", g.Files}} {
		if len(key.value) > 0 {
			pairs = append(pairs, Pair{key.name, values(key.value)})
		}
	}
	return slices.Concat(pairs, writtenPairs(keyed{"dir", g.Dir}, keyed{"stage", g.Stage}, keyed{"from", g.From}, keyed{"to", g.To}))
}
