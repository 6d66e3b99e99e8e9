package spec

import (
	"cmp"
	"strings"
)

// foreign has keys of other tools for what a spec can say, in lower case and
// without - and _, after the block where it has this meaning if it has others,
// too. The value is the key of the spec, or, if it has a space, the hint itself.
var foreign = map[string]string{
	// Dockerfile
	"cmd":               "run.args",
	"generate.cmd":      generateCommand,
	"generate.command":  generateCommand,
	"generate.commands": generateCommand,
	"generate.workdir":  "write dir",
	"from":              "base",
	"copy":              "run.files",
	"add":               "run.files",
	"chown":             "write owner in an entry of run.files",
	"chmod":             "write mode in an entry of run.files",
	"checksum":          "write sha256 next to url in an entry of run.files",
	"src":               "write from in an entry of run.files",
	"dest":              "write to in an entry of run.files",
	"dst":               "write to in an entry of run.files",
	"unpack":            "write from, the path in the archive, next to url; from: . is all of it",
	"extract":           "write from, the path in the archive, next to url; from: . is all of it",
	"symlink":           "write link in an entry of run.files: {link: server, to: /usr/local/bin/app}",
	"symlinks":          "write link in an entry of run.files: {link: server, to: /usr/local/bin/app}",
	"links":             "write link in an entry of run.files: {link: server, to: /usr/local/bin/app}",
	"maintainer":        "run.labels",
	"arg":               "args",
	"useradd":           "run.users",
	"adduser":           "run.users",
	"addgroup":          "run.groups",
	"groupadd":          "run.groups",
	"setcap":            "run.capabilities",
	"stopsignal":        "run.stop-signal",
	"cgoenabled":        "build.cgo",
	"goproxy":           "modules.proxy",
	"goprivate":         "modules.private",
	"gosumdb":           "modules.sumdb",
	// Compose
	"command":     "write entrypoint below run for the program, or args for what follows it",
	"environment": "run.env",
	"envfile":     "run.env",
	"ports":       "run.expose",
	"workingdir":  "run.workdir",
	"label":       "run.labels",
	"services":    "images",
	"cachefrom":   "give the build the flag --cache-from",
	"cacheto":     "give the build the flag --cache-to",
	"context":     "the context is the last argument of docker buildx build",
	"dockerfile":  "the flag -f names the spec; a Dockerfile that it uses is named in an entry of `stages`",
	"platform":    "give the build the flag --platform",
	"platforms":   "give the build the flag --platform",
	"secrets":     "give the build the flag --secret",
	"ssh":         "give the build the flag --ssh",
	"shmsize":     "give the build the flag --shm-size",
	"network":     "give the build the flag --network",
	"target":      "give the build the flag --target",
	"dependson":   "it is not part of an image; set it where the image is run",
	"networks":    "it is not part of an image; set it where the image is run",
	"restart":     "it is not part of an image; set it where the image is run",
	// Kubernetes
	"containerport":   "run.expose",
	"imagepullpolicy": "it is not part of an image; set it where the image is run",
	"livenessprobe":   "run.healthcheck",
	"readinessprobe":  "run.healthcheck",
	"runasuser":       "run.user",
	"capadd":          "write capabilities below run for those of the program's file; those of a container are set where the image is run",
	"capdrop":         "it is not part of an image; set it where the image is run",
	"securitycontext": "it is not part of an image; set it where the image is run",
	"runasgroup":      "write the group in user below run, such as 1000:2000",
	"volumemounts":    "run.volumes",
	// ko and GoReleaser
	"baseimage":          "base",
	"baseimageoverrides": "base",
	"defaultbaseimage":   "base",
	"builds":             "images",
	"dir":                "main",
	"goarch":             "give the build the flag --platform",
	"goos":               "give the build the flag --platform",
	"goversion":          "go",
	"golang":             "go",
	"imagetemplates":     "image.tags",
	"repository":         "image.name",
	"registry":           "image.name",
	"tag":                "write tags below build for build tags, or below image for those of the image",
	"linuxcapabilities":  "run.capabilities",
	"gid":                "write group in an entry of run.users, with a name or a number",
	"homedir":            "write home in an entry of run.users",
	"sbom":               "give the build the flag --sbom",
	"provenance":         "give the build the flag --provenance",
	// apko and dalec
	"apk":               "run.packages",
	"apt":               "run.packages",
	".packages":         "run.packages",
	"mkdir":             "write an entry of run.files without from: {to: /var/cache/app}",
	"dirs":              "write an entry of run.files without from: {to: /var/cache/app}",
	"createdirectories": "write an entry of run.files without from: {to: /var/cache/app}",
}

// generateCommand is the hint for a command that generates files.
const generateCommand = "write run: [go, tool, templ, generate]"

var plainKey = strings.NewReplacer("-", "", "_", "")

// foreignHint returns the hint for a key of another tool; empty for other keys.
func (v value) foreignHint(key string) string {
	plain := plainKey.Replace(strings.ToLower(key))
	meant := cmp.Or(foreign[v.block()+"."+plain], foreign[plain])
	if meant == "" || strings.Contains(meant, " ") {
		return meant
	}
	block, name := "", meant
	if i := strings.LastIndex(meant, "."); i >= 0 {
		block, name = meant[:i], meant[i+1:]
	}
	switch {
	case block == v.block():
		return "write " + name
	case block == "":
		return "write " + name + " at the top level"
	}
	return "write " + name + " below " + block
}

// block returns the name of the block that a mapping is, as at the top level:
// "run" for images.api.run, and "" for images.api.
func (v value) block() string {
	if rest, ok := strings.CutPrefix(v.path, "images."); ok {
		_, block, _ := strings.Cut(rest, ".")
		return block
	}
	return v.path
}
