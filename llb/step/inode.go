package step

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
)

// Inode is what a file system has at one of its paths.
type Inode struct {
	Path   string `json:"path"`             // relative to the root, and clean: "usr/bin"
	Kind   string `json:"kind,omitempty"`   // KindDir or KindLink; empty for everything else
	Mode   int    `json:"mode,omitempty"`   // as chmod takes it: 01777; of directories, and of others if a Scan asked for modes
	UID    int    `json:"uid,omitempty"`    // of a directory
	GID    int    `json:"gid,omitempty"`    // of a directory
	Target string `json:"target,omitempty"` // of a link
	AccountLines
}

// Kinds of Inodes, and of what Facts have of a File.
const (
	KindDir  = "dir"
	KindFile = "file" // only in Facts: an Inode that is no directory and no link has no Kind
	KindLink = "link"
)

// AccountLines are the lines of a file that is named passwd or group.
type AccountLines struct {
	Users  []User  `json:"users,omitempty"`  // of passwd
	Groups []Group `json:"groups,omitempty"` // of group
}

// User is a line of a passwd file.
type User struct {
	Name string `json:"name"`
	UID  int    `json:"uid"`
	GID  int    `json:"gid"`

	Home  string `json:"home,omitempty"`
	Shell string `json:"shell,omitempty"`
}

// Group is a line of a group file.
type Group struct {
	Name    string   `json:"name"`
	GID     int      `json:"gid"`
	Members []string `json:"members,omitempty"` // names of users that have another group in passwd
}

// BaseFile is where the verb look leaves what it found: a list of Inode as
// JSON.
const BaseFile = "base.json"

// Below marks a path of Look: "/etc/..." means /etc and everything below it.
const Below = "/..."

// Look writes to BaseFile what a file system, mounted at Image, has at some
// paths and on the way there. Symbolic links are followed. A path that ends in
// Below asks for everything below it as well.
type Look struct {
	Paths []string // absolute: "/usr/local/bin/...", "/data"
}

func (*Look) verb() string        { return "look" }
func (v *Look) rest() *[]string   { return &v.Paths }
func (*Look) flags(*flag.FlagSet) {}

// Dirs makes directories in Out, each after its parents, and then symbolic
// links. Directories below Out that it does not name stay as they are.
type Dirs struct {
	Epoch  int64    // modification time, in seconds since 1970
	Inodes []string // as DirWord and LinkWords write them
}

func (*Dirs) verb() string      { return "dirs" }
func (v *Dirs) rest() *[]string { return &v.Inodes }

func (v *Dirs) flags(fs *flag.FlagSet) {
	fs.Int64Var(&v.Epoch, "epoch", v.Epoch, "modification time")
}

// Accounts adds users and groups to those of a root file system, mounted at
// Image. Its Out has the changed files, and the directories on the way to them.
// A file keeps its owner and mode; a missing one is made.
type Accounts struct {
	Epoch int64    // modification time, in seconds since 1970
	Dirs  []string // as of Dirs
	// Where the image has its files, without links. An empty path is not
	// written.
	Passwd, Group, Shadow, Gshadow string
	Users                          []string // lines of passwd: "git:x:1000:1000::/home/git:/bin/sh"
	Groups                         []string // lines of group; for a group that is there, with the members to add
}

func (*Accounts) verb() string    { return "accounts" }
func (*Accounts) rest() *[]string { return nil }

func (v *Accounts) flags(fs *flag.FlagSet) {
	fs.Int64Var(&v.Epoch, "epoch", v.Epoch, "modification time")
	fs.Var((*list)(&v.Dirs), "dirs", "directories on the way")
	fs.StringVar(&v.Passwd, "passwd", v.Passwd, "file of users")
	fs.StringVar(&v.Group, "group", v.Group, "file of groups")
	fs.StringVar(&v.Shadow, "shadow", v.Shadow, "file of passwords")
	fs.StringVar(&v.Gshadow, "gshadow", v.Gshadow, "file of groups' passwords")
	fs.Var((*list)(&v.Users), "users", "lines to add")
	fs.Var((*list)(&v.Groups), "groups", "lines to add")
}

// DirWord returns a directory as a word of a command line: "1777:0:0:/tmp".
func DirWord(path string, mode, uid, gid int) string {
	return fmt.Sprintf("%04o:%d:%d:%s", mode, uid, gid, path)
}

// linkMode stands for a mode: a symbolic link has none.
const linkMode = "link"

// LinkWords returns a symbolic link as two words of a command line. The first is
// "link:0:0:/bin/sh", the second the text of the link.
func LinkWords(path, target string, uid, gid int) []string {
	return []string{fmt.Sprintf("%s:%d:%d:%s", linkMode, uid, gid, path), target}
}

// ParseInodes reads what DirWord and LinkWords wrote. The Paths are relative.
func ParseInodes(words []string) ([]Inode, error) {
	var all []Inode
	for len(words) > 0 {
		inode, err := parseInode(words[0])
		if err != nil {
			return nil, err
		}
		if words = words[1:]; inode.Kind == KindLink {
			if len(words) == 0 {
				return nil, fmt.Errorf("the link %q has no text", inode.Path)
			}
			inode.Target, words = words[0], words[1:]
		}
		all = append(all, inode)
	}
	return all, nil
}

// parseInode reads the first word of an inode.
func parseInode(word string) (Inode, error) {
	parts := strings.SplitN(word, ":", 4)
	if len(parts) != 4 || !strings.HasPrefix(parts[3], "/") {
		return Inode{}, fmt.Errorf("%q is not mode:uid:gid:path", word)
	}
	inode := Inode{Path: parts[3][1:], Kind: KindDir}
	if parts[0] == linkMode {
		inode.Kind, parts[0] = KindLink, "0"
	}
	var numbers [3]int
	for i, base := range []int{8, 10, 10} {
		n, err := strconv.ParseInt(parts[i], base, 32)
		if err != nil {
			return Inode{}, fmt.Errorf("%q is not mode:uid:gid:path: %w", word, err)
		}
		numbers[i] = int(n)
	}
	inode.Mode, inode.UID, inode.GID = numbers[0], numbers[1], numbers[2]
	return inode, nil
}
