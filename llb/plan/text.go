package plan

import (
	"fmt"
	"strings"
	"time"
)

// String returns the plan for a person to read: what is built, from what, and
// with which command.
func (p *Plan) String() string {
	var b strings.Builder
	writeStart(&b, p.Project, p.Toolchain, p.Sources.Modules, p.Generators)
	if p.Vendored {
		fmt.Fprintf(&b, "modules of the vendor directory\n")
	}
	for _, c := range p.Checks {
		fmt.Fprintf(&b, "%s\n", c.Common().Name)
		writeCheck(&b, c)
	}
	for _, img := range p.Images {
		fmt.Fprintf(&b, "image %s\n", p.NameOf(img))
		img.write(&b)
	}
	return b.String()
}

// String returns the plan for a person to read.
func (p *CheckPlan) String() string {
	var b strings.Builder
	writeStart(&b, p.Project, p.Toolchain, nil, p.Generators)
	for _, c := range p.Checks {
		fmt.Fprintf(&b, "%s, alone\n", c.Common().Name)
		writeCheck(&b, c)
	}
	return b.String()
}

// Name returns what users call the check.
func (p *CheckPlan) Name() string {
	name := p.Checks[0].Common().Name
	if len(p.Checks) > 1 {
		name, _, _ = strings.Cut(name, ": ") // of one of several commands
	}
	return name
}

// writeStart writes what is needed before anything else.
func writeStart(b *strings.Builder, p Project, t Toolchain, m *Modules, generators []string) {
	if p.Dir != "" {
		fmt.Fprintf(b, "go runs in ./%s\n", p.Dir)
	}
	if p.NoWork {
		fmt.Fprintf(b, "go.work is not used\n")
	}
	fmt.Fprintf(b, "toolchain %s\n", t)
	if t.Slim != nil {
		fmt.Fprintf(b, "\tcompiles run on a part of it\n")
	}
	if m != nil {
		fmt.Fprintf(b, "modules for %s\n", strings.Join(m.Platforms, ", "))
	}
	for _, g := range generators {
		fmt.Fprintf(b, "%s before\n", g)
	}
}

// NameOf returns what people call one of the images: "linux/amd64", and in a
// file of several "api linux/amd64".
func (p *Plan) NameOf(img Image) string {
	return strings.TrimSpace(p.Image + " " + img.Platform.String())
}

// String returns the toolchain and where it comes from.
func (t Toolchain) String() string {
	if t.Module != nil {
		return fmt.Sprintf("go%s for %s, through the module proxy", t.Module.Version, t.Module.Platform)
	}
	if t.Version == "" {
		return "of " + t.Image.Name
	}
	return fmt.Sprintf("go%s of %s", t.Version, t.Image.Name)
}

func (img Image) write(b *strings.Builder) {
	switch {
	case img.Platform.OS != "linux": // of which only the programs are built
	case img.Base == nil:
		fmt.Fprintf(b, "\tbase scratch\n")
	default:
		fmt.Fprintf(b, "\tbase %s\n", img.Base.Name)
	}
	if p := img.Packages; p != nil {
		p.write(b)
	}
	if img.Debugger != nil {
		fmt.Fprintf(b, "\t%s -> %s\n", img.Debugger.Name, img.Debugger.Path)
	}
	if img.Accounts != nil {
		img.Accounts.write(b)
	}
	for _, p := range img.Programs {
		fmt.Fprintf(b, "\t%s -> %s\n\t\tgo %s\n", p.Name, p.Path, strings.Join(p.Args, " "))
	}
	if img.Dirs != nil {
		img.Dirs.write(b)
	}
	for _, f := range img.Files {
		f.write(b)
	}
	img.Compile.write(b)
	if img.Program != nil {
		img.Program.write(b)
	}
	if c := img.Capabilities; c != nil {
		fmt.Fprintf(b, "\tcapabilities %s of %s\n", strings.Join(c.Names, ", "), c.Path)
	}
}

func (a Accounts) write(b *strings.Builder) {
	for _, line := range a.Users {
		fmt.Fprintf(b, "\tuser %s\n", line)
	}
	for _, line := range a.Groups {
		fmt.Fprintf(b, "\tgroup %s\n", line)
	}
}

func (l Layer) write(b *strings.Builder) {
	if d := l.Download; d != nil {
		verb := "download"
		if d.Unpack {
			verb = "unpack"
		}
		fmt.Fprintf(b, "\t%s %s sha256:%s\n", verb, d.URL, d.Sum)
	}
	if l.Image != nil {
		fmt.Fprintf(b, "\tfrom %s\n", l.Image.kind())
	}
	for _, c := range l.Copies {
		fmt.Fprintf(b, "\tcopy %s -> %s%s\n", c.From, c.To, l.attributes())
		for _, pattern := range c.Exclude {
			fmt.Fprintf(b, "\t\texclude %s\n", pattern)
		}
		for _, name := range c.Without {
			fmt.Fprintf(b, "\t\twithout %s\n", name)
		}
	}
	for _, link := range l.Links {
		fmt.Fprintf(b, "\tsymlink %s -> %s%s\n", link.Path, link.Target, l.attributes())
	}
	if len(l.Copies)+len(l.Links) > 0 && !l.Special() {
		return
	}
	for _, d := range l.Dirs {
		fmt.Fprintf(b, "\tdirectory %s %04o %d:%d\n", d.Path, d.Mode, d.UID, d.GID)
	}
}

// kind returns "image" and the name, or "stage ui".
func (ref ImageRef) kind() string {
	if strings.HasPrefix(ref.Name, "stage ") {
		return ref.Name
	}
	return "image " + ref.Name
}

// attributes returns the owner and mode of what is copied, if the spec sets
// them: " 0640 1000:1000".
func (l Layer) attributes() string {
	var text string
	if l.Mode != nil {
		text = fmt.Sprintf(" %04o", *l.Mode)
	}
	if l.KeepModes {
		text = " modes kept"
	}
	if l.KeepOwners {
		text += " owners kept"
	}
	if l.UID != 0 || l.GID != 0 {
		text += fmt.Sprintf(" %d:%d", l.UID, l.GID)
	}
	return text
}

// writeCheck writes a check. Of its groups, it says only how many there are: the
// plan of a large project stays as short as that of a small one.
func writeCheck(b *strings.Builder, c Check) {
	c.Common().write(b)
	var groups *Groups
	switch c := c.(type) {
	case Vet:
		groups = c.Groups
	case Test:
		groups = c.Groups
		if c.Covdata != nil {
			fmt.Fprintf(b, "\t%s\n", c.Covdata.Name)
		}
	}
	if groups != nil {
		groups.write(b)
	}
}

func (g Groups) write(b *strings.Builder) {
	fmt.Fprintf(b, "\tin %d groups of packages", len(g.All))
	if g.Own != nil {
		b.WriteString(", which start from packs of the project's own")
	}
	b.WriteString("\n")
}

func (c CheckStep) write(b *strings.Builder) {
	c.Start.write(b)
	c.Caches.write(b)
}

// write says what is unusual.
func (c Caches) write(b *strings.Builder) {
	switch {
	case c.Alone != "":
		fmt.Fprintf(b, "\tshares no cache: %s\n", c.Alone)
	case c.Go != "":
		fmt.Fprintf(b, "\tshares caches with builds by %s\n", c.Go)
	}
}

func (c Compile) write(b *strings.Builder) {
	for _, p := range c.Added {
		p.writeAs(b, "toolchain package")
	}
	c.Start.write(b)
	c.Caches.write(b)
	for _, bin := range c.Binaries {
		fmt.Fprintf(b, "\tcompile %s -> %s\n", bin.Package, bin.Path)
	}
	if v := c.Checkout; v != nil {
		v.write(b)
	}
	if t := c.Toolexec; t != nil {
		fmt.Fprintf(b, "\ttoolexec %s\n\t\tgo %s\n", t.Name, strings.Join(t.Args, " "))
	}
	fmt.Fprintf(b, "\t\tgo %s\n", strings.Join(c.Args, " "))
}

func (c Checkout) write(b *strings.Builder) {
	state := "clean"
	if c.Modified {
		state = "modified"
	}
	fmt.Fprintf(b, "\tcheckout of %s, %s, %s\n", c.Commit, time.Unix(c.Time, 0).UTC().Format(time.RFC3339), state)
	if len(c.Tags) > 0 {
		fmt.Fprintf(b, "\t\ttags %s\n", strings.Join(c.Tags, ", "))
	}
	if len(c.Before) > 0 {
		fmt.Fprintf(b, "\t\tafter %s\n", strings.Join(c.Before, ", "))
	}
}

func (s Start) write(b *strings.Builder) {
	for _, o := range s.Packs {
		fmt.Fprintf(b, "\tstart from a pack: %s\n", o.Name)
	}
	for _, g := range s.Groups {
		fmt.Fprintf(b, "\tstart from a pack: %s\n", g.Step.Name)
	}
	if s.Seed != nil {
		fmt.Fprintf(b, "\tstart from the build context %s\n", s.Seed.Context)
	}
}
