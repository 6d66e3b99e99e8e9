package inodes

import (
	"io/fs"
	"strconv"
	"strings"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
)

// passwdLimit is far above what images have.
const passwdLimit = 1 << 20

// Users reads the users of a passwd file. As in the C library, the first line
// of a name counts, and a line that is no user's is skipped.
func Users(fsys fs.FS, name string) []step.User {
	data, err := regular.ReadIn(fsys, name, passwdLimit)
	if err != nil {
		return nil
	}
	var users []step.User
	for line := range strings.Lines(string(data)) {
		if u, ok := parseUser(line); ok {
			users = append(users, u)
		}
	}
	return users
}

// parseUser reads a line like "app:x:1000:1000:…".
func parseUser(line string) (step.User, bool) {
	fields := strings.Split(strings.TrimSpace(line), ":")
	if len(fields) < 4 || strings.HasPrefix(fields[0], "#") {
		return step.User{}, false
	}
	uid, err := strconv.ParseUint(fields[2], 10, 31)
	if err != nil {
		return step.User{}, false
	}
	gid, err := strconv.ParseUint(fields[3], 10, 31)
	return step.User{Name: fields[0], UID: int(uid), GID: int(gid)}, err == nil
}
