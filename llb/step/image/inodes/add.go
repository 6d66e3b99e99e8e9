package inodes

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
)

// AddAccounts writes below out the files of image that v names, with lines
// added. It must run as root, since the files have owners.
func AddAccounts(out string, image fs.FS, v step.Accounts) error {
	root, err := os.OpenRoot(out)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := makeInodes(root, v.Dirs); err != nil {
		return err
	}
	for _, f := range []struct {
		name  string
		lines []string
	}{
		{v.Passwd, v.Users},
		{v.Group, v.Groups},
		{v.Shadow, shadows(v.Users)},
		{v.Gshadow, gshadows(v.Groups)},
	} {
		if f.name == "" {
			continue
		}
		if err := addTo(root, image, strings.TrimPrefix(f.name, "/"), f.lines); err != nil {
			return err
		}
	}
	return mtime.SetAll(out, v.Epoch)
}

// shadows returns lines of shadow. No password is "*". Unlike the "!" of useradd,
// it is no locked account, which sshd would refuse even with a key. There is no
// date of the last change: the file would differ from day to day.
func shadows(users []string) []string {
	var lines []string
	for _, u := range users {
		name, _, _ := strings.Cut(u, ":")
		lines = append(lines, name+":*:::::::")
	}
	return lines
}

// gshadows returns lines of gshadow, which has members where group has them.
func gshadows(groups []string) []string {
	var lines []string
	for _, g := range groups {
		fields := strings.Split(g, ":")
		lines = append(lines, fields[0]+":!::"+fields[membersField])
	}
	return lines
}

// membersField is the field of a line in group and gshadow that has the members.
const membersField = 3

// addTo writes a file with lines added. It keeps the owner and the mode that the
// image has for it.
func addTo(root *os.Root, image fs.FS, name string, lines []string) error {
	data, err := regular.ReadIn(image, name, accountsLimit)
	mode, uid, gid := fs.FileMode(0o644), 0, 0
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	default:
		info, err := fs.Stat(image, name)
		if err != nil {
			return err
		}
		mode = info.Mode()
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			uid, gid = int(st.Uid), int(st.Gid)
		}
	}
	if err := root.WriteFile(name, withLines(data, lines), 0o600); err != nil {
		return err
	}
	if err := root.Chown(name, uid, gid); err != nil {
		return err
	}
	return root.Chmod(name, mode)
}

// withLines adds lines at the end. A line for a name that the file has adds its
// members to the line there.
func withLines(data []byte, lines []string) []byte {
	have := strings.SplitAfter(string(data), "\n")
	if last := len(have) - 1; have[last] == "" {
		have = have[:last]
	} else {
		have[last] += "\n"
	}
	for _, line := range lines {
		name, _, _ := strings.Cut(line, ":")
		i := slices.IndexFunc(have, func(l string) bool { return strings.HasPrefix(l, name+":") })
		if i < 0 {
			have = append(have, line+"\n")
			continue
		}
		have[i] = withMembers(have[i], line)
	}
	return []byte(strings.Join(have, ""))
}

// withMembers adds the members of a line to another line for the same group.
func withMembers(have, add string) string {
	fields, more := strings.Split(strings.TrimSuffix(have, "\n"), ":"), strings.Split(add, ":")
	if len(more) != membersField+1 || more[membersField] == "" {
		return have
	}
	for len(fields) <= membersField {
		fields = append(fields, "")
	}
	var members []string
	if fields[membersField] != "" {
		members = strings.Split(fields[membersField], ",")
	}
	for member := range strings.SplitSeq(more[membersField], ",") {
		if !slices.Contains(members, member) {
			members = append(members, member)
		}
	}
	fields[membersField] = strings.Join(members, ",")
	return strings.Join(fields, ":") + "\n"
}
