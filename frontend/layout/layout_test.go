package layout

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// tree is that of "usr/", "bin->usr/bin" and "etc/passwd".
func tree(words string) *Tree {
	var base []step.Inode
	for _, w := range strings.Fields(words) {
		base = append(base, inode(w))
	}
	return New(base, Owner{1000, 1001})
}

func inode(w string) step.Inode {
	if name, target, ok := strings.Cut(w, "->"); ok {
		return step.Inode{Path: name, Kind: step.KindLink, Target: target}
	}
	if name, ok := strings.CutSuffix(w, "/"); ok {
		return step.Inode{Path: name, Kind: step.KindDir, Mode: 0o755}
	}
	return step.Inode{Path: w}
}

func text(l plan.Layer, c *Conflict) string {
	if c != nil {
		return "conflict: " + c.Message
	}
	var all []string
	for _, copy := range l.Copies {
		word := copy.From + "=" + copy.To
		if copy.Without != nil {
			word += fmt.Sprint("-", copy.Without)
		}
		if copy.Exclude != nil {
			word += "^" + strings.Join(copy.Exclude, ",")
		}
		all = append(all, word)
	}
	if len(l.Copies)+len(l.Links) > 0 && !l.Special() {
		l.Dirs = nil
	}
	for _, link := range l.Links {
		all = append(all, link.Path+"->"+link.Target)
	}
	for _, d := range l.Dirs {
		all = append(all, step.DirWord(d.Path, d.Mode, d.UID, d.GID))
	}
	return strings.Join(all, " ")
}

func TestPutFile(t *testing.T) {
	base := "bin->usr/bin usr/ usr/bin/ a->/b b->c c->d d/ loop->pool pool->/loop up->../../usr gone->no/where f file->f etc/ etc/sub->../f"
	for _, c := range []struct{ to, want string }{
		{"/x", "x=/x"},
		{"/bin/x", "x=/usr/bin/x"},
		{"/a/x", "x=/d/x"},
		{"/up/bin/x", "x=/usr/bin/x"},
		{"/gone/x", "x=/no/where/x"},
		{"/gone", "x=/no/where"},
		{"/file", "x=/f"},
		{"/loop/x", "conflict: /loop/x leads through a loop of symlinks at /loop"},
		{"/f/x", "conflict: /f/x is below /f, which is a file of the base"},
		{"/etc/sub/x", "conflict: /etc/sub/x is below /f, which is a file of the base"},
		{"/bin", "conflict: /bin is a directory of the base, and x is a file"},
		{"/", "conflict: / is the root directory, and x is a file"},
	} {
		l, conflict := tree(base).Put(c.to, Source{Name: "x", By: "x", File: step.File{Kind: step.KindFile}})
		if got := text(l, conflict); got != c.want {
			t.Errorf("%s: got %s, want %s", c.to, got, c.want)
		}
	}
}

func TestPutDirectory(t *testing.T) {
	base := "bin->usr/bin usr/ usr/bin/ usr/bin/sh etc/ etc/conf var/ var/run->/run run/ run/deep->/bin link->etc"
	for _, c := range []struct{ to, below, want string }{
		{"/", "new/ new/f", "d=/"},
		{"/", "bin/ bin/f", "d=/-[bin] d/bin=/usr/bin"},
		{"/", "var/ var/run/ var/run/deep/ var/run/deep/f", "d=/-[var/run] d/var/run=/run-[deep] d/var/run/deep=/usr/bin"},
		{"/link", "conf", "d=/etc"},
		{"/", "link", "conflict: /link is a directory of the base, and d/link is a file"},
		{"/", "link->etc", "d=/"},
		{"/", "link->var", "conflict: /link is a directory of the base, and d/link is a file"},
		{"/", "usr", "conflict: /usr is a directory of the base, and d/usr is a file"},
		{"/etc", "conf/", "conflict: /etc/conf is a file of the base, and d/conf is a directory"},
		{"/etc/conf", "", "conflict: /etc/conf is a file of the base, and d is a directory"},
		{"/usr/bin", "sh", "d=/usr/bin"},
	} {
		s := Source{Name: "d", By: "d", File: step.File{Kind: step.KindDir}}
		for _, w := range strings.Fields(c.below) {
			s.Below = append(s.Below, inode(w))
		}
		l, conflict := tree(base).Put(c.to, s)
		if got := text(l, conflict); got != c.want {
			t.Errorf("%s %s: got %s, want %s", c.to, c.below, got, c.want)
		}
	}
}

// TestExclude leaves out what patterns exclude: by the patterns, and by name
// behind a link, where patterns would be relative to another directory.
func TestExclude(t *testing.T) {
	const base, below = "bin->usr/bin usr/ usr/bin/", "bin/ bin/a bin/b.map bin/sub/ bin/sub/c js/ js/x.map js/y"
	for _, c := range []struct{ exclude, want string }{
		{"**/*.map", "d=/-[bin]^**/*.map d/bin=/usr/bin-[b.map]"},
		{"bin", "d=/^bin"},
		{"bin/*", "d=/-[bin]^bin/* d/bin=/usr/bin-[a b.map sub]"},
		{"* !bin/sub/c", "d=/-[bin]^*,!bin/sub/c d/bin=/usr/bin-[a b.map]"},
		{"*", "conflict: exclude leaves nothing of d"},
		{"none", "d=/-[bin]^none d/bin=/usr/bin"},
	} {
		s := Source{Name: "d", By: "d", Exclude: strings.Fields(c.exclude), File: step.File{Kind: step.KindDir}}
		for _, w := range strings.Fields(below) {
			s.Below = append(s.Below, inode(w))
		}
		tr := tree(base)
		l, conflict := tr.Put("/", s)
		if got := text(l, conflict); got != c.want {
			t.Errorf("%s: got %s, want %s", c.exclude, got, c.want)
		}
		if _, found := tr.nodes["usr/bin/b.map"]; found != (c.exclude == "none") {
			t.Errorf("%s: whether the image has b.map: %t", c.exclude, found)
		}
	}
}

// TestKeepModes gives directories the modes of the source.
func TestKeepModes(t *testing.T) {
	s := Source{Name: "d", By: "d", KeepModes: true, File: step.File{Kind: step.KindDir, Mode: 0o770, Below: []step.Inode{
		{Path: "etc", Kind: step.KindDir, Mode: 0o777},
		{Path: "group", Kind: step.KindDir, Mode: 0o2775},
		{Path: "plain", Kind: step.KindDir, Mode: 0o700},
	}}}
	for to, want := range map[string]string{
		"/":  "d=/",
		"/x": "d=/x 0770:0:0:/x",
	} {
		if got := text(tree("etc/").Put(to, s)); got != want {
			t.Errorf("%s: got %s, want %s", to, got, want)
		}
	}
}

// TestOwners makes what is missing: for root, and for the user below what is
// the user's.
func TestOwners(t *testing.T) {
	tr := tree("home/ var/")
	tr.nodes["home/app"] = node{Inode: step.Inode{Path: "home/app", Kind: step.KindDir, Mode: 0o700, UID: 1000, GID: 5}}
	put := func(to, want string) {
		t.Helper()
		l, c := tr.Put(to, Source{Name: "x", By: "x", File: step.File{Kind: step.KindFile}})
		if got := text(l, c); got != want {
			t.Errorf("%s: got %s, want %s", to, got, want)
		}
	}
	put("/var/a/b/x", "x=/var/a/b/x")
	put("/home/app/.config/a/x", "x=/home/app/.config/a/x 0755:0:0:/home 0700:1000:5:/home/app 0755:1000:1001:/home/app/.config 0755:1000:1001:/home/app/.config/a")
	dirs, made := tr.MakeDirs(map[string]Owner{"/data": {1000, 1001}, "/data/in": {1000, 1001}, "/home/app": {1000, 1001}, "/home/app/.config": {1000, 1001}, "/var/b/c": {1000, 1001}}, "run", func(name string, c *Conflict) {
		t.Errorf("%s: %s", name, c.Message)
	})
	if got, want := text(plan.Layer{Dirs: dirs}, nil), "0755:1000:1001:/data 0755:1000:1001:/data/in 0755:0:0:/var 0755:0:0:/var/b 0755:1000:1001:/var/b/c"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := strings.Join(made, " "); got != "/data /data/in /var/b/c" {
		t.Errorf("made %s", got)
	}
	put("/data/seed/x", "x=/data/seed/x 0755:1000:1001:/data 0755:1000:1001:/data/seed")
	put("/data/seed/x", "conflict: /data/seed/x is already a file of x")
}

// TestPutLink puts links where the base has something, and files where a link
// is.
func TestPutLink(t *testing.T) {
	base := "bin->usr/bin usr/ usr/bin/ usr/bin/sh usr/bin/vi->nano run/ var/ var/run->/run f gone->/no"
	for _, c := range []struct{ to, target, want string }{
		{"/x", "server", "/x->server"},
		{"/bin/x", "server", "/usr/bin/x->server"},
		{"/new/dir/x", "/dev/stdout", "/new/dir/x->/dev/stdout"},
		{"/bin/sh", "/bin/busybox", "/usr/bin/sh->/bin/busybox"},
		{"/bin/vi", "vim", "/usr/bin/vi->vim"},
		{"/gone", "/run", "/gone->/run"},
		{"/var/run", "/run", "/var/run->/run"},
		{"/var/run", "../run", "conflict: /var/run is a symlink of the base to the directory /run, which a symlink would hide"},
		{"/usr", "x", "conflict: /usr is a directory of the base, which a symlink would hide"},
		{"/f/x", "x", "conflict: /f/x is below /f, which is a file of the base"},
		{"/x", "x", "conflict: /x leads through a loop of symlinks at /x"},
		{"/bin/x", "/bin/x", "conflict: /bin/x leads through a loop of symlinks at /bin"},
		{"/taken", "x", "conflict: /taken is already a file of first"},
		{"/made", "x", "conflict: /made is already a directory of first"},
		{"/link", "x", "conflict: /link is already a symlink of first"},
	} {
		tr := tree(base)
		tr.Put("/taken", Source{Name: "t", By: "first", File: step.File{Kind: step.KindFile}})
		tr.SetDir("/made", "first", Attributes{})
		tr.PutLink("/link", Link{Target: "/run", By: "first"})
		if got := text(tr.PutLink(c.to, Link{Target: c.target, By: "x"})); got != c.want {
			t.Errorf("%s -> %s: got %s, want %s", c.to, c.target, got, c.want)
		}
	}
}

// TestBelowLink puts things below a link of another entry.
func TestBelowLink(t *testing.T) {
	for _, c := range []struct{ to, want string }{
		{"/app/x", "conflict: /app/x is below /app, which is a symlink of first, to /data/app; write the path that it leads to: /data/app/x"},
		{"/app", "conflict: /app is already a symlink of first, to /data/app; put it somewhere else, or remove one of them"},
		{"/by/x", "conflict: /by/x is below /app, which is a symlink of first, to /data/app; write the path that it leads to: /data/app/x"},
	} {
		tr := tree("by->app data/ data/app/")
		tr.PutLink("/app", Link{Target: "/data/app", By: "first"})
		_, file := tr.Put(c.to, Source{Name: "x", By: "x", File: step.File{Kind: step.KindFile}})
		_, dir := tr.SetDir(c.to, "x", Attributes{})
		for _, conflict := range []*Conflict{file, dir} {
			if conflict == nil || "conflict: "+conflict.Message+"; "+conflict.Hint != c.want {
				t.Errorf("%s: got %v, want %s", c.to, conflict, c.want)
			}
		}
	}
}

// TestSetDir makes directories, and changes those of the base as far as asked.
func TestSetDir(t *testing.T) {
	mode := 0o770
	for _, c := range []struct {
		to   string
		a    Attributes
		want string
	}{
		{"/usr", Attributes{}, ""},
		{"/usr", Attributes{Mode: &mode}, "0770:0:0:/usr"},
		{"/bin/", Attributes{Owner: &Owner{5, 6}}, "0755:0:0:/usr 0755:5:6:/usr/bin"},
		{"/new/app", Attributes{Owner: &Owner{5, 6}, Mode: &mode}, "0755:0:0:/new 0770:5:6:/new/app"},
		{"/f", Attributes{}, "conflict: /f is a file of the base, and wanted as a directory"},
		{"/f/x", Attributes{}, "conflict: /f/x is below /f, which is a file of the base"},
		{"/up", Attributes{}, "conflict: /up is the root directory"},
	} {
		dirs, conflict := tree("bin->usr/bin usr/ usr/bin/ f up->..").SetDir(c.to, "x", c.a)
		if got := text(plan.Layer{Dirs: dirs}, conflict); got != c.want {
			t.Errorf("%s: got %s, want %s", c.to, got, c.want)
		}
	}
}
