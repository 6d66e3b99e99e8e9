package inodes

import (
	"io/fs"
	"strconv"
	"strings"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
)

// accountsLimit is far above what images have.
const accountsLimit = 1 << 20

// ReadAccounts reads a file of users or groups. as is what the image calls it:
// "passwd" or "group"; other files have none. As in the C library, the first
// line of a name counts, and invalid lines are skipped.
func ReadAccounts(fsys fs.FS, name, as string) (all step.AccountLines) {
	if as != "passwd" && as != "group" {
		return all
	}
	data, err := regular.ReadIn(fsys, name, accountsLimit)
	if err != nil {
		return all
	}
	for line := range strings.Lines(string(data)) {
		fields := strings.Split(strings.TrimSpace(line), ":")
		if strings.HasPrefix(fields[0], "#") {
			continue
		}
		if u, ok := parseUser(fields); ok && as == "passwd" {
			all.Users = append(all.Users, u)
		}
		if g, ok := parseGroup(fields); ok && as == "group" {
			all.Groups = append(all.Groups, g)
		}
	}
	return all
}

// parseUser reads a line like "app:x:1000:1000:…".
func parseUser(fields []string) (step.User, bool) {
	if len(fields) < 4 {
		return step.User{}, false
	}
	uid, isID := parseID(fields[2])
	gid, isGroup := parseID(fields[3])
	u := step.User{Name: fields[0], UID: uid, GID: gid}
	if len(fields) > 6 {
		u.Home, u.Shell = fields[5], fields[6]
	}
	return u, isID && isGroup
}

// parseGroup reads a line like "tty:x:5:app,git".
func parseGroup(fields []string) (step.Group, bool) {
	if len(fields) < 3 {
		return step.Group{}, false
	}
	gid, isID := parseID(fields[2])
	g := step.Group{Name: fields[0], GID: gid}
	if len(fields) > 3 && fields[3] != "" {
		g.Members = strings.Split(fields[3], ",")
	}
	return g, isID
}

func parseID(s string) (int, bool) {
	id, err := strconv.ParseUint(s, 10, 31)
	return int(id), err == nil
}
