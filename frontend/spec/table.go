package spec

import "time"

// The tables below are all there is to know about the keys: Parse reads by
// them, errors name what they name, and Reference lists them.

const (
	goDefault     = "Go's own"
	engineDefault = "the engine's own"
	aString       = "a string"
)

var specFields = []field[Spec]{
	mainField,
	leaf("go", text("a Go version like 1.26.8", goVersion, matching(version)), func(s *Spec) *String { return &s.Go },
		"the `toolchain` line of go.mod, else its `go` line",
		"Version of the Go toolchain. One that is older than go.mod asks for is an error before anything is pulled."),
	leaf("toolchain", text(aString, solid, among("image", "module")), func(s *Spec) *String { return &s.Toolchain },
		"`image`",
		"Where Go comes from: `image` for the official image, the small one unless git or a C compiler is needed; `module` for the module proxy, or an image reference."),
	baseField,
	buildField,
	block("modules", modulesFields, func(s *Spec) *Modules { return &s.Modules },
		"Where dependencies come from."),
	runField,
	leaf("checks", list("a list of checks", word("a check", checks...), itself), func(s *Spec) *[]String { return &s.Checks },
		"none",
		"Checks that the image depends on: `tidy` for go.mod and go.sum as `go mod tidy` leaves them, `vendor` for a vendor folder as the go command makes it, `verify` for modules with the checksums of go.sum, `vet` for `go vet`, `test` for the tests, `generate` for files as generators make them, `vuln` for code that calls nothing of known vulnerability."),
	block("test", testFields, func(s *Spec) *Test { return &s.Test },
		"How the tests are run."),
	leaf("generate", generate, func(s *Spec) **Generate { return &s.Generate },
		"nothing is generated",
		"Packages whose `//go:generate` lines are run before the build, so that the files they make need not be in the repository. With `generate` among the `checks`, nothing is run before the build, and the files in the repository are held against what the lines make."),
	block("vuln", vulnFields, func(s *Spec) *Vuln { return &s.Vuln },
		"How the check `vuln` looks for vulnerabilities."),
	block("debug", debugFields, func(s *Spec) *Debug { return &s.Debug },
		"How the image of `--target debug` waits for a debugger."),
	imageField,
	severalImages("images",
		"none: the file makes one image",
		"Several images in one file, by name. Each takes the keys `main`, `base`, `build`, `run` and `image`, over those of the top level; names of variables, labels and annotations are added to the ones there. `--target NAME` builds one, `--target all` all of them."),
	leaf("cache", word("auto, mount, or pack", "auto", "mount", "pack"), func(s *Spec) *String { return &s.Cache },
		"`auto`",
		"Where compiled dependencies are kept: `mount` keeps them in the builder alone, `pack` also in a step's output, which travels with `--cache-to …,mode=max`. `auto` is `pack` for builds with `--cache-from`, else `mount`."),
}

// imageFields are the keys that each of several images may have. The others
// hold for the whole project.
var imageFields = []field[Spec]{mainField, baseField, buildField, runField, imageField}

var (
	mainField = leaf("main", oneOrMore("a package", "a list of packages", mainPackage), func(s *Spec) *[]String { return &s.Main },
		"the only main package; when there are several, an error that lists them",
		"Main packages to build, as `go build` takes them: `./cmd/server`.")
	baseField = leaf("base", text(aString, solid, among("scratch", "alpine", "distroless")), func(s *Spec) *String { return &s.Base },
		"`scratch`",
		"What the image starts from: `scratch`, `alpine`, `distroless`, or an image reference.")
	buildField = block("build", buildFields, func(s *Spec) *Build { return &s.Build },
		"How the packages are compiled.")
	runField = block("run", runFields, func(s *Spec) *Run { return &s.Run },
		"What is in the image beside the program, and how it is run.")
	imageField = block("image", nameFields, func(s *Spec) *Image { return &s.Image },
		"What the image is called where it is pushed.")
)

// checks are the words of the key of that name.
var checks = []string{"tidy", "vendor", "verify", "vet", "test", "generate", "vuln"}

var buildFields = []field[Build]{
	leaf("tags", words("a build tag", "a list of build tags", buildTag), func(b *Build) *[]String { return &b.Tags },
		"none",
		"Build tags, as a list or with commas between them."),
	leaf("ldflags", flags, func(b *Build) *String { return &b.Ldflags },
		"`-s -w`",
		"Flags for the linker. The default leaves out symbols and debug information. May name stamps: `-s -w -X main.version={{.Version}}`."),
	leaf("gcflags", flags, func(b *Build) *String { return &b.Gcflags },
		goDefault,
		"Flags for the compiler."),
	leaf("asmflags", flags, func(b *Build) *String { return &b.Asmflags },
		goDefault,
		"Flags for the assembler."),
	leaf("env", pairs(envName), func(b *Build) *[]Pair { return &b.Env },
		"none",
		"Environment of the go command. Steps that fetch get only variables that choose among what Go can do, such as `GOEXPERIMENT`. With any other variable, the steps that get it share no cache with other builds."),
	leaf("race", boolean, func(b *Build) *Bool { return &b.Race },
		"`false`",
		"Compile the race detector in. It needs `cgo: true`."),
	leaf("cgo", boolean, func(b *Build) *Bool { return &b.Cgo },
		"`false`",
		"Allow cgo. The toolchain's image has to have a C compiler, and the base the C libraries: a build fails where one is missing."),
	leaf("pgo", text("auto, off, or a file", profile, among("auto", "off")), func(b *Build) *String { return &b.Pgo },
		"`auto`",
		"Profile to optimise by: `auto` takes the main package's default.pgo, `off` takes none, a path takes a file of the build context."),
}

var testFields = []field[Test]{
	leaf("packages", list("a list of packages", text("a package", testPackage), itself), func(t *Test) *[]String { return &t.Packages },
		"`[./...]` of each module",
		"Packages whose tests are run."),
	leaf("run", text(aString, notEmpty), func(t *Test) *String { return &t.Run },
		"all tests",
		"Regular expression that says which tests are run, as in `go test -run`."),
	leaf("short", boolean, func(t *Test) *Bool { return &t.Short },
		"`false`",
		"Whether long-running tests are to be short."),
	leaf("race", boolean, func(t *Test) *Bool { return &t.Race },
		"as `build.race`",
		"Run the tests with the race detector, and so with cgo, whatever the image is built with. The toolchain's image has to have a C compiler."),
	leaf("count", count, func(t *Test) *int { return &t.Count },
		goDefault,
		"How often each test is run."),
	leaf("timeout", duration, func(t *Test) *time.Duration { return &t.Timeout },
		goDefault,
		"Time after which the tests of a package have failed."),
	leaf("files", list("a list of paths", text("a path", testFile), itself), func(t *Test) *[]String { return &t.Files },
		"none",
		"Files and folders of the build context that tests read beside the source and the folders named testdata."),
}

var generateFields = []field[Generate]{
	leaf("packages", list("a list of packages", text("a package", testPackage), itself), func(g *Generate) *[]String { return &g.Packages },
		"`[./...]` of each module",
		"Packages whose `//go:generate` lines are run; a list in the place of `generate` is this one."),
	leaf("files", list("a list of paths", text("a path", testFile), itself), func(g *Generate) *[]String { return &g.Files },
		"none",
		"Files and folders of the build context that generators read beside the folder of their line, what is below it, and the source that the packages there import."),
}

var vulnFields = []field[Vuln]{
	leaf("version", text("a version like v1.8.0", moduleVersion, matching(moduleVersionForm)), func(v *Vuln) *String { return &v.Version },
		"the newest that gohull knows for the toolchain's Go",
		"Version of the govulncheck that the check `vuln` runs."),
	leaf("database", text("a URL", databaseURL), func(v *Vuln) *String { return &v.Database },
		"Go's own",
		"Address of the vulnerability database. `--build-context vulndb=<folder>` takes its place."),
	leaf("ignore", list("a list of vulnerabilities", text("a vulnerability like GO-2024-1234", vulnerability), itself), func(v *Vuln) *[]String { return &v.Ignore },
		"none",
		"Vulnerabilities that may be called all the same, by their ids in the database: `GO-2024-1234`."),
}

var debugFields = []field[Debug]{
	leaf("version", text("a version like v1.27.2", moduleVersion, matching(moduleVersionForm)), func(d *Debug) *String { return &d.Version },
		"the newest that gohull knows for the toolchain's Go",
		"Version of the Delve that `--target debug` adds to the image."),
	leaf("port", portNumber, func(d *Debug) *int { return &d.Port },
		"`40000`",
		"Port on which that Delve waits for a debugger."),
	leaf("continue", boolean, func(d *Debug) *Bool { return &d.Continue },
		"`false`",
		"Start the program at once. Without it, Delve holds it before its first instruction until a debugger lets it go on."),
}

var modulesFields = []field[Modules]{
	leaf("mode", word("mod or vendor", "mod", "vendor"), func(m *Modules) *String { return &m.Mode },
		"as the go command decides",
		"Where dependencies come from: `vendor` for the vendor folder, `mod` for the module cache."),
	leaf("proxy", text(aString, setting("GOPROXY")), func(m *Modules) *String { return &m.Proxy },
		goDefault,
		"Module proxies, as in GOPROXY. Credentials come from the secret `netrc`."),
	leaf("private", words("a pattern", "a list of patterns", modulePattern), func(m *Modules) *[]String { return &m.Private },
		"none",
		"Patterns of module paths that are private, as in GOPRIVATE: fetched from their hosts with git, not checked against the checksum database."),
	leaf("sumdb", text(aString, setting("GOSUMDB")), func(m *Modules) *String { return &m.Sumdb },
		goDefault,
		"Checksum database, as in GOSUMDB; `off` for none."),
}

var runFields = []field[Run]{
	leaf("entrypoint", argv, func(r *Run) *[]String { return &r.Entrypoint },
		"the binary",
		"Program to start, with its first arguments."),
	leaf("args", argv, func(r *Run) *[]String { return &r.Args },
		"none",
		"Arguments after the entrypoint; those given to `docker run` replace them."),
	leaf("env", pairs(envName), func(r *Run) *[]Pair { return &r.Env },
		"the base's own",
		"Environment variables. May name stamps, and with `$NAME` variables of the base and those above, as `ENV` of a Dockerfile does: `$PATH:/app`, `${NAME:-default}`; `\\$` is a dollar sign."),
	leaf("workdir", text(aString, inImage, absolute), func(r *Run) *String { return &r.Workdir },
		"the base's own, else `/`",
		"Directory the program starts in. It is made, and belongs to `run.user`, unless the base has it."),
	leaf("user", text("a user", imageUser, userShape), func(r *Run) *String { return &r.User },
		"`nonroot`",
		"User the program runs as: a name that the image's `/etc/passwd` has, or numbers as `1000` or `1000:1000`."),
	leaf("expose", list("a list of ports", port, samePort), func(r *Run) *[]Port { return &r.Expose },
		"none",
		"Ports the program listens on: `8080`, `53/udp`."),
	leaf("volumes", list("a list of paths", text("a path", volume, absolute), itself), func(r *Run) *[]String { return &r.Volumes },
		"none",
		"Directories whose content does not belong to the image. Each is made, and belongs to `run.user`, unless the base has it."),
	leaf("files", list("a list of from and to", file, sameTarget), func(r *Run) *[]File { return &r.Files },
		"none",
		"Files and folders of the build context that the image holds beside the binary."),
	leaf("labels", pairs(labelName), func(r *Run) *[]Pair { return &r.Labels },
		"none",
		"Labels of the image. May name stamps."),
	leaf("stop-signal", text("a signal", stopSignal, signalShape), func(r *Run) *String { return &r.StopSignal },
		"`SIGTERM`",
		"Signal that asks the program to stop: a name, or a number."),
	leaf("healthcheck", healthcheck, func(r *Run) **Healthcheck { return &r.Healthcheck },
		"the base's own",
		"How the engine finds out whether the program still works; `none` for not at all."),
}

var nameFields = []field[Image]{
	leaf("name", text("an image's name", notEmpty), func(i *Image) *String { return &i.Name },
		"none",
		"Name of the image, without a tag: `registry.example/acme/server`. It is used where the output has the name `*`: `-o type=image,\"name=*\",push=true`. May name stamps."),
	leaf("tags", list("a list of tags", text("a tag", notEmpty), itself), func(i *Image) *[]String { return &i.Tags },
		"none; needed beside `image.name`",
		"Tags of the image. May name stamps: `[\"{{.Version}}\", \"{{.Major}}.{{.Minor}}\", latest]`. One whose stamps are not known is left out, and so is one that would move where it must not."),
	leaf("annotations", pairs(labelName), func(i *Image) *[]Pair { return &i.Annotations },
		"none",
		"Annotations of the image beside those that are known. May name stamps."),
}

var fileFields = []field[File]{
	leaf("from", text("a path", inContext), func(f *File) *String { return &f.From },
		"required",
		"File or folder, relative to the build context."),
	leaf("to", text("a path", inImage, absolute), func(f *File) *String { return &f.To },
		"required",
		"Its absolute path in the image."),
}

var healthFields = []field[Healthcheck]{
	leaf("test", probe, func(h *Healthcheck) *[]String { return &h.Test },
		"required",
		"Program to run, with its arguments; no shell is used. It fails when it exits with another status than 0."),
	leaf("interval", duration, func(h *Healthcheck) *time.Duration { return &h.Interval },
		engineDefault,
		"Time between two runs: `30s`."),
	leaf("timeout", duration, func(h *Healthcheck) *time.Duration { return &h.Timeout },
		engineDefault,
		"Time after which a run has failed."),
	leaf("start-period", duration, func(h *Healthcheck) *time.Duration { return &h.StartPeriod },
		engineDefault,
		"Time after the start in which failures do not count."),
	leaf("retries", count, func(h *Healthcheck) *int { return &h.Retries },
		engineDefault,
		"Failures in a row that make the container unhealthy."),
}
