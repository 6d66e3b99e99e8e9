package step

// What passwd says of users who cannot log in, and of those without a home.
const (
	NoLogin = "/sbin/nologin"
	NoHome  = "/nonexistent"
)

// RootUsers returns the users that the verb rootfs writes to /etc/passwd. Each has
// a group of its own name and number.
func RootUsers() []User {
	return []User{
		{"root", 0, 0, "/root", NoLogin},
		{"nobody", 65534, 65534, NoHome, NoLogin},
		{"nonroot", 65532, 65532, "/home/nonroot", NoLogin},
	}
}

func rootGroups() []Group {
	var groups []Group
	for _, u := range RootUsers() {
		groups = append(groups, Group{Name: u.Name, GID: u.GID})
	}
	return groups
}

// Root returns what the verb rootfs leaves in Out, but for the files of time zones,
// which depend on the toolchain.
func Root() []Inode {
	dir := func(path string) Inode { return Inode{Path: path, Kind: KindDir, Mode: 0o755} }
	all := []Inode{
		dir("etc"),
		{Path: "etc/group", AccountLines: AccountLines{Groups: rootGroups()}},
		{Path: "etc/nsswitch.conf"},
		{Path: "etc/passwd", AccountLines: AccountLines{Users: RootUsers()}},
		dir("etc/ssl"),
		dir("etc/ssl/certs"),
		{Path: "etc/ssl/certs/ca-certificates.crt"},
		dir("home"),
		{Path: "home/nonroot", Kind: KindDir, Mode: 0o700, UID: 65532, GID: 65532},
		{Path: "tmp", Kind: KindDir, Mode: 0o1777},
		dir("usr"),
		dir("usr/share"),
		dir("usr/share/zoneinfo"),
	}
	for _, zones := range zoneDirs {
		all = append(all, dir("usr/share/zoneinfo/"+zones))
	}
	return all
}

// zoneDirs are the directories of the time zone database.
var zoneDirs = []string{
	"Africa", "America", "America/Argentina", "America/Indiana", "America/Kentucky", "America/North_Dakota",
	"Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Brazil", "Canada", "Chile", "Etc", "Europe",
	"Indian", "Mexico", "Pacific", "US",
}
