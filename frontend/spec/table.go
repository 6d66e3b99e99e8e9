package spec

import "time"

// The tables below define the keys. The parser, error messages, Reference and
// Schema come from them. A new key is a row here and a field in spec.go.

const (
	goDefault     = "the go command's default"
	engineDefault = "the container engine's default"
	aString       = "a string"
)

var specFields = []field[Spec]{
	mainField,
	leaf("go", text("a Go version like 1.26.8", goVersion, matching(version)), func(s *Spec) *String { return &s.Go },
		"the `toolchain` line of go.mod, else its `go` line",
		"Version of the Go toolchain. If it is older than go.mod requires, the build fails before it pulls anything."),
	leaf("toolchain", origin("image", "module"), func(s *Spec) *Origin { return &s.Toolchain },
		"`image`",
		"Where Go comes from. `image`: the official image; the small Alpine variant, or Debian if the build needs git or a C compiler. `module`: the module proxy. `{stage: NAME}`: one of `stages`, built for the builder's platform. Anything else is an image reference."),
	baseField,
	buildField,
	block("modules", modulesFields, func(s *Spec) *Modules { return &s.Modules },
		"Where dependencies come from."),
	leaf("args", pairs(argName), func(s *Spec) *[]Pair { return &s.Args },
		"none",
		"Build args of the project, with their defaults: `EDITION: oss`. `--build-arg EDITION=ent` overrides a default, and texts name the value as `{{.Args.EDITION}}`. `VERSION`, `BRANCH`, `COMMIT`, `DATE` and `DIRTY` may have a default, too: it is the value of the stamp if nothing else is known."),
	runField,
	leaf("checks", list("a list of checks", word("a check", checks...), itself), func(s *Spec) *[]String { return &s.Checks },
		"none",
		"Checks that must pass before there is an image. `tidy`: go.mod and go.sum are what `go mod tidy` writes. `fmt`: Go files are formatted as `gofmt` formats them. `vendor`: the vendor directory is what the go command writes. `verify`: modules match the checksums of go.sum. `vet`: `go vet` reports nothing. `lint`: linters and other tools of go.mod report nothing. `test`: the tests pass. `generate`: generated files are up to date. `vuln`: your code calls no function with a known vulnerability (govulncheck)."),
	block("test", testFields, func(s *Spec) *Test { return &s.Test },
		"How tests run."),
	leaf("generate", generators, func(s *Spec) *[]Generator { return &s.Generate },
		"nothing runs",
		"What is generated before the build, so that you need not commit generated files. A list of packages whose `//go:generate` lines run, and of commands: `[./..., {run: [go, tool, templ, generate]}]`. They run in this order, and each finds what those before it wrote. If `checks` lists `generate`, nothing runs before the build; instead the committed files are compared with what would be generated."),
	block("lint", lintFields, func(s *Spec) *Lint { return &s.Lint },
		"Tools of go.mod that the check `lint` runs."),
	block("vuln", vulnFields, func(s *Spec) *Vuln { return &s.Vuln },
		"How the check `vuln` looks for vulnerabilities."),
	block("debug", debugFields, func(s *Spec) *Debug { return &s.Debug },
		"How the image of `--target debug` waits for a debugger."),
	imageField,
	severalImages("images",
		"none: the spec describes one image",
		"Several images in one spec, by name. Each image may set `main`, `base`, `build`, `run` and `image`; its values override those at the top level. Variables, labels and annotations are merged by name. `--target NAME` builds one image, `--target all` builds all."),
	leaf("stages", stages, func(s *Spec) *[]Stage { return &s.Stages },
		"none",
		"Stages of Dockerfiles, by name, for what a spec cannot say: a web front end, a tool in C. `base`, `toolchain` and `run.files` name them. A stage is built by the Dockerfile frontend in the same build, with its context, secrets and platform, and only if something uses it. `--build-context NAME=…` replaces a stage."),
	leaf("cache", word("auto, mount, or pack", "auto", "mount", "pack"), func(s *Spec) *String { return &s.Cache },
		"`auto`",
		"Where compiled dependencies are kept. `mount`: in a cache mount, on this builder only. `pack`: also in the output of a step, which `--cache-to …,mode=max` exports. `auto`: `pack` if the build has `--cache-from`, else `mount`."),
}

// imageFields are the keys that each of several images may have. The others
// apply to the whole project.
var imageFields = []field[Spec]{mainField, baseField, buildField, runField, imageField}

var (
	mainField = splitMain(leaf("main", mainPackages, func(*Spec) *mains { return &mains{} },
		"the only main package that is no tool of go.mod; if there are several, an error lists them",
		"Main packages to build, as you would name them to `go build`: `./cmd/server`. A main package belongs to the module of the nearest go.mod, in its directory or above. Programs are in `/usr/local/bin`, under the name that the go command gives them. A mapping says where else: a path (`./cmd/server: /manager`), another name (`./cmd/server: api`), or a directory (`./cmd/...: /opt/bin/`). An import path names one of a module that go.mod requires. A package of any other module is named with its version, `github.com/acme/tool/cmd/tool@v1.2.3`: it is built by itself, as `go install` would do, without cgo and with nothing of `build`."))
	baseField = leaf("base", origin("scratch", "alpine", "distroless"), func(s *Spec) *Origin { return &s.Base },
		"`scratch`",
		"Base image: `scratch`, `alpine`, `distroless`, or an image reference; or `{stage: NAME}`, one of `stages`, built for each platform of the image, with its config.")
	buildField = block("build", buildFields, func(s *Spec) *Build { return &s.Build },
		"How packages are compiled.")
	runField = block("run", runFields, func(s *Spec) *Run { return &s.Run },
		"What else is in the image, and how the program runs.")
	imageField = block("image", nameFields, func(s *Spec) *Image { return &s.Image },
		"Name, tags and annotations of the image in a registry.")
)

var stageFields = []field[Stage]{
	leaf("dockerfile", text("a path", inContext), func(s *Stage) *String { return &s.Dockerfile },
		"none: the stage is the build context that `context` names",
		"Dockerfile that has the stage, relative to the build context. A line `# syntax=` in it chooses the frontend that reads it, as everywhere."),
	leaf("target", text("a stage of the Dockerfile", stageTarget, matching(targetForm)), func(s *Stage) *String { return &s.Target },
		"the last stage of the Dockerfile",
		"Stage of the Dockerfile, by the name that follows `AS`."),
	leaf("args", pairs(argName), func(s *Stage) *[]Pair { return &s.Args },
		"none",
		"Build args of the Dockerfile: `{MODE: prod}`. May contain stamps. The build args of the client are not passed on: name those that the stage needs in `args` of the spec, and here: `{MODE: \"{{.Args.MODE}}\"}`."),
	leaf("context", text("a build context", buildContext), func(s *Stage) *String { return &s.Context },
		"the build context",
		"Build context of the Dockerfile: a directory of the build context, `docker-image://NAME`, or the address of a git repository. Without `dockerfile`, the stage is this build context itself."),
}

var programFields = []field[Program]{
	leaf("to", text("a path or a name in the image", programPlace), func(p *Program) *String { return &p.To },
		"the name that the go command gives it, in `/usr/local/bin`",
		"Where a program of another module goes, if you also write flags for it: a path, a name, or a directory."),
	leaf("ldflags", flags, func(p *Program) *String { return &p.Ldflags },
		"`-s -w`",
		"Linker flags of a program of another module. Only flags that run no other program. May contain stamps."),
	leaf("tags", words("a build tag", "a list of build tags", buildTag), func(p *Program) *[]String { return &p.Tags },
		"none",
		"Build tags of a program of another module."),
}

// checks are the words of the key of that name.
var checks = []string{"tidy", "fmt", "vendor", "verify", "vet", "lint", "test", "generate", "vuln"}

var buildFields = []field[Build]{
	leaf("tags", words("a build tag", "a list of build tags", buildTag), func(b *Build) *[]String { return &b.Tags },
		"none",
		"Build tags, as a list or separated by commas."),
	leaf("ldflags", flags, func(b *Build) *String { return &b.Ldflags },
		"`-s -w`",
		"Linker flags. The default omits the symbol table and debug information. May contain stamps: `-s -w -X main.version={{.Version}}`."),
	leaf("gcflags", flags, func(b *Build) *String { return &b.Gcflags },
		goDefault,
		"Compiler flags."),
	leaf("asmflags", flags, func(b *Build) *String { return &b.Asmflags },
		goDefault,
		"Assembler flags."),
	leaf("env", pairs(envName), func(b *Build) *[]Pair { return &b.Env },
		"none",
		"Environment variables of the go command. Variables that only select a feature of Go, such as `GOEXPERIMENT`, reach all steps. Any other variable does not reach steps that download, and the steps that get it share no cache with other builds."),
	leaf("race", boolean, func(b *Build) *Bool { return &b.Race },
		"`false`",
		"Build with the race detector. Requires `cgo: true`."),
	leaf("cgo", cgo, func(b *Build) *Cgo { return &b.Cgo },
		"`false`",
		"Enable cgo. `true`: the base must have the C libraries; if one is missing, the build fails. `static`: they are linked into the program, which then runs on any base, also on `scratch`. The toolchain image must have a C compiler."),
	leaf("pgo", text("auto, off, or a file", profile, suggestions("auto", "off")), func(b *Build) *String { return &b.Pgo },
		"`auto`",
		"Profile for profile-guided optimization. `auto`: the default.pgo of the main package, if there is one. `off`: none. Anything else is the path of a file in the build context."),
	leaf("mode", text("exe or pie", buildMode, enum("exe", "pie")), func(b *Build) *String { return &b.Mode },
		"`exe`",
		"`pie`: position-independent programs (`-buildmode=pie`). They start through a dynamic linker, so the base must have one: `alpine`, or `distroless`, which has glibc then. Without cgo, Go makes them for amd64, arm64, loong64 and ppc64le."),
	leaf("cover", cover, func(b *Build) *Cover { return &b.Cover },
		"`false`",
		"Programs count which lines run, and write it to the directory that `GOCOVERDIR` names when they end (`go build -cover`). A list of package patterns counts those packages (`-coverpkg`); `true` counts the packages of the project."),
	leaf("vcs", boolean, func(b *Build) *Bool { return &b.VCS },
		"`false`",
		"Programs say which commit they are built from, in `debug.ReadBuildInfo` and `go version -m`: the version of the main module, `vcs.revision`, `vcs.time` and `vcs.modified`, as `go build` in the checkout writes them. The values are those of the stamps `Version`, `Commit`, `Date` and `Dirty`. The build context counts as the root of the repository."),
	leaf("files", list("a list of paths", text("a path", testFile), itself), func(b *Build) *[]String { return &b.Files },
		"none",
		"Other files and directories of the build context that the compile reads, such as headers that C files of a package include from elsewhere. Packages, embedded files and everything with an extension that Go knows are always there."),
}

var testFields = []field[Test]{
	leaf("packages", list("a list of packages", text("a package", testPackage), itself), func(t *Test) *[]String { return &t.Packages },
		"`[./...]` of each module",
		"Packages whose tests run."),
	leaf("run", text(aString, notEmpty), func(t *Test) *String { return &t.Run },
		"all tests",
		"Regular expression that selects tests, as in `go test -run`."),
	leaf("short", boolean, func(t *Test) *Bool { return &t.Short },
		"`false`",
		"Run long tests in their short form, as `go test -short` does."),
	leaf("race", boolean, func(t *Test) *Bool { return &t.Race },
		"as `build.race`",
		"Run tests with the race detector. This enables cgo for the tests, not for the image. The toolchain image must have a C compiler."),
	leaf("count", count, func(t *Test) *int { return &t.Count },
		goDefault,
		"How many times each test runs."),
	leaf("timeout", duration, func(t *Test) *time.Duration { return &t.Timeout },
		goDefault,
		"Time limit for the tests of one package."),
	leaf("files", list("a list of paths", text("a path", testFile), itself), func(t *Test) *[]String { return &t.Files },
		"none",
		"Other files and directories of the build context that tests read. Source files and testdata directories are always there."),
}

var generatorFields = []field[Generator]{
	leaf("packages", list("a list of packages", text("a package", testPackage), itself), func(g *Generator) *[]String { return &g.Packages },
		"`[./...]` of each module, if there is no `run`",
		"Packages whose `//go:generate` lines run. `generate: [./...]` is short for `generate: [{packages: [./...]}]`."),
	leaf("run", programAndArguments, func(g *Generator) *[]String { return &g.Run },
		"none",
		"A command, as a program and its arguments: `[go, tool, templ, generate]` for a tool of go.mod, `[go, run, ./build]` for a program of the project, or a program of the toolchain image. It runs without a shell and without network, on the platform of the builder. Files that it writes below the build context become part of the source."),
	leaf("dir", text("a path", testFile), func(g *Generator) *String { return &g.Dir },
		"the directory of go.mod or go.work",
		"Directory of the build context in which the command runs."),
	leaf("files", list("a list of paths", text("a path", testFile), itself), func(g *Generator) *[]String { return &g.Files },
		"for a command: the whole build context",
		"For a command: the files and directories of the build context that it reads, in addition to go.mod and the source of its program. An edit elsewhere does not run it again. For packages: other files and directories that their lines read. A line always finds the directory of its file with everything below it, and the source that packages there import."),
}

var lintFields = []field[Lint]{
	leaf("tools", commands, func(l *Lint) *[]Command { return &l.Tools },
		"required for the check `lint`",
		"Tools of go.mod, each with its arguments, as for `go tool`: `[[staticcheck, ./...], [golangci-lint, run]]`. `go get -tool` adds a tool to go.mod. Tools run in the directory of each module, without network. The check fails if a tool exits with another status than 0."),
	leaf("files", list("a list of paths", text("a path", testFile), itself), func(l *Lint) *[]String { return &l.Files },
		"none",
		"Other files and directories of the build context that tools read. Source files, and the configuration files `.golangci.yml` (or `.yaml`, `.toml`, `.json`) and `staticcheck.conf` are always there."),
}

var vulnFields = []field[Vuln]{
	leaf("version", text("a version like v1.8.0", moduleVersion, matching(moduleVersionForm)), func(v *Vuln) *String { return &v.Version },
		"the newest version that gohull knows for the Go version of the build",
		"Version of govulncheck for the check `vuln`."),
	leaf("database", text("a URL", databaseURL), func(v *Vuln) *String { return &v.Database },
		"Go's database, https://vuln.go.dev",
		"URL of the vulnerability database. `--build-context vulndb=<directory>` replaces it."),
	leaf("ignore", list("a list of vulnerabilities", text("a vulnerability like GO-2024-1234", vulnerability), itself), func(v *Vuln) *[]String { return &v.Ignore },
		"none",
		"Vulnerabilities to ignore, by their IDs in the database: `GO-2024-1234`."),
}

var debugFields = []field[Debug]{
	leaf("version", text("a version like v1.27.2", moduleVersion, matching(moduleVersionForm)), func(d *Debug) *String { return &d.Version },
		"the newest version that gohull knows for the Go version of the build",
		"Version of Delve that `--target debug` adds to the image."),
	leaf("port", portNumber, func(d *Debug) *int { return &d.Port },
		"`40000`",
		"Port on which Delve waits for a debugger."),
	leaf("continue", boolean, func(d *Debug) *Bool { return &d.Continue },
		"`false`",
		"Start the program at once. Otherwise it waits at its first instruction until a debugger continues it."),
}

var modulesFields = []field[Modules]{
	leaf("mode", word("mod or vendor", "mod", "vendor"), func(m *Modules) *String { return &m.Mode },
		"the go command's own rule",
		"Where dependencies come from. `vendor`: the vendor directory. `mod`: the module cache."),
	leaf("proxy", text(aString, setting("GOPROXY")), func(m *Modules) *String { return &m.Proxy },
		goDefault,
		"Module proxies, in the form of GOPROXY. Credentials come from the secret `netrc`."),
	leaf("private", words("a pattern", "a list of patterns", modulePattern), func(m *Modules) *[]String { return &m.Private },
		"none",
		"Patterns of private module paths, as in GOPRIVATE. These modules are fetched from their hosts with git and are not looked up in the checksum database."),
	leaf("sumdb", text(aString, setting("GOSUMDB")), func(m *Modules) *String { return &m.Sumdb },
		goDefault,
		"Checksum database, in the form of GOSUMDB; `off` disables it."),
}

var runFields = []field[Run]{
	leaf("entrypoint", entrypoint, func(r *Run) *Entrypoint { return &r.Entrypoint },
		"the binary",
		"Program to start, and its first arguments. `none`: the image has no entrypoint, and `args` is the whole command. `base`: the base's own, and its arguments if `args` is not set."),
	leaf("args", argv, func(r *Run) *[]String { return &r.Args },
		"none",
		"Arguments after the entrypoint. Arguments of `docker run` replace them."),
	leaf("env", pairs(envName), func(r *Run) *[]Pair { return &r.Env },
		"the base's",
		"Environment variables. May contain stamps. `$NAME` is replaced with a variable of the base or of an earlier line, as in a Dockerfile's `ENV`: `$PATH:/app`, `${NAME:-default}`. Write `\\$` for a dollar sign."),
	leaf("workdir", text(aString, inImage, absolute), func(r *Run) *String { return &r.Workdir },
		"the base's, else `/`",
		"Working directory. If the base does not have it, it is created and owned by `run.user`."),
	leaf("user", text("a user", imageOwner, ownerShape), func(r *Run) *String { return &r.User },
		"`nonroot`",
		"User that the program runs as, or user and group: names of the image's `/etc/passwd` and `/etc/group`, or numbers. `git`, `git:docker`, `1000`, `1000:1000`. The config of the image has numbers: with `runAsNonRoot`, Kubernetes does not start an image whose user is a name."),
	leaf("users", list("a list of mappings with name and uid", user, sameUser), func(r *Run) *[]User { return &r.Users },
		"none",
		"Users to add to the base's `/etc/passwd`, as `adduser` does. `run.user` and `owner` may name them."),
	leaf("groups", list("a list of mappings with name and gid", group, sameGroup), func(r *Run) *[]Group { return &r.Groups },
		"none",
		"Groups to add to the base's `/etc/group`, in addition to the users' own."),
	leaf("packages", list("a list of packages", text("a package", osPackage), samePackage), func(r *Run) *[]String { return &r.Packages },
		"none",
		"Packages of the base's distribution to add, with all that they depend on: `[git, tini]`. `NAME=VERSION` asks for one version. They are unpacked and configured for each platform without running anything of them; a package that needs one of its scripts is an error. The base must have a package database, so that scanners find the packages."),
	leaf("repositories", list("a list of mappings with url", repository, sameRepository), func(r *Run) *[]Repository { return &r.Repositories },
		"those of the base",
		"Repositories for `packages`, in addition to those that the base has configured, and mirrors of these."),
	leaf("capabilities", list("a list of capabilities", text("a capability", capabilityName, capabilityShape), sameCapability), func(r *Run) *[]String { return &r.Capabilities },
		"none",
		"Capabilities that the program gets when a user other than root starts it, such as `NET_BIND_SERVICE`: those of its file, as `setcap` sets them with `=+ep`. Of several programs, the first one gets them. In a container that may not have one of them, the program does not start."),
	leaf("expose", list("a list of ports", port, samePort), func(r *Run) *[]Port { return &r.Expose },
		"none",
		"Ports that the program listens on: `8080`, `53/udp`."),
	leaf("volumes", list("a list of paths", text("a path", volume, absolute), itself), func(r *Run) *[]String { return &r.Volumes },
		"none",
		"Directories for data that outlives the container. A directory that the base does not have is created and owned by `run.user`."),
	leaf("files", list("a list of mappings with to", file, sameDirectory), func(r *Run) *[]File { return &r.Files },
		"none",
		"Files and directories of the image: copied from the build context with `from`, of another image with `image`, of a stage with `stage`, downloaded with `url`, symlinks with `link`, else empty directories."),
	leaf("labels", pairs(labelName), func(r *Run) *[]Pair { return &r.Labels },
		"none",
		"Labels of the image. May contain stamps."),
	leaf("stop-signal", text("a signal", stopSignal, signalShape), func(r *Run) *String { return &r.StopSignal },
		"`SIGTERM`",
		"Signal that stops the program: a name or a number."),
	leaf("healthcheck", healthcheck, func(r *Run) **Healthcheck { return &r.Healthcheck },
		"the base's",
		"How the container engine checks that the program still works. `none` disables the check."),
}

var repositoryFields = []field[Repository]{
	leaf("url", text("a URL", repositoryURL), func(r *Repository) *String { return &r.URL },
		"required",
		"URL of the repository: of Debian, the directory that has `dists` and `pool`; of Alpine, the directory that has `x86_64`. Credentials come from the secret `netrc`, a company's certificates from the secret `ca`."),
	leaf("mirrors", text("a URL", repositoryURL), func(r *Repository) *String { return &r.Mirrors },
		"none: the repository is another one",
		"URL that the base's configuration has. What is below it is fetched from `url` instead, and still verified with the keys of the base: `{url: https://mirror.example/debian, mirrors: http://deb.debian.org/debian}`."),
	leaf("suite", text("a suite like bookworm", repositoryWord), func(r *Repository) *String { return &r.Suite },
		"none",
		"Suite of a Debian repository: `bookworm`."),
	leaf("components", list("a list of components", text("a component like main", repositoryWord), itself), func(r *Repository) *[]String { return &r.Components },
		"none",
		"Components of a Debian repository: `[main]`."),
	leaf("key", text("a path", testFile), func(r *Repository) *String { return &r.Key },
		"the keys of the base",
		"File of the build context with the public key that the repository is signed with."),
}

var userFields = []field[User]{
	leaf("name", text("a name", accountName, matching(account)), func(u *User) *String { return &u.Name },
		"required",
		"Name of the user. If the base has a user of that name, all that the entry says must be the same there; only `groups` adds to it."),
	leaf("uid", text("a number", accountNumber, numberShape), func(u *User) *String { return &u.UID },
		"required",
		"Number of the user. A number that another user has is an error."),
	leaf("group", text("a group", accountGroup, accountShape), func(u *User) *String { return &u.Group },
		"the group of the user's name, which is created with the user's number",
		"Main group of the user: a name of `/etc/group` or `run.groups`, or a number. If no group has the number, a group of the user's name is created with it."),
	leaf("groups", list("a list of groups", text("a group", accountGroup, accountShape), itself), func(u *User) *[]String { return &u.Groups },
		"none",
		"More groups that the user is a member of."),
	leaf("home", text("a path", passwdPath, absolute), func(u *User) *String { return &u.Home },
		"`/home/` and the name",
		"Home directory. If the base does not have it, it is created and owned by the user. `/nonexistent` means that the user has none."),
	leaf("shell", text("a path", passwdPath, absolute), func(u *User) *String { return &u.Shell },
		"`/sbin/nologin`",
		"Program that `su` and `sshd` start."),
}

var groupFields = []field[Group]{
	leaf("name", text("a name", accountName, matching(account)), func(g *Group) *String { return &g.Name },
		"required",
		"Name of the group."),
	leaf("gid", text("a number", accountNumber, numberShape), func(g *Group) *String { return &g.GID },
		"required",
		"Number of the group."),
}

var nameFields = []field[Image]{
	leaf("name", imageNames, func(i *Image) *[]String { return &i.Names },
		"none",
		"Name of the image, without a tag: `registry.example/acme/server`. A list for several registries: each name gets all tags. Used if the name of the output is `*`: `-o type=image,\"name=*\",push=true`. May contain stamps."),
	leaf("tags", list("a list of tags", text("a tag", notEmpty), itself), func(i *Image) *[]String { return &i.Tags },
		"none; required with `image.name`",
		"Tags of the image. May contain stamps: `[\"{{.Version}}\", \"{{.Major}}.{{.Minor}}\", latest]`. A tag is skipped if one of its stamps has no value, or if it would move to a build that is not the newest release."),
	leaf("annotations", pairs(labelName), func(i *Image) *[]Pair { return &i.Annotations },
		"none",
		"More annotations of the image; gohull sets version, revision and others itself. May contain stamps."),
}

var fileFields = []field[File]{
	leaf("from", text("a path", notEmpty), func(f *File) *String { return &f.From },
		"none: an empty directory",
		"File or directory to copy, relative to the build context; with `image` and `stage`, an absolute path of that image or stage; with `url`, a path in the archive that is downloaded. As with `COPY`, it may be a pattern with `*`, `?` and `[…]`: `*.tmpl`, `web/*/static`. Files that match are copied into `to`, which must end with `/` if there are several. Of directories, the content is copied. Without `from`, `to` is an empty directory. If the base has that directory, it keeps what is in it, and its owner and mode unless the entry sets them."),
	leaf("exclude", list("a list of patterns", text("a pattern", excludePattern), itself), func(f *File) *[]String { return &f.Exclude },
		"none",
		"Patterns for what is not copied, as those of `.dockerignore`: `[\"**/*.map\", node_modules]`. They are relative to the directory that is copied."),
	leaf("image", text("an image", oneWord), func(f *File) *String { return &f.Image },
		"the build context",
		"Image to copy `from`, for the platform that is built, as `COPY --from` does: `{image: docker.io/library/busybox:1.37, from: /bin/busybox, to: /bin/}`. Like a base, it needs the tag of a version or a digest, `--build-context` can replace it, and the lock has its digest. Files keep their owners and modes unless the entry sets them."),
	leaf("stage", text("a stage", stageName, matching(imageForm)), func(f *File) *String { return &f.Stage },
		"the build context",
		"Stage to copy `from`, one of `stages`, built for the platform of the image: `{stage: ui, from: /out, to: /srv/ui}`. Files keep their owners and modes unless the entry sets them."),
	leaf("url", byArch("a URL", fileURL), func(f *File) *ByArch { return &f.URL },
		"none",
		"File to download, of `https://` or `http://`. May contain stamps, and `{{.Arch}}` and `{{.OS}}` of the platform in the words of Go. A mapping has a URL for each architecture: `{amd64: …, arm64: …}`. BuildKit downloads the file, without credentials, and only if its cache does not have it. Needs `sha256`. With `from`, the file is an archive, tar or tar compressed with gzip, bzip2, xz or zstd, and is unpacked: `from: \"*/bin/tool\"`, or `from: .` for all of it."),
	leaf("sha256", byArch("a SHA-256 checksum", fileSum, matching(fileSumForm)), func(f *File) *ByArch { return &f.SHA256 },
		"required with `url`",
		"Checksum of the file, in hexadecimal, as `sha256sum` prints it: one, or one for each architecture. A file with another checksum fails the build."),
	leaf("link", text("the path that a symlink leads to", linkText), func(f *File) *String { return &f.Link },
		"none",
		"Makes `to` a symlink with this text, as `ln -s` does: `{link: server, to: /usr/local/bin/app}`. A relative path starts from the directory of `to`. The image need not have the path: `/dev/stdout`. A file or symlink of the base is replaced; a directory is an error."),
	leaf("to", text("a path", inImage, absolute), func(f *File) *String { return &f.To },
		"required",
		"Absolute path in the image."),
	leaf("owner", text("an owner", imageOwner, ownerShape), func(f *File) *String { return &f.Owner },
		"root; of an image or a stage: its own",
		"User that owns it, or user and group, as in `run.user`. Without a group, a name has the group of its line in `/etc/passwd`, and a number the group of that number. For a directory from the context, it also holds for everything copied with it."),
	leaf("mode", fileMode, func(f *File) *String { return &f.Mode },
		"directories `0755`; files `0644`, or `0755` if executable; of an image or a stage: its own",
		"Permissions in octal, as text in quotes: `\"0640\"`. `keep`: those of the build context. Only an empty directory can be given setuid, setgid and sticky bits: `\"1777\"`. For a directory from the context, files get exactly this mode, and directories also the permission to enter (`x`) for everyone who may read (`r`). Directories that the base has keep their mode."),
}

var healthFields = []field[Healthcheck]{
	leaf("test", healthCommand, func(h *Healthcheck) *[]String { return &h.Test },
		"required",
		"Program to run, with its arguments and without a shell. Any exit status except 0 means failure."),
	leaf("interval", duration, func(h *Healthcheck) *time.Duration { return &h.Interval },
		engineDefault,
		"Time between two runs: `30s`."),
	leaf("timeout", duration, func(h *Healthcheck) *time.Duration { return &h.Timeout },
		engineDefault,
		"Time limit for one run."),
	leaf("start-period", duration, func(h *Healthcheck) *time.Duration { return &h.StartPeriod },
		engineDefault,
		"Time after the start during which failures do not count."),
	leaf("retries", count, func(h *Healthcheck) *int { return &h.Retries },
		engineDefault,
		"Number of consecutive failures that make the container unhealthy."),
}
