package step

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCommand(t *testing.T) {
	for _, c := range []struct {
		verb Verb
		want string
	}{
		{&Scan{Tags: []string{"a", "b"}, Platforms: []string{"linux/amd64"}, Go: "1.26.8", Cgo: true, Files: []string{"web, static"}},
			"/.gohull/tool scan -cgo=true -go=1.26.8 -platforms=linux/amd64 -tags=a,b -- web, static"},
		{&Scan{}, "/.gohull/tool scan"},
		{&Closure{Tags: []string{"a"}, Platforms: []string{"linux/amd64", "linux/arm64"}, Go: "1.26.8", PGO: "off", Mains: []string{".", "cmd/api"}},
			"/.gohull/tool closure -go=1.26.8 -pgo=off -platforms=linux/amd64,linux/arm64 -tags=a -- . cmd/api"},
		{&Modules{Platforms: []string{"GOARCH=amd64 GOOS=linux", "GOARCH=arm GOARM=7 GOOS=linux"}, Go: "1.26.8", Flags: []string{"-tags=a,b", "-race"}},
			"/.gohull/tool modules -go=1.26.8 -platforms=GOARCH=amd64 GOOS=linux,GOARCH=arm GOARM=7 GOOS=linux -- -tags=a,b -race"},
		{&Toolchain{Version: "1.26", Platform: "linux/arm64"},
			"/.gohull/tool toolchain -platform=linux/arm64 -version=1.26"},
		{&Toolchain{Version: "1.26.8", Platform: "linux/arm64", Sum: "h1:ab="},
			"/.gohull/tool toolchain -platform=linux/arm64 -sum=h1:ab= -version=1.26.8"},
		{&Rootfs{Epoch: 1700000000}, "/.gohull/tool rootfs -epoch=1700000000"},
		{&Look{Paths: []string{"/etc" + Below, "/a, b"}}, "/.gohull/tool look -- /etc/... /a, b"},
		{&Dirs{Epoch: 1, Inodes: append(LinkWords("/c:d", "-> e", 0, 1), DirWord("/tmp", 0o1777, 0, 0), DirWord("/a:b", 0o755, 65532, 1))},
			"/.gohull/tool dirs -epoch=1 -- link:0:1:/c:d -> e 1777:0:0:/tmp 0755:65532:1:/a:b"},
		{&Accounts{Epoch: 1, Dirs: []string{DirWord("/etc", 0o755, 0, 0)}, Passwd: "/etc/passwd", Group: "/etc/group", Shadow: "/etc/shadow", Gshadow: "/etc/gshadow",
			Users: []string{"git:x:1:1::/git:/bin/sh", "b:x:2:1::/a,b:/bin/sh"}, Groups: []string{"tty:x:5:git,b"}},
			`/.gohull/tool accounts -dirs=0755:0:0:/etc -epoch=1 -group=/etc/group -groups=tty:x:5:git\,b -gshadow=/etc/gshadow -passwd=/etc/passwd -shadow=/etc/shadow -users=git:x:1:1::/git:/bin/sh,b:x:2:1::/a\,b:/bin/sh`},
		{&Capabilities{Epoch: 1, Names: []string{"NET_BIND_SERVICE", "NET_RAW"}, Path: "/usr/bin/x"}, "/.gohull/tool capabilities -epoch=1 -names=NET_BIND_SERVICE,NET_RAW -path=/usr/bin/x"},
		{&Go{Epoch: -1, Args: []string{"build", "--", "-o", "/out/"}},
			"/.gohull/tool go -epoch=-1 -- build -- -o /out/"},
		{&Go{}, "/.gohull/tool go"},
		{&Go{Linker: true, Binaries: []string{"/usr/local/bin/a", "/usr/local/bin/b"}, Args: []string{"build"}},
			"/.gohull/tool go -binaries=/usr/local/bin/a,/usr/local/bin/b -linker=true -- build"},
		{&Linker{Arch: "amd64"}, "/.gohull/tool linker -arch=amd64"},
		{&Go{Start: Start{Packs: []string{Pack(0), Pack(1)}, Seeds: []string{Seed, Seed + "/linux_arm_v7"}}, Args: []string{"build"}},
			"/.gohull/tool go -packs=/.gohull/packs/0,/.gohull/packs/1 -seeds=/.gohull/seed,/.gohull/seed/linux_arm_v7 -- build"},
		{&Objects{List: StandardFile, Without: []string{Pack(0)}, Args: []string{"list", "-export"}},
			"/.gohull/tool objects -list=standard.txt -without=/.gohull/packs/0 -- list -export"},
		{&Record{File: "/.gohull/tmp/actions"}, "/.gohull/tool record -file=/.gohull/tmp/actions"},
		{&SBOM{Epoch: 1, Image: "server", Base: "docker.io/library/alpine:3.22@sha256:ab"},
			"/.gohull/tool sbom -base=docker.io/library/alpine:3.22@sha256:ab -epoch=1 -image=server"},
		{&Compare{}, "/.gohull/tool compare"},
		{&Libraries{Image: "docker.io/library/alpine:3.22", Path: "/opt/lib:/lib", Cgo: true},
			"/.gohull/tool libraries -cgo=true -image=docker.io/library/alpine:3.22 -path=/opt/lib:/lib"},
		{&Binaries{Epoch: 1}, "/.gohull/tool binaries -epoch=1"},
		{&Skeleton{}, "/.gohull/tool skeleton"},
		{&Tidy{Modules: []string{".", "api"}}, "/.gohull/tool tidy -- . api"},
		{&Tidy{Fix: true, Modules: []string{"."}}, "/.gohull/tool tidy -fix=true -- ."},
		{&Closure{Tests: true, Data: true, Files: []string{"docs", "go.sum"}, Mains: []string{"./..."}},
			"/.gohull/tool closure -data=true -files=docs,go.sum -tests=true -- ./..."},
		{&Test{Report: true, Keep: true, Args: []string{"-short", "./..."}}, "/.gohull/tool test -keep=true -report=true -- -short ./..."},
		{&Closure{Generate: true, Mains: []string{"./..."}}, "/.gohull/tool closure -generate=true -- ./..."},
		{&Generate{Fix: true, Args: []string{"./..."}}, "/.gohull/tool generate -fix=true -- ./..."},
		{&Vendor{Work: true}, "/.gohull/tool vendor -work=true"},
		{&Program{Path: "/bin/dlv", Args: []string{"install", "example.com/dlv@v1.0.0"}},
			"/.gohull/tool program -path=/bin/dlv -- install example.com/dlv@v1.0.0"},
		{&VulnDB{URL: "https://vuln.example", Go: "1.26.8"}, "/.gohull/tool vulndb -go=1.26.8 -url=https://vuln.example"},
		{&Vuln{Modules: []string{".", "api"}, Ignored: []string{"GO-1"}, Args: []string{"-tags=a,b"}}, "/.gohull/tool vuln -ignored=GO-1 -modules=.,api -- -tags=a,b"},
		{&Verify{Modules: []string{"."}}, "/.gohull/tool verify -- ."},
		{&Vuln{Modules: []string{"a,b", `c\d`, "", `\`}, Ignored: []string{""}}, `/.gohull/tool vuln -ignored=\e -modules=a\,b,c\\d,\e,\\`},
	} {
		args := Command(c.verb)
		if got := strings.Join(args, " "); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
		back, err := Parse(args[1:], empty(c.verb))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.verb, back); diff != "" {
			t.Errorf("%s: read back differently (-want +got)\n%s", c.want, diff)
		}
	}
}

// empty returns a verb of the type of v without flags.
func empty(v Verb) Verb { return reflect.New(reflect.TypeOf(v).Elem()).Interface().(Verb) }

func TestClosures(t *testing.T) {
	api := Closure{Tags: []string{"a"}, Go: "1.26.8", Mains: []string{"cmd/api", "cmd/ctl"}}
	worker := Closure{Cgo: true, Mains: []string{"."}}
	var all Closures
	all.Add("api", &api)
	all.Add("worker", &worker)
	args := Command(&all)
	want := "/.gohull/tool closures -- api -go=1.26.8 -tags=a -- cmd/api cmd/ctl ; worker -cgo=true -- . ;"
	if got := strings.Join(args, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var back Closures
	if _, err := Parse(args[1:], &back); err != nil {
		t.Fatal(err)
	}
	picks, err := back.ByImage()
	if diff := cmp.Diff(map[string]Closure{"api": api, "worker": worker}, picks); diff != "" || err != nil {
		t.Errorf("read back differently: %v (-want +got)\n%s", err, diff)
	}
	for _, c := range []struct{ picks, want string }{
		{"api -go=1", "closures: an image without an end"},
		{";", "closures: an image without an end"},
		{"api -color ;", "closure: flag provided but not defined: -color"},
	} {
		_, err := (&Closures{Picks: strings.Fields(c.picks)}).ByImage()
		if err == nil || err.Error() != c.want {
			t.Errorf("%q\ngot  %v\nwant %s", c.picks, err, c.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", `no verb`},
		{"compile", `unknown verb "compile"`},
		{"scan -color", `scan: flag provided but not defined: -color`},
		{"rootfs main.go", `rootfs: unexpected argument "main.go"`},
		{"rootfs -epoch=now", `rootfs: invalid value "now" for flag -epoch: parse error`},
	} {
		_, err := Parse(strings.Fields(c.args), &Scan{}, &Rootfs{})
		if err == nil || err.Error() != c.want {
			t.Errorf("Parse(%q)\ngot  %v\nwant %s", c.args, err, c.want)
		}
	}
}

// Words of the command line come from a user's spec, so any text must arrive
// as it was sent.
func FuzzCommand(f *testing.F) {
	f.Add("linux", "1.26.8", "-o", int64(7), true)
	f.Add("0", "false", "--", int64(0), false)
	f.Add("a,b", `\`, "", int64(0), false)
	f.Fuzz(func(t *testing.T, word, version, arg string, epoch int64, cgo bool) {
		list := []string{word, "x", version}
		for _, v := range []Verb{
			&Scan{Tags: list, Platforms: list, Go: version, Cgo: cgo, Files: []string{arg}},
			&Closure{Tags: list, Platforms: list, Go: version, Cgo: cgo, PGO: word, Mains: []string{arg, word}},
			&Toolchain{Version: version, Platform: word},
			&Rootfs{Epoch: epoch},
			&Go{Epoch: epoch, Args: []string{arg, word}},
		} {
			back, err := Parse(Command(v)[1:], empty(v))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(v, back); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}
